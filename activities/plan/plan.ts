import { ROWS_AT_ONCE } from '../reads/in-one-answer.js';
import { Context } from '@temporalio/activity';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { IntentRefused } from '../../audit/index.js';
import { ANSWER_BYTES, jsonBytes } from '../../cloud/json-size.js';
import type { BulkTarget } from '../../store/index.js';
import type { PlaceProblem } from '../../workflows/contract/bulk.js';
import type { PlanInput, PlanReport, PlanRow } from '../../workflows/contract/plan.js';
import { BEAT_MS, beating, currentOperation, rowsOfAttempt } from '../operation/attempt.js';
import type { Dependencies } from '../dependencies.js';
import { Forecast } from './forecast.js';
import type { ForeseenRow, UnnumberedRow } from './foreseen-row.js';
import { foreseeTargets } from './foresight.js';
import { gatherTargets } from '../bulk/gather.js';
import { rehearse } from './rehearse.js';
import { countOf, told, toldPlaces } from '../told.js';

/** Bytes of each list in a report; destinations have what the others leave. */
const TOLD_BYTES = { counts: 5_000, quotaWarnings: 6_000, problems: 20_000 } as const;

/**
 * Plans what an operation would do on each target. Each attempt writes rows of its own to the database; the report names them and sums them
 * up. Nothing is changed in the cloud, and but for rehearsals nothing is recorded.
 */
export async function planBulk(deps: Dependencies, input: PlanInput): Promise<PlanReport> {
  const { info, cancellationSignal: signal } = Context.current();
  const run = info.workflowExecution?.runId ?? info.activityId;
  const readAt = new Date(deps.clock.now()).toISOString();
  const stop = beating(BEAT_MS);
  try {
    const forecast = new Forecast(deps.budget, deps.quotaOf);
    const problems: PlaceProblem[] = [];
    const { targets, emptySelectors } = await gathered(deps, input, { forecast, problems });
    const found: ForeseenRow[] = [];
    for await (const look of foreseeTargets(deps, { run, asking: input, told: true }, targets, signal)) {
      forecast.add(look);
      if (look.problem) problems.push(look.problem);
      for (const [index, row] of look.rows) found[index] = row;
    }
    const rows = input.validate ? await rehearsed(deps, input, found, signal) : found.map(({ row }) => row);
    const name = rowsOfAttempt();
    for (let first = 0; first < rows.length; first += ROWS_AT_ONCE)
      await deps.store.rows.append(name, first, withNumbers(rows, first));
    return { operation: input.operation, rows: name, readAt, ...summedUp(rows, forecast, problems), emptySelectors };
  } finally {
    stop();
  }
}

/** Everything that is named, each target once. */
async function gathered(
  deps: Dependencies,
  input: PlanInput,
  { forecast, problems }: { forecast: Forecast; problems: PlaceProblem[] },
): Promise<{ readonly targets: readonly BulkTarget[] } & Pick<PlanReport, 'emptySelectors'>> {
  const byId = new Map<string, BulkTarget>();
  let empty: PlanReport['emptySelectors'];
  for await (const { targets, problems: more, apiCalls, emptySelectors } of gatherTargets(deps, input)) {
    for (const target of targets) if (!byId.has(target.workflowId)) byId.set(target.workflowId, target);
    problems.push(...more);
    empty = emptySelectors;
    forecast.asked(apiCalls);
  }
  return { targets: [...byId.values()], emptySelectors: empty };
}

const withNumbers = (rows: readonly UnnumberedRow[], first: number): readonly PlanRow[] =>
  rows.slice(first, first + ROWS_AT_ONCE).map((row, index) => ({ ordinal: first + index + 1, ...row }));

/** Rehearses what would be created, one after the other; who asked, and why, is the first row of the record. */
async function rehearsed(
  deps: Dependencies,
  input: PlanInput,
  found: readonly ForeseenRow[],
  signal: AbortSignal,
): Promise<readonly UnnumberedRow[]> {
  const { requestedBy, reason, operation, items = [], ...asked } = input;
  const chain = currentOperation();
  await deps.ledger.openOperation({
    operation: chain,
    workflowType: 'planFlowLogs',
    target: `rehearsal of ${operation}`,
    requestedBy,
    input: { ...asked, operation, items: items.length },
    workerBuild: deps.workerBuild,
    ...omitUndefined({ reason: reason || undefined }),
  });
  const rows: UnnumberedRow[] = [];
  for (const { row, aim } of found) {
    const rehearsal = aim && row.verdict === 'create' ? await rehearse(deps, aim, signal).catch(frozen) : undefined;
    rows.push(rehearsal ? { ...row, rehearsal } : row);
  }
  await deps.ledger.closeOperation({ operation: chain, outcome: 'rehearsed', body: planTally(rows) });
  return rows;
}

function planTally(rows: readonly UnnumberedRow[]): { readonly passed: number; readonly refused: number } {
  const rehearsals = rows.flatMap(({ rehearsal }) => rehearsal ?? []);
  const passed = rehearsals.filter((each) => each.passed).length;
  return { passed, refused: rehearsals.length - passed };
}

/** A create that a freeze stops is not even rehearsed; the row says so. */
function frozen(error: unknown) {
  if (!(error instanceof IntentRefused)) throw error;
  return { passed: false, code: `Intent(${error.reason})`, message: error.message };
}

function summedUp(
  rows: readonly UnnumberedRow[],
  forecast: Forecast,
  problems: readonly PlaceProblem[],
): Omit<PlanReport, 'operation' | 'rows' | 'readAt'> {
  const { calls, seconds } = forecast;
  return {
    expect: rows.filter(({ verdict }) => verdict !== 'skip').length,
    verdicts: countWords(rows.map(({ verdict }) => verdict)),
    changes: countWords(rows.flatMap(({ changes }) => changes)),
    ends: countWords(rows.flatMap(({ verdict, outcome }) => (verdict === 'skip' ? [] : (outcome ?? 'uncertain')))),
    needChange: rows.filter(({ changes }) => changes.length > 0).length,
    ...flawsOf(rows),
    calls,
    seconds,
    ...omitUndefined({ rehearsed: rows.some(({ rehearsal }) => rehearsal) ? planTally(rows) : undefined }),
    ...reportLists(forecast, problems),
  };
}

/** The lists of a report, each with how many there are beyond what is told. */
function reportLists({ allDestinations, quotaWarnings }: Forecast, problems: readonly PlaceProblem[]) {
  const quota = told(quotaWarnings, TOLD_BYTES.quotaWarnings);
  const places = toldPlaces(problems, TOLD_BYTES.problems);
  const left = ANSWER_BYTES - TOLD_BYTES.counts - jsonBytes([quota.first, places.first]);
  const destinations = told(allDestinations, left);
  return {
    destinations: destinations.first,
    ...countOf('moreDestinations', destinations.more),
    quotaWarnings: quota.first,
    ...countOf('moreQuotaWarnings', quota.more),
    problems: places.first,
    ...countOf('moreProblems', places.more),
  };
}

/** Counts the targets that the operation would leave with surplus flow logs, or with fields not applied. */
function flawsOf(rows: readonly UnnumberedRow[]): Pick<PlanReport, 'surplus' | 'notApplied'> {
  const surplus = rows.filter((row) => row.surplus).length;
  const notApplied = rows.filter((row) => row.notApplied).length;
  return omitUndefined({
    surplus: surplus > 0 ? surplus : undefined,
    notApplied: notApplied > 0 ? notApplied : undefined,
  });
}

function countWords<Word extends string>(words: readonly Word[]): Readonly<Record<Word, number>> {
  const counts = {} as Record<Word, number>;
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
