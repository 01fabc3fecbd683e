import { omitUndefined } from '../../cloud/omit-undefined.js';
import { defaultAccount } from '../../simulator/index.js';
import type { Program } from '../chaos/plan.js';

/** Region of all targets. */
const region = 'cn-hangzhou';

/** A bulk over so many targets on all three products, whose ids tell its name. */
export interface Bulk {
  readonly name: string;
  readonly count: number;
  /** So many of its first targets have a flow log of somebody else. */
  readonly taken: number;
}

interface Item {
  readonly product: 'vpc' | 'cen' | 'ecr';
  readonly resource: Readonly<Record<string, string>>;
  /** The resource as the simulator writes it. */
  readonly written: string;
}

function itemsOf({ name, count }: Bulk): readonly Item[] {
  const kinds: readonly ((id: string) => Item)[] = [
    (id) => ({ product: 'vpc', resource: { type: 'VPC', id: `vpc-${id}` }, written: `vpc-${id}` }),
    (id) => ({ product: 'cen', resource: { cenId: `cen-${name}`, transitRouterId: `tr-${id}` }, written: `cen-${name}/tr-${id}` }), // prettier-ignore
    (id) => ({ product: 'ecr', resource: { ecrId: `ecr-${name}`, instanceId: `vbr-${id}` }, written: `ecr-${name}/vbr-${id}` }), // prettier-ignore
  ];
  return Array.from({ length: count }, (_, index) => kinds[index % kinds.length]!(`${name}${index}`));
}

/** The manifest that asks for it. */
export function manifestOf(bulk: Bulk): string {
  const flowLogs = itemsOf(bulk).map(({ product, resource }) => ({ product, resource }));
  const defaults = { region, destination: { project: 'netlogs', logStore: 'flow' } };
  return JSON.stringify({ version: 1, defaults, flowLogs });
}

/** Flow logs of somebody else on the first targets, as the simulator's control takes them. */
export function seedOf(bulk: Bulk): object {
  const destination = { project: 'theirs', logStore: 'theirs' };
  const taken = itemsOf(bulk).slice(0, bulk.taken);
  return { region, flowLogs: taken.map(({ product, resource }) => ({ product, resource, destination })) };
}

/** State that is expected in the end: one active flow log of ours on each target, and none where somebody else has one. */
export function programsOf(bulk: Bulk): readonly Program[] {
  return itemsOf(bulk).map(({ product, resource, written }, index) => ({
    target: {
      product,
      accountId: defaultAccount.uid,
      ...omitUndefined({ region: product === 'ecr' ? undefined : region }),
      resource,
    },
    place: `${product} ${written}`,
    operations: [],
    wanted: index < bulk.taken ? { creates: 0 } : { status: 'Active', creates: 1 },
  }));
}
