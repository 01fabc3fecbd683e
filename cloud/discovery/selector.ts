import type { Place, Product, ResourceTarget, Spec } from '../flow-log.js';

/** The nouns of discovery: the selector, and the resources found. Pure. */

/** Resource types that selectors name, each of one product. */
export const resourceTypes = {
  VPC: 'vpc',
  VSwitch: 'vpc',
  NetworkInterface: 'vpc',
  TransitRouter: 'cen',
  VpcAttachment: 'cen',
  VbrAttachment: 'cen',
  VpnAttachment: 'cen',
  PeerAttachment: 'cen',
  EcrAttachment: 'cen',
  EcrVbr: 'ecr',
} as const satisfies Record<string, Product>;
export type ResourceType = keyof typeof resourceTypes;

/**
 * Coverage of a resource by its flow logs. `inactive`: there is one, and it is not Active. `inherited`: it has none and lies below a
 * covered VPC or vSwitch. `doubled`: it is recorded, and by more than one flow log of ours. `unsupported`: its place has no flow logs.
 */
export const coverages = [
  'covered',
  'missing',
  'inactive',
  'undelivered',
  'doubled',
  'misconfigured',
  'inherited',
  'unsupported',
] as const;
export type Coverage = (typeof coverages)[number];

/** Conditions that leave a resource out, or take it in: all that are given have to hold. */
export interface ResourceFilter {
  readonly ids?: readonly string[];
  /** With `*` and `?`. */
  readonly name?: string;
  readonly resourceGroupId?: string;
  /** Value by key; `*` is any value. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Values of a selector's `coverage`. */
export const wantedCoverages = ['missing', 'inactive', 'undelivered', 'doubled', 'misconfigured', 'all'] as const;

/** Targets by what is true of them, resolved when a bulk starts and again at each firing of a schedule. */
export interface Selector extends ResourceFilter {
  readonly product: Product;
  /** uids, or every account the worker knows. */
  readonly accounts: 'all' | readonly string[];
  /** Region ids, or every region the product is in; ignored for a product that has no regions. */
  readonly regions: 'all' | readonly string[];
  readonly resourceType: ResourceType;
  readonly exclude?: ResourceFilter;
  /** Coverage of the resources that are meant, among those found. Default `missing`. */
  readonly coverage: (typeof wantedCoverages)[number];
  /** Take in what lies below a covered VPC too. Default false. */
  readonly inherited?: boolean;
  /** Spec that the flow logs of the resources found shall have; templates are filled in for each target. */
  readonly spec?: Spec;
  /** Spec by uid, where accounts differ; it stands in the place of `spec`. */
  readonly specByAccount?: Readonly<Record<string, Spec>>;
}

/** One resource found by a selector. */
export interface DiscoveredResource {
  readonly target: ResourceTarget;
  readonly resourceType: ResourceType;
  readonly coverage: Coverage;
  readonly name?: string;
  readonly resourceGroupId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Flow logs on it, ours and others': the first 200. */
  readonly flowLogIds: readonly string[];
  /** Number of flow logs on it beyond those. */
  readonly moreFlowLogs?: number;
  /** Those of ours beyond the one that counts: the first 200. */
  readonly surplus?: readonly string[];
  /** The id of the VPC or vSwitch above it, where that is what covers it. */
  readonly below?: string;
  /** Index in the request of the selector that found it, from 0. */
  readonly selector: number;
}

/** A place (account and region) that could not be read. */
export interface PlaceProblem extends Place {
  readonly code: string;
  readonly message: string;
  /** The place has no flow logs at all, which is no failure. */
  readonly unsupported?: boolean;
}

/** The spec a selector wishes for in an account; undefined where it wishes for none. */
export const specFor = ({ spec, specByAccount }: Selector, accountId: string): Spec | undefined =>
  specByAccount && Object.hasOwn(specByAccount, accountId) ? specByAccount[accountId] : spec;

/**
 * Tells whether a selector means a resource of this coverage. `all` are all that can have a flow log. A resource below a covered VPC is meant
 * only where the selector takes that in, and then like one that is missing.
 */
export function isMeant(
  { coverage: wanted, inherited }: Pick<Selector, 'coverage' | 'inherited'>,
  found: Coverage,
): boolean {
  if (found === 'unsupported') return false;
  if (found === 'inherited') return Boolean(inherited) && (wanted === 'all' || wanted === 'missing');
  return wanted === 'all' || wanted === found;
}
