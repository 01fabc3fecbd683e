import { omitUndefined } from '../../cloud/omit-undefined.js';
import {
  type BulkReport,
  type BulkSummary,
  type InspectBulksInput,
  type InspectBulksReport,
  type PlaceProblem,
  SHOWN_BULKS,
  type StoreManifestInput,
} from '../../workflows/contract/bulk.js';
import { type Operation, failureTypes } from '../../workflows/contract/operation.js';
import type {
  BulkEvent,
  BulkPageRef,
  FinishInput,
  PageTarget,
  PreparedBulk,
  PrepareInput,
  RefusedBulk,
  RowEnding,
} from '../../workflows/contract/bulk-activities.js';
import { ANSWER_BYTES, fitting } from '../../cloud/json-size.js';
import type { Gatherer, ToldByGathering } from '../../store/index.js';
import { BEAT_MS, beating, currentOperation } from '../operation/attempt.js';
import type { Dependencies } from '../dependencies.js';
import { gatherTargets, refusedBulk } from './gather.js';
import { refuseBeyondLimits, refuseTooManyChanges } from './limits.js';
import { requestDigest } from './manifest-digest.js';
import { recordIgnored } from '../operation/record.js';
import { settingsOf } from '../operation/situation.js';
import { countOf, toldPlaces } from '../told.js';

/** Gathers the targets of a bulk and cuts them into pages; the same again answers the same. */
export async function prepareBulk(deps: Dependencies, input: PrepareInput): Promise<PreparedBulk> {
  const { run, bulk, operation, requestedBy, reason, retryOf, options = {} } = input;
  const stop = beating(BEAT_MS);
  try {
    const digest = requestDigest(input);
    await openBulkChain(deps, input, digest);
    const about = omitUndefined({ reason: reason || undefined, retryOf: retryOf || undefined });
    const { bulks } = deps.store;
    const gatherer = await bulks.open({ run, bulk, operation, requestedBy, manifestDigest: digest, ...about });
    if (gatherer) {
      const gathered = await gather(deps, input, gatherer);
      refuseBeyondLimits(await bulks.count(run), options);
      await bulks.seal(gatherer, options.canary ?? 0, gathered);
    }
    const { pages, gathered } = await bulks.readSealed(run);
    const total = pages.reduce((sum, { count }) => sum + count, 0);
    // Before anything is started, every time: a run that was sealed and lost its worker has started nothing either.
    await refuseTooManyChanges(deps, input, pages);
    return { total, pages, ...gathered, settings: settingsOf(deps) };
  } finally {
    stop();
  }
}

/** Records who asked for this bulk, and why: the first row of its own chain. Its operations name it. */
function openBulkChain({ ledger, workerBuild }: Dependencies, input: PrepareInput, digest: string): Promise<unknown> {
  const { bulk, run, items = [], requestedBy, reason, ...asked } = input;
  return ledger.openOperation({
    operation: { ...currentOperation(), runId: run },
    workflowType: 'bulkFlowLogs',
    target: `${asked.operation} in bulk`,
    requestedBy,
    input: { ...asked, items: items.length },
    workerBuild,
    bulk,
    manifestDigest: digest,
    ...omitUndefined({ reason: reason || undefined }),
  });
}

/** Gathers the targets that are named, and those that selectors find now; or those left of an earlier bulk. */
async function gather(deps: Dependencies, input: PrepareInput, gatherer: Gatherer): Promise<ToldByGathering> {
  const { retryOf } = input;
  if (retryOf && !(await deps.store.bulks.addRemainder(gatherer, retryOf)))
    throw refusedBulk(
      failureTypes.noSuchBulk,
      `${retryOf}: the database knows no such bulk, or has removed the rows of its report by age`,
      'See `flowlog bulk list`.',
    );
  const found: PlaceProblem[] = [];
  let empty: ToldByGathering['emptySelectors'];
  for await (const { targets, selected, problems, emptySelectors } of gatherTargets(deps, input)) {
    if (targets.length > 0) await deps.store.bulks.add(gatherer, targets, selected);
    found.push(...problems);
    empty = emptySelectors;
  }
  const { first, more } = toldPlaces(found, PROBLEM_BYTES);
  return { problems: first, ...countOf('moreProblems', more), emptySelectors: empty };
}

