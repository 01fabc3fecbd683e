import type { Product } from '../../cloud/flow-log.js';
import type { Operation } from '../../workflows/contract/operation.js';

/** Inputs that are right in every field, to be broken one field at a time. */

type Tree = Record<string, unknown>;

const resources: Readonly<Record<Product, Tree>> = {
  vpc: { type: 'VPC', id: 'vpc-1' },
  cen: { cenId: 'cen-1', transitRouterAttachmentId: 'tr-attach-1', transitRouterId: 'tr-1' },
  ecr: { ecrId: 'ecr-1', instanceId: 'vbr-1' },
};
const places: Readonly<Record<Product, Tree>> = {
  vpc: { region: 'cn-hangzhou' },
  cen: { region: 'cn-hangzhou' },
  ecr: {},
};
const byId: Readonly<Record<Product, Tree>> = {
  vpc: { flowLogId: 'fl-1' },
  cen: { flowLogId: 'flowlog-1' },
  ecr: { flowLogId: 'ecr-flog-1', ecrId: 'ecr-1' },
};

const common = {
  destination: { project: 'netlogs', logStore: 'flow' },
  name: 'edge',
  description: 'edge traffic',
  aggregationIntervalSeconds: 600,
};
const created = { tags: { env: 'prod' } };
const specs: Readonly<Record<Product, Tree>> = {
  vpc: {
    ...common,
    ...created,
    trafficType: 'All',
    trafficPath: ['natGateway'],
    ipVersion: 'IPv4',
    resourceGroupId: 'rg-1',
  },
  cen: { ...common, ...created, logFormat: '${srcaddr}${dstaddr}${bytes}' },
  ecr: {
    ...common,
    ...created,
    destination: { ...common.destination, region: 'cn-shanghai' },
    samplingRate: '1:4096',
    resourceGroupId: 'rg-1',
  },
};
const modifiable: Readonly<Record<Product, readonly string[]>> = {
  vpc: ['destination', 'trafficType', 'name', 'description', 'aggregationIntervalSeconds', 'ipVersion'],
  cen: ['destination', 'name', 'description', 'aggregationIntervalSeconds'],
  ecr: ['destination', 'name', 'description', 'aggregationIntervalSeconds', 'samplingRate'],
};

const pick = (tree: Tree, names: readonly string[]): Tree =>
  Object.fromEntries(Object.entries(tree).filter(([name]) => names.includes(name)));

/** Form in which a request names its target. */
export type Form = 'resource' | 'by id';

function specOf(operation: Operation, product: Product): { spec?: Tree } {
  if (operation === 'enable') return { spec: specs[product] };
  if (operation === 'modify') return { spec: pick(specs[product], modifiable[product]) };
  return {};
}

/** A right input with every field that its operation, product and form have. */
export function wholeInput(operation: Operation, product: Product, form: Form): Tree {
  const options = {
    adopt: false,
    onExisting: 'conflict',
    surplus: 'report',
    requireDelivery: product === 'vpc',
    rollback: false,
    openService: product === 'vpc',
    deadlineMs: 60_000,
  };
  const named = form === 'resource' ? { resource: resources[product] } : byId[product];
  return structuredClone({
    target: { product, accountId: '1000000000000001', ...places[product], ...named },
    ...specOf(operation, product),
    requestedBy: 'network-team',
    reason: 'CIS 3.3',
    options,
  });
}

/** The smallest right input. */
export function leastInput(operation: Operation, product: Product, form: Form = 'resource'): Tree {
  const { target, spec, requestedBy } = wholeInput(operation, product, form);
  const least = { enable: ['destination'], modify: ['name'], disable: [], delete: [] }[operation];
  return { target, ...(spec ? { spec: pick(spec as Tree, least) } : {}), requestedBy };
}

/** A copy with the value at a path replaced; `undefined` removes it. */
export function altered(input: Tree, path: readonly string[], value: unknown): Tree {
  const copy = structuredClone(input);
  let inner: Tree = copy;
  for (const step of path.slice(0, -1)) inner = (inner[step] ??= {}) as Tree;
  const last = path.at(-1) ?? '';
  if (value === undefined) delete inner[last];
  else inner[last] = value;
  return copy;
}
