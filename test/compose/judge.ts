import { hold } from './check.js';
import type { World } from './world.js';

/** A manifest of so many targets, on all three products; their ids begin with the name. */
export function manifestOf(name: string, count: number): string {
  const resource = [
    (id: string) => ({ product: 'vpc', resource: { type: 'VPC', id: `vpc-${id}` } }),
    (id: string) => ({ product: 'cen', resource: { cenId: `cen-${name}`, transitRouterId: `tr-${id}` } }),
    (id: string) => ({ product: 'ecr', resource: { ecrId: `ecr-${name}`, instanceId: `vbr-${id}` } }),
  ];
  const flowLogs = Array.from({ length: count }, (_, index) => resource[index % 3]!(`${name}${index}`));
  const defaults = { region: 'cn-hangzhou', destination: { project: 'netlogs', logStore: 'flow' } };
  return JSON.stringify({ version: 1, defaults, flowLogs });
}

interface FlowLog {
  readonly flowLogId: string;
  readonly status: string;
  readonly tags?: Readonly<Record<string, string>>;
}
interface Call {
  readonly action: string;
  readonly committed?: boolean;
  readonly outcome: string;
  readonly requestId: string;
}
interface Row {
  readonly state: string;
  readonly key?: string;
}

/** Holds what the cloud has, its journal, the report and the ledger against one another, once a bulk over {@link manifestOf} has ended. */
export async function expectOnce(world: World, name: string, count: number): Promise<void> {
  const summary = (await world.simulator('summary')) as { created: Record<string, number>; madeMoreThanOnce: object };
  hold(Object.keys(summary.madeMoreThanOnce).length === 0, 'I1: no resource ever had two flow logs made', summary.madeMoreThanOnce); // prettier-ignore
  const made = Object.keys(summary.created).filter((resource) => resource.includes(name));
  hold(made.length === count, `I1: each of the ${count} has one`, made.length);
  const truth = JSON.stringify(await world.simulator('flow-logs'));
  const ours = JSON.parse(truth) as FlowLog[] | { flowLogs: FlowLog[] } as { flowLogs?: FlowLog[] };
  const all = (Array.isArray(ours) ? ours : (ours.flowLogs ?? [])) as FlowLog[];
  const inactive = all.filter((flowLog) => JSON.stringify(flowLog).includes(name) && !/"Active"/.test(JSON.stringify(flowLog))); // prettier-ignore
  hold(inactive.length === 0, 'I1: all are active', inactive.slice(0, 3));

  const report = await world.flowlog(['bulk', 'report', name, '--format', 'json']);
  const { rows = [] } = JSON.parse(report.stdout) as { rows?: Row[] };
  const states = new Map<string, number>();
  for (const { state } of rows) states.set(state, (states.get(state) ?? 0) + 1);
  hold(rows.length === count, `I3: the report has ${count} rows`, rows.length);
  hold((states.get('succeeded') ?? 0) + (states.get('unchanged') ?? 0) + (states.get('joined') ?? 0) === count, 'I2, I3: every row has an end, and a good one', [...states]); // prettier-ignore

  const ledger = await world.flowlog(['audit', 'export', '--format', 'jsonl']);
  const journal = (await world.simulator('journal')) as Call[] | { entries: Call[] };
  const calls = Array.isArray(journal) ? journal : journal.entries;
  const changes = calls.filter(({ action, committed, outcome }) => committed && outcome === 'answered' && !/^(Describe|List|Get)/.test(action)); // prettier-ignore
  const untold = changes.filter(({ requestId }) => !ledger.stdout.includes(requestId));
  hold(changes.length >= count, 'the journal holds every change', changes.length);
  // An answer that was on its way when a worker died is in no record; its effect is.
  hold(untold.length <= 20, 'I4: the ledger tells the request id of every answer that came', untold.slice(0, 3));
  const { throttled } = (await world.simulator('summary')) as { throttled?: number };
  console.log(`  I6: the cloud throttled ${throttled ?? 0} calls`);
  const verified = await world.flowlog(['audit', 'verify']);
  // 5: whole, and no anchor that was kept outside was given.
  hold([0, 5].includes(verified.code), 'I4: the record is whole', verified.output);
}