/** Bytes of the problems in a report: several bulks are listed in one answer. */
const PROBLEM_BYTES = 40_000;

export const readBulkPage = ({ store }: Dependencies, { run, page }: BulkPageRef): Promise<readonly PageTarget[]> =>
  store.bulks.readPage(run, page);

export const endBulkRows = (
  { store }: Dependencies,
  { run, rows }: { readonly run: string; readonly rows: readonly RowEnding[] },
): Promise<void> => store.bulks.end(run, rows);

export function recordBulkEvent(
  { ledger }: Dependencies,
  { event, body, run, once, ignored }: BulkEvent,
): Promise<void> {
  const operation = { ...currentOperation(), runId: run };
  if (ignored) return recordIgnored(ledger, operation, [ignored]);
  return ledger.recordEvent({ operation, event, body, ...omitUndefined({ once }) });
}

/** Every target has its row; then the report, and the last row of the bulk's chain. */
export async function finishBulk({ store, ledger, clock }: Dependencies, input: FinishInput): Promise<BulkReport> {
  const { run, rest, ignored, ...report } = input;
  const operation = { ...currentOperation(), runId: run };
  if (report.end !== 'refused') await store.bulks.endRest(run, rest);
  const tally = await store.bulks.tally(run);
  const flaws = await store.bulks.flaws(run);
  const causes = await store.bulks.causes(run);
  const whole = { ...report, tally, ...flaws, ...causes, endedAt: new Date(clock.now()).toISOString() };
  await store.bulks.close(run, whole);
  await recordIgnored(ledger, operation, ignored);
  await ledger.closeOperation({ operation, outcome: report.end, body: whole });
  return whole;
}

export async function listRefusal({ store, clock }: Dependencies, refusal: RefusedBulk): Promise<void> {
  const { run, bulk, why } = refusal;
  // The list shows what was said, and the report's own word is one of ours.
  const operation = refusal.operation as Operation;
  const at = new Date(clock.now()).toISOString();
  await store.bulks.open({ run, bulk, operation, requestedBy: refusal.requestedBy });
  const about = {
    bulk,
    operation,
    end: 'refused' as const,
    why,
    refusedBy: 'InvalidInput',
    rows: `bulk:${run}`,
    problems: [],
  };
  await store.bulks.close(run, { ...about, tally: { total: 0 }, startedAt: at, endedAt: at });
}

export const storeManifestPage = (
  { store }: Dependencies,
  { sha256, page, operation, items }: StoreManifestInput,
): Promise<void> => store.manifests.storePage(sha256, page, operation, items);

export async function inspectBulks(
  { store }: Dependencies,
  { bulk, runs, after, limit = runs?.length ?? SHOWN_BULKS }: InspectBulksInput,
): Promise<InspectBulksReport> {
  const only = omitUndefined({ bulk: bulk || undefined, runs, after: after || undefined });
  const found = (await store.bulks.list(Math.min(Math.max(1, limit), 100), only)).map(inBounds);
  const bulks = found.slice(0, Math.max(1, fitting(found, ANSWER_BYTES).length));
  const next = bulks.length < found.length ? bulks.at(-1)?.run : undefined;
  const total = runs || after ? undefined : await store.bulks.countAll(only);
  return { bulks, ...omitUndefined({ total, next }) };
}

/** A bulk whose report fits into an answer: earlier releases kept longer ones. */
function inBounds(bulk: BulkSummary): BulkSummary {
  if (!bulk.report) return bulk;
  const { first, more } = toldPlaces(bulk.report.problems, PROBLEM_BYTES);
  const moreProblems = more + (bulk.report.moreProblems ?? 0);
  return { ...bulk, report: { ...bulk.report, problems: first, ...countOf('moreProblems', moreProblems) } };
}
