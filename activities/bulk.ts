import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { type DiscoveredResource, type Selector, isMeant, specFor } from '../cloud/discovery/selector.js';
import { survey } from '../cloud/discovery/survey.js';
import { placeName, workflowIdOf } from '../cloud/target.js';
import type { BulkTarget } from '../store/index.js';
import type {
  BulkItem,
  BulkReport,
  InspectBulksInput,
  InspectBulksReport,
  PlaceProblem,
  StoreManifestInput,
} from '../workflows/bulk-contract.js';
import { failureTypes } from '../workflows/contract.js';
import type {
  BulkEvent,
  BulkPageRef,
  FinishInput,
  PageTarget,
  PreparedBulk,
  PrepareInput,
  RowEnding,
} from './bulk-api.js';
import { currentOperation } from './attempt.js';
import { canonicalJson } from '../audit/index.js';
import type { Dependencies } from './dependencies.js';
import { failure } from './failures.js';
import { settingsOf } from './situation.js';

/** Bulks shown where no number is asked for. */
const SHOWN_BULKS = 20;

/** Targets handed to the database at a time. */
const BATCH = 500;

const BEAT_MS = 5_000;

/** Gathers the targets of a bulk and cuts them into pages; the same again answers the same. */
export async function prepareBulk(deps: Dependencies, input: PrepareInput): Promise<PreparedBulk> {
  const { run, bulk, operation, requestedBy, reason, retryOf, options = {} } = input;
  const beat = setInterval(() => Context.current().heartbeat(), BEAT_MS);
  try {
    await openChain(deps, input);
    const about = { ...(reason ? { reason } : {}), ...(retryOf ? { retryOf } : {}) };
    const isNew = await deps.store.bulks.open({ run, bulk, operation, requestedBy, ...about });
    const problems = isNew ? await gather(deps, input) : [];
    const total = await deps.store.bulks.count(run);
    if (isNew) refuseBeyondLimits(total, options);
    const pages = await deps.store.bulks.seal(run, options.canary ?? 0);
    return { total, pages, problems, settings: settingsOf(deps) };
  } finally {
    clearInterval(beat);
  }
}

/** Who asked for this bulk, and why: the first row of its own chain. Its operations name it. */
function openChain({ ledger, workerBuild }: Dependencies, input: PrepareInput): Promise<unknown> {
  const { bulk, run, items = [], requestedBy, reason, ...asked } = input;
  return ledger.openOperation({
    operation: { ...currentOperation(), runId: run },
    workflowType: 'bulkFlowLogs',
    target: `${asked.operation} in bulk`,
    requestedBy,
    input: { ...asked, items: items.length },
    workerBuild,
    bulk,
    ...(reason ? { reason } : {}),
  });
}

/** Named targets first, so that a selector which finds one of them again changes nothing about it. */
async function gather(deps: Dependencies, input: PrepareInput): Promise<readonly PlaceProblem[]> {
  const { run, items = [], manifest, retryOf } = input;
  if (retryOf && !(await deps.store.bulks.addRemainder(run, retryOf)))
    throw refused(failureTypes.noSuchBulk, `${retryOf}: the database knows no such bulk`, 'See `flowlog bulk list`.');
  const stored = manifest ? await storedItems(deps, manifest) : [];
  await addItems(deps, run, [...items, ...stored]);
  return addSelected(deps, input);
}

/** Problems told one by one: the answer goes through one payload of Temporal. */
const MOST_PROBLEMS = 200;

/** What selectors mean, place by place as it is found; a place that cannot be read is told and holds back no other. */
async function addSelected(
  deps: Dependencies,
  { run, selectors = [] }: PrepareInput,
): Promise<readonly PlaceProblem[]> {
  if (selectors.length === 0) return [];
  const problems: PlaceProblem[] = [];
  const { cancellationSignal: signal } = Context.current();
  for await (const { resources, problems: more } of survey({ ...deps, signal }, selectors)) {
    const targets = resources.flatMap((resource) => selectedTarget(selectors, resource));
    for (let first = 0; first < targets.length; first += BATCH)
      await deps.store.bulks.add(run, targets.slice(first, first + BATCH), true);
    problems.push(...more);
  }
  return problems.slice(0, MOST_PROBLEMS);
}

