import { Context } from '@temporalio/activity';
import type { TargetState } from '../../audit/index.js';
import { type Moment, momentOf } from '../../cloud/clock.js';
import { type ResourceTarget, isById } from '../../cloud/flow-log.js';
import { BudgetWait } from '../../cloud/call/budget.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { inParallel } from '../../cloud/in-parallel.js';
import type { Scanned } from '../../cloud/lists/scans.js';
import { scopeOf } from '../../cloud/lists/scope.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BeginPageInput, BegunPage, PageTarget, RowEnding } from '../../workflows/contract/bulk-activities.js';
import { parseOperationInput } from '../../workflows/contract/input.js';
import { requestOfItem } from '../../workflows/contract/item-request.js';
import type { OperationInput, OperationReport } from '../../workflows/contract/operation.js';
import { aimOf, desiredOf } from '../../workflows/decide/desired.js';
import { rowOfReport } from '../../workflows/decide/bulk-row.js';
import { nextStep } from '../../workflows/decide/next-step.js';
import type { Dependencies } from '../dependencies.js';
import { BEAT_MS, beating, targetRef } from '../operation/attempt.js';
import { mayBeScanned, situationOfScan } from '../operation/observe.js';
import { SCOPES_AT_ONCE, scopeCalls } from '../plan/scope-calls.js';

/**
 * The targets of a page that need no operation: a drift check of thousands of flow logs that all stand as wished reads their lists, and
 * writes a row for each.
 */

/** Targets that one query of the ledger reads. */
const TARGETS_A_QUERY = 50;

/** Queries of the ledger at once. */
const QUERIES_AT_ONCE = 4;

/** Ends the rows of a page whose targets stand as wished, and reads the targets that are left. Asked again, it counts what it ended before. */
export async function beginBulkPage(deps: Dependencies, input: BeginPageInput): Promise<BegunPage> {
  const { run, page } = input;
  const { bulks } = deps.store;
  const stop = beating(BEAT_MS);
  try {
    const targets = await bulks.readPage(run, page);
    for await (const rows of standing(deps, input, targets)) if (rows.length > 0) await bulks.end(run, rows);
    // Read again: an attempt that was given up for lost may have ended more of them.
    return { targets: await bulks.readPage(run, page), ended: await bulks.endedOfPage(run, page) };
  } finally {
    stop();
  }
}

interface CheckedTarget {
  readonly ordinal: number;
  readonly target: ResourceTarget;
  readonly request: OperationInput;
}

/** A target with a flow log that the ledger knows, and with nothing of ours in doubt. */
interface Known extends CheckedTarget {
  readonly before: TargetState;
  readonly answered: Moment;
}

/** Rows of what stands, scope by scope as their lists are read. Only a scope with flow logs that the ledger knows is read. */
async function* standing(deps: Dependencies, input: BeginPageInput, targets: readonly PageTarget[]) {
  // What is to be deleted has an end of its own only where it is proven absent, by the operation's own look.
  if (input.operation === 'delete') return;
  const scopes = new Map<string, Known[]>();
  const checked = targets.flatMap((item) => checkedTarget(input, item) ?? []);
  const asking = Array.from({ length: Math.ceil(checked.length / TARGETS_A_QUERY) }, (_, index) => {
    const some = checked.slice(index * TARGETS_A_QUERY, (index + 1) * TARGETS_A_QUERY);
    return () => knownTargets(deps, some);
  });
  for await (const some of inParallel(asking, QUERIES_AT_ONCE))
    for (const known of some) {
      const { id } = scopeOf(known.target);
      const others = scopes.get(id);
      if (others) others.push(known);
      else scopes.set(id, [known]);
    }
  const reading = [...scopes.values()].map((members) => () => rowsOfScope(deps, input, members));
  yield* inParallel(reading, SCOPES_AT_ONCE);
}

/** A target named by its resource, whose input is right. */
function checkedTarget(input: BeginPageInput, item: PageTarget): CheckedTarget | undefined {
  const { target, ordinal } = item;
  if (isById(target)) return undefined;
  const parsed = parseOperationInput(input.operation, requestOfItem(input, item));
  return 'problems' in parsed ? undefined : { ordinal, target, request: parsed.input };
}

async function knownTargets(
  { ledger, owner, clock }: Dependencies,
  checked: readonly CheckedTarget[],
): Promise<Known[]> {
  const states = await ledger.readTargets(checked.map(({ target }) => targetRef(owner, target)));
  const answered = momentOf(clock);
  return checked.flatMap((one, index) => {
    const before = states[index];
    return before?.known && mayBeScanned({}, before) ? [{ ...one, before, answered }] : [];
  });
}

/** A scope that cannot be read, or not in time, has no row here: each operation on it tells why, as its own failure. */
async function rowsOfScope(
  deps: Dependencies,
  input: BeginPageInput,
  members: readonly Known[],
): Promise<readonly RowEnding[]> {
  const { cancellationSignal } = Context.current();
  const startedAt = new Date(deps.clock.now()).toISOString();
  const { cloud, count } = scopeCalls(deps.cloud, cancellationSignal);
  const rows: RowEnding[] = [];
  let told = 0;
  try {
    for (const known of members) {
      const end = unchangedBy(deps, input, known, await deps.scans.look(input.run, known.target, cloud));
      if (!end) continue;
      // The calls of a scan stand in one row.
      const apiCalls = count() - told;
      told += apiCalls;
      const report = { outcome: 'unchanged', requestIds: [], apiCalls, ...end } as const;
      rows.push(rowOfReport({ ordinal: known.ordinal, startedAt }, { report, joined: false }));
    }
  } catch (error) {
    cancellationSignal.throwIfAborted();
    if (!(error instanceof CloudError) && !(error instanceof BudgetWait)) throw error;
  }
  return rows;
}

/** End of a target whose operation would end with its first look, having changed nothing; undefined where it has more to do. */
function unchangedBy(
  deps: Dependencies,
  { run, operation }: BeginPageInput,
  { target, request, before, answered }: Known,
  scan: Scanned,
): Pick<OperationReport, 'flowLogId' | 'notApplied'> | undefined {
  const aim = aimOf(request, target);
  const situation = situationOfScan(deps, { ...aim, operation, request, bulk: run }, { before, answered }, scan);
  if (!situation) return undefined;
  const memory = { changes: [], deadlineAt: Number.POSITIVE_INFINITY };
  const step = nextStep(desiredOf(operation, target, request), situation, memory, 0);
  if (step.do !== 'done' || step.outcome !== 'unchanged' || !step.subject || step.whose) return undefined;
  return { flowLogId: step.subject.flowLogId, ...omitUndefined({ notApplied: step.notApplied }) };
}
