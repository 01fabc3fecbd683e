import type { FlowLogView, JournalEntry } from '../../simulator/index.js';
import type { BulkRow } from '../../workflows/contract/bulk.js';
import { rowsEnd, rowsTellTheTruth } from '../chaos/bulk/invariants.js';
import { groupBy } from '../chaos/group-by.js';
import { judge } from '../chaos/judge.js';
import type { LedgerRow } from '../chaos/ledger-judge.js';
import { type Bulk, programsOf } from './bulks.js';
import { hold } from './check.js';
import type { World } from './world.js';

/** A time, in epoch ms, in which attempts ended without a word: their worker was killed, or cut off from the cloud. */
export interface Loss {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Facts that the world cannot tell by itself. */
export interface Asked {
  /** All bulks of this world so far; the last one is judged row by row. */
  readonly bulks: readonly Bulk[];
  readonly losses: readonly Loss[];
  /** Flow logs of others as they were before the first call. */
  readonly foreign: readonly FlowLogView[];
  /** Creates per second that the cloud lets through, by product. */
  readonly createsPerSecond: number;
}

/** Holds what the cloud has, its journal, the report and the ledger against one another, once the last of the bulks has ended: I1 to I6. */
export async function expectOnce(world: World, { bulks, losses, foreign, createsPerSecond }: Asked): Promise<void> {
  const last = bulks.at(-1)!;
  const verified = await world.flowlog(['audit', 'verify']);
  // 5: whole, and no anchor that was kept outside was given.
  hold([0, 5].includes(verified.code), 'I4: the record is whole', verified.output);
  const journal = (await world.simulator('journal')) as JournalEntry[];
  const flowLogs = (await world.simulator('flow-logs?gone=true')) as FlowLogView[];
  const ledger = await ledgerOf(world);
  const programs = bulks.flatMap(programsOf);
  const verification = { chains: 0, entries: 0 } as never;
  const evidence = { programs, ends: [], journal, releasedMs: new Map(), flowLogs, foreign, ledger, verification };
  const verdicts = judge(evidence).filter(({ invariant }) => !['I2', 'I3'].includes(invariant));
  for (const { invariant, says, looked, problems } of verdicts)
    hold(problems.length === 0, `${invariant}: ${says} (${looked})`, problems.slice(0, 10));

  const report = await world.flowlog(['bulk', 'report', last.name, '--format', 'json']);
  const { rows = [] } = JSON.parse(report.stdout) as { rows?: BulkRow[] };
  const told = [{ name: last.name, rows: rows.toSorted((a, b) => a.ordinal - b.ordinal), targets: programsOf(last) }];
  for (const { what, problems } of [rowsTellTheTruth(told, flowLogs), rowsEnd(told)])
    hold(problems.length === 0, what, problems.slice(0, 10));
  const states = [...groupBy(rows, ({ state }) => state ?? 'none')].map(([state, { length }]) => `${length} ${state}`);
  const failed = rows.filter(({ state, kind }) => state === 'failed' && kind === 'Conflict').length;
  hold(failed === last.taken && rows.every(({ state }) => ['succeeded', 'unchanged', 'joined', 'failed'].includes(state ?? '')), `I2: all ended well but the ${last.taken} that somebody else has (${states.join(', ')})`, states); // prettier-ignore
  expectTold(journal, ledger, losses);
  expectPaced(journal, createsPerSecond);
}

/** Reads the whole ledger, in the order in which it was written. */
async function ledgerOf(world: World): Promise<readonly LedgerRow[]> {
  const query = `select json_build_object('kind', kind, 'workflow_id', workflow_id, 'run_id', run_id, 'seq', seq, 'intent_id', intent_id, 'target', target,
 'action', action, 'result', result, 'at_ms', extract(epoch from at)::float8 * 1000, 'body', body::json) from ledger.entries order by at, seq`;
  const lines = await world.compose(['exec', '-T', 'postgres', 'psql', '-U', 'postgres', '-d', 'flowlog', '-At'], { input: query }); // prettier-ignore
  return lines.split('\n').filter(Boolean).map((line) => JSON.parse(line) as LedgerRow); // prettier-ignore
}

/**
 * I4: the ledger tells the request id of every answer that came. An answer that came is one whose attempt lived to write it down: the rest are
 * changes whose intents the ledger closed without an answer, and each of them was under way while a worker was lost.
 */
function expectTold(journal: readonly JournalEntry[], ledger: readonly LedgerRow[], losses: readonly Loss[]): void {
  const told = new Set(ledger.flatMap(({ body }) => body.requestId ?? []));
  const changes = journal.filter(({ kind, committed, outcome }) => kind === 'change' && committed && outcome === 'answered'); // prettier-ignore
  const untold = changes.filter(({ requestId }) => !told.has(requestId));
  const silent = ledger.filter(({ kind, result, body }) => kind === 'outcome' && ['unknown', 'ambiguous'].includes(result ?? '') && !body.requestId); // prettier-ignore
  const strange = untold.filter(({ time }) => !losses.some(({ fromMs, toMs }) => Date.parse(time) >= fromMs && Date.parse(time) <= toMs)); // prettier-ignore
  hold(strange.length === 0, `I4: the request id of each of ${changes.length} answers is told, but for ${untold.length} of attempts that were lost`, strange.slice(0, 5)); // prettier-ignore
  hold(untold.length <= silent.length, `I4: the ledger says so of ${silent.length} attempts`, { untold, silent: silent.length }); // prettier-ignore
}

/** I6, over ten seconds: on a busy machine calls that left at their distance arrive closer together. */
function expectPaced(journal: readonly JournalEntry[], perSecond: number): void {
  const most = Math.ceil(10 * perSecond);
  const creates = journal.filter(({ action }) => /^Create/.test(action));
  const peaks = [...groupBy(creates, ({ product }) => product)].map(([product, calls]) => {
    const inTen = calls.map(({ monotonicMs }) => calls.filter((call) => call.monotonicMs >= monotonicMs && call.monotonicMs < monotonicMs + 10_000).length); // prettier-ignore
    return { product, calls: calls.length, most: Math.max(...inTen) };
  });
  hold(peaks.every((peak) => peak.most <= most), `I6: no more than ${most} creates of one product in ten seconds (${peaks.map(({ product, calls, most: peak }) => `${product} ${calls}, at most ${peak}`).join('; ')})`, peaks); // prettier-ignore
}
