import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import { type FlowLogView, type JournalEntry, defaultAccount } from '../../simulator/index.js';

/** Region of everything in a campaign. */
export const region = 'cn-hangzhou';

/** A product as a campaign meets it: its targets, spelled by hand so that the product's own tables cannot vouch for themselves. */
interface ProductUnderChaos {
  readonly product: 'vpc' | 'cen' | 'ecr';
  /** The resource of target number `index`; ECR instances share a router by five, as they do in life. */
  readonly resourceOf: (index: number) => Readonly<Record<string, string>>;
  /** Parts of the resource as the simulator writes them, outermost first. */
  readonly parts: readonly string[];
  readonly isCentral?: boolean;
}

const products: readonly ProductUnderChaos[] = [
  { product: 'vpc', resourceOf: (index) => ({ type: 'VPC', id: `vpc-${index}` }), parts: ['id'] },
  {
    product: 'cen',
    resourceOf: (index) => ({ cenId: `cen-${index}`, transitRouterId: `tr-${index}` }),
    parts: ['cenId', 'transitRouterId'],
  },
  {
    product: 'ecr',
    resourceOf: (index) => ({ ecrId: `ecr-${Math.floor(index / 15)}`, instanceId: `vbr-${index}` }),
    parts: ['ecrId', 'instanceId'],
    isCentral: true,
  },
];

/** One target of a campaign, in the words of the service, of the simulator, and of a seed. */
export interface ChaosTarget {
  readonly target: ResourceTarget;
  /** `<product> <resource>` as the simulator's flow logs and the ledger's targets spell it, e.g. `cen cen-1/tr-1`. */
  readonly place: string;
}

/** Target number `index`; the three products take turns. */
export function targetNumber(index: number): ChaosTarget {
  const { product, resourceOf, parts, isCentral } = products[index % products.length] as ProductUnderChaos;
  const resource = resourceOf(index);
  return {
    target: {
      product,
      accountId: defaultAccount.uid,
      ...omitUndefined({ region: isCentral ? undefined : region }),
      resource,
    },
    place: `${product} ${parts.map((part) => resource[part]).join('/')}`,
  };
}

/** The id of the resource itself, without what is above it. */
export const leafOf = (place: string): string => place.split(/[ /]/).at(-1) ?? '';

/** Tells the place of a call: it names the resource, or a flow log that is on it. */
export function placesOf(flowLogs: readonly FlowLogView[]): (call: JournalEntry) => string {
  const byId = new Map(flowLogs.map(({ flowLogId, resource }) => [flowLogId, resource]));
  return ({ product, params, flowLogId }) => {
    const known = byId.get(params['FlowLogId'] ?? flowLogId ?? '');
    const leaf = params['ResourceId'] ?? params['TransitRouterAttachmentId'] ?? params['TransitRouterId'];
    const named = [params['CenId'] ?? params['EcrId'], leaf ?? params['InstanceId']];
    return `${product} ${known ?? named.filter(Boolean).join('/')}`;
  };
}

/** The place of a ledger row: its target is `owner/product/account/place/key`, and a VPC key begins with the resource's type. */
export function placeOfTarget(target: string): string {
  const [, product = '', , , ...key] = target.split('/');
  return `${product} ${(product === 'vpc' ? key.slice(1) : key).join('/')}`;
}
