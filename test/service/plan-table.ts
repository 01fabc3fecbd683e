import type { BulkItemRequest } from '../../client/index.js';
import type { ResourceTarget, Spec } from '../../cloud/flow-log.js';
import { ownerTags } from '../../cloud/ownership.js';
import { workflowIdOf } from '../../cloud/target.js';
import type { Seed } from '../../simulator/index.js';
import { uid } from './service.js';

/** Every state a target can be seen in × every way in which it can differ × product × choice: what is planned must be what happens. */

/** A flow log as a seed names it. */
export type FlowLogSeed = NonNullable<Exclude<Seed, readonly Seed[]>['flowLogs']>[number];
type Product = ResourceTarget['product'];

/** The owner that the service under test runs as. */
const owner = 'test';
const region = 'cn-hangzhou';
const destination = { project: 'netlogs', logStore: 'flow' };

const products: Readonly<Record<Product, { target: (name: string) => ResourceTarget; wished: Spec }>> = {
  vpc: {
    target: (name) => ({ product: 'vpc', accountId: uid, region, resource: { type: 'VPC', id: `vpc-${name}` } }),
    wished: { destination, aggregationIntervalSeconds: 600, trafficType: 'All' },
  },
  cen: {
    target: (name) => ({
      product: 'cen',
      accountId: uid,
      region,
      resource: { cenId: 'cen-plan', transitRouterId: `tr-${name}` },
    }),
    wished: { destination, aggregationIntervalSeconds: 600, logFormat: '${srcaddr}${dstaddr}${bytes}' },
  },
  ecr: {
    target: (name) => ({ product: 'ecr', accountId: uid, resource: { ecrId: 'ecr-plan', instanceId: `vbr-${name}` } }),
    wished: { destination: { ...destination, region: 'cn-beijing' }, aggregationIntervalSeconds: 600 },
  },
};

type Fields = Omit<FlowLogSeed, 'product' | 'resource'>;

/** In what an existing flow log differs from the wish. */
const drifts: Readonly<Record<string, (product: Product) => Fields>> = {
  none: () => ({}),
  modifiable: () => ({ aggregationIntervalSeconds: 60 }),
  'create-only': (product) =>
    ({
      vpc: { trafficType: 'Allow' },
      cen: { logFormat: '${srcaddr}${dstaddr}${bytes}${packets}' },
      ecr: { destination: { ...destination, region: 'cn-shanghai' } },
    })[product],
  destination: () => ({ destination: { project: 'elsewhere', logStore: 'flow' } }),
};

/** One flow log of a state. */
interface Standing {
  readonly whose: 'own' | 'foreign' | 'managed';
  readonly status: string;
  /** As wished, whatever the drift of the row. */
  readonly fits?: boolean;
}

/** The cloud's words for changes under way differ; `cen` says Modifying for most of them. */
const words: Readonly<Record<string, Readonly<Record<Product, string>>>> = {
  coming: { vpc: 'Activating', cen: 'Creating', ecr: 'Activating' },
  going: { vpc: 'Deactivating', cen: 'Modifying', ecr: 'Deactivating' },
  changing: { vpc: 'Modifying', cen: 'Modifying', ecr: 'Modifying' },
  leaving: { vpc: 'Deleting', cen: 'Deleting', ecr: 'Deleting' },
};

const states: Readonly<Record<string, readonly Standing[]>> = {
  absent: [],
  'own active': [{ whose: 'own', status: 'Active' }],
  'own inactive': [{ whose: 'own', status: 'Inactive' }],
  'own coming': [{ whose: 'own', status: 'coming' }],
  'own going': [{ whose: 'own', status: 'going' }],
  'own changing': [{ whose: 'own', status: 'changing' }],
  'own leaving': [{ whose: 'own', status: 'leaving' }],
  'own of a word nobody knows': [{ whose: 'own', status: 'Frozen' }],
  'foreign active': [{ whose: 'foreign', status: 'Active' }],
  'foreign inactive': [{ whose: 'foreign', status: 'Inactive' }],
  'foreign coming': [{ whose: 'foreign', status: 'coming' }],
  'managed active': [{ whose: 'managed', status: 'Active' }],
  'managed inactive': [{ whose: 'managed', status: 'Inactive' }],
  'two own active': [
    { whose: 'own', status: 'Active' },
    { whose: 'own', status: 'Active', fits: true },
  ],
  'two own inactive': [
    { whose: 'own', status: 'Inactive' },
    { whose: 'own', status: 'Inactive' },
  ],
  'own inactive and foreign active': [
    { whose: 'own', status: 'Inactive' },
    { whose: 'foreign', status: 'Active', fits: true },
  ],
  'foreign and managed': [
    { whose: 'foreign', status: 'Active' },
    { whose: 'managed', status: 'Active' },
  ],
};

const choices = {
  plain: {},
  adopt: { adopt: true },
  alongside: { onExisting: 'alongside', surplus: 'remove' },
} as const;

/** One target of the table. */
export interface Case {
  readonly state: string;
  readonly drift: string;
  readonly product: Product;
  readonly choice: string;
  readonly workflowId: string;
  readonly item: BulkItemRequest;
  readonly flowLogs: readonly FlowLogSeed[];
}

/** Deadline in ms of an operation on a flow log whose status is unknown. */
const patienceMs = 6_000;

/** The whole table. */
export function planTable(): readonly Case[] {
  const cases: Case[] = [];
  for (const [state, standings] of Object.entries(states))
    for (const drift of Object.keys(drifts))
      for (const [product, { target: targetOf, wished }] of Object.entries(products) as [
        Product,
        (typeof products)[Product],
      ][])
        for (const [choice, options] of Object.entries(choices)) {
          const target = targetOf(`${cases.length}`);
          const differing = drifts[drift]?.(product) ?? {};
          const seeds = standings.map(({ whose, status, fits }): FlowLogSeed => ({
            product,
            resource: target.resource,
            ...(wished as Fields),
            ...(fits ? {} : differing),
            status: words[status]?.[product] ?? status,
            ...(whose === 'own' ? { tags: ownerTags(owner, target) } : {}),
            ...(whose === 'managed' ? { serviceType: 'sls' } : {}),
          }));
          const unknown = standings.some(({ status }) => status === 'Frozen');
          const all = { ...options, ...(unknown ? { deadlineMs: patienceMs } : {}) };
          cases.push({
            ...{ state, drift, product, choice, flowLogs: seeds },
            workflowId: workflowIdOf(target),
            item: { target, spec: wished, options: all },
          });
        }
  return cases;
}