/** A resource as a target, where its selector means it; one whose place has no flow logs is skipped before it begins. */
function selectedTarget(
  selectors: readonly Selector[],
  { target, selector: index, coverage }: DiscoveredResource,
): BulkTarget[] {
  const selector = selectors[index];
  if (!selector) return [];
  const spec = specFor(selector, target.accountId);
  const row = targetOf({ target, ...(spec ? { spec } : {}) });
  if (isMeant(selector, coverage)) return [row];
  if (coverage !== 'unsupported' || (selector.coverage !== 'all' && selector.coverage !== 'missing')) return [];
  const reason = `unsupported: ${target.product} has no flow logs in ${placeName(target)}`;
  return [{ ...row, ending: { state: 'skipped', reason, code: 'unsupported' } }];
}

async function addItems({ store }: Dependencies, run: string, items: readonly BulkItem[]): Promise<void> {
  for (let first = 0; first < items.length; first += BATCH)
    await store.bulks.add(run, items.slice(first, first + BATCH).map(targetOf), false);
}

/** A target as the store keeps it. */
export function targetOf(item: BulkItem): BulkTarget {
  const { product, accountId } = item.target;
  return { ...item, workflowId: workflowIdOf(item.target), place: `${product}/${accountId}/${placeName(item.target)}` };
}

/** The items of a stored manifest, all of them and unchanged, or a refusal. */
async function storedItems({ store }: Dependencies, manifest: NonNullable<PrepareInput['manifest']>) {
  const items = await store.manifests.read(manifest);
  const digest = items && createHash('sha256').update(canonicalJson(items)).digest('hex');
  if (items && digest === manifest.sha256) return items;
  const what = items ? `its items have the digest ${digest}` : 'pages of it are missing';
  const advice = 'Store the manifest again, all its pages (`storeManifest`), then ask again.';
  throw refused(failureTypes.noSuchManifest, `manifest ${manifest.sha256} cannot be used: ${what}`, advice);
}

/** More than anybody meant stops before anything starts. */
function refuseBeyondLimits(total: number, { maxTargets, expect }: NonNullable<PrepareInput['options']>): void {
  if (maxTargets !== undefined && total > maxTargets)
    throw refused(
      failureTypes.tooManyTargets,
      `${total} targets are more than maxTargets ${maxTargets}`,
      'See what is selected (`flowlog plan`), then name fewer or raise maxTargets.',
    );
  if (expect !== undefined && total !== expect)
    throw refused(
      failureTypes.unexpectedCount,
      `${total} targets are there, and ${expect} were expected`,
      'Look at the plan again (`flowlog plan`) and give the number that it counts.',
    );
}

const refused = (kind: string, message: string, advice: string) =>
  failure({ kind, code: kind, message: `${message}; nothing was started`, advice }, { nonRetryable: true });

export const readBulkPage = ({ store }: Dependencies, { run, page }: BulkPageRef): Promise<readonly PageTarget[]> =>
  store.bulks.readPage(run, page);

export const endBulkRows = (
  { store }: Dependencies,
  { run, rows }: { readonly run: string; readonly rows: readonly RowEnding[] },
): Promise<void> => store.bulks.end(run, rows);

export const recordBulkEvent = ({ ledger }: Dependencies, { event, body, run }: BulkEvent): Promise<void> =>
  ledger.recordEvent({ operation: { ...currentOperation(), runId: run }, event, body });

/** Every target has its row; then the report, and the last row of the bulk's chain. */
export async function finishBulk({ store, ledger, clock }: Dependencies, input: FinishInput): Promise<BulkReport> {
  const { run, rest, ...report } = input;
  if (report.end !== 'refused') await store.bulks.endRest(run, rest);
  const tally = await store.bulks.tally(run);
  const whole = { ...report, tally, endedAt: new Date(clock.now()).toISOString() };
  await store.bulks.close(run, whole);
  await ledger.closeOperation({ operation: { ...currentOperation(), runId: run }, outcome: report.end, body: whole });
  return whole;
}

export const storeManifestPage = (
  { store }: Dependencies,
  { sha256, page, items }: StoreManifestInput,
): Promise<void> => store.manifests.storePage(sha256, page, items);

export async function inspectBulks(
  { store }: Dependencies,
  { bulk, runs, limit = runs?.length ?? SHOWN_BULKS }: InspectBulksInput,
): Promise<InspectBulksReport> {
  const only = { ...(bulk ? { bulk } : {}), ...(runs ? { runs } : {}) };
  return { bulks: await store.bulks.list(Math.min(Math.max(1, limit), 100), only) };
}
