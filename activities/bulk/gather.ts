import { Context } from '@temporalio/activity';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type DiscoveredResource, type Selector, isMeant, specFor } from '../../cloud/discovery/selector.js';
import { EmptySelectors } from '../../cloud/discovery/empty.js';
import { survey } from '../../cloud/discovery/survey.js';
import { placeName, workflowIdOf } from '../../cloud/target.js';
import type { BulkTarget, KeptManifest } from '../../store/index.js';
import type { BulkInput, BulkItem, PlaceProblem } from '../../workflows/contract/bulk.js';
import { failureTypes, type Operation } from '../../workflows/contract/operation.js';
import type { Dependencies } from '../dependencies.js';
import { failure } from '../failures.js';
import { sha256Of } from './manifest-digest.js';

/** Targets handed on at a time. */
const HANDED_ON_AT_ONCE = 500;

/** Targets as they are found, in the order of the request. */
export interface Gathered {
  readonly targets: readonly BulkTarget[];
  /** Found by a selector. */
  readonly selected: boolean;
  readonly problems: readonly PlaceProblem[];
  readonly apiCalls: number;
  /** In the last batch: selectors that match nothing, by their places in the request, from 0. */
  readonly emptySelectors?: readonly number[];
}

/**
 * The targets that a bulk or a plan names. Named ones first, so that a selector which finds one of them again changes nothing about it;
 * then what selectors mean, place by place. A place that cannot be read is told and holds back no other.
 * @throws ApplicationFailure `NoSuchManifest`, or `InvalidInput` where the manifest was stored for another operation
 */
export async function* gatherTargets(
  deps: Dependencies,
  {
    operation,
    items = [],
    manifest,
    selectors = [],
  }: Pick<BulkInput, 'operation' | 'items' | 'manifest' | 'selectors'>,
): AsyncGenerator<Gathered, void, undefined> {
  const stored = manifest ? await storedItems(deps, manifest, operation) : [];
  yield* batched([...items, ...stored].map(storedTarget), { selected: false, problems: [], apiCalls: 0 });
  if (selectors.length === 0) return;
  const { cancellationSignal: signal } = Context.current();
  const empty = new EmptySelectors(selectors.length);
  for await (const finding of survey({ ...deps, signal }, selectors)) {
    const { resources, problems, apiCalls } = finding;
    empty.add(finding);
    const targets = resources.flatMap((resource) => selectedTarget(selectors, resource));
    yield { targets: [], selected: true, problems, apiCalls };
    yield* batched(targets, { selected: true, problems: [], apiCalls: 0 });
  }
  if (empty.all.length > 0) yield { targets: [], selected: true, problems: [], apiCalls: 0, emptySelectors: empty.all };
}

function* batched(targets: readonly BulkTarget[], about: Omit<Gathered, 'targets'>): Generator<Gathered> {
  for (let first = 0; first < targets.length; first += HANDED_ON_AT_ONCE)
    yield { ...about, targets: targets.slice(first, first + HANDED_ON_AT_ONCE) };
}

/** A resource as a target, where its selector means it; one whose place has no flow logs is skipped before it begins. */
function selectedTarget(
  selectors: readonly Selector[],
  { target, selector: index, coverage }: DiscoveredResource,
): BulkTarget[] {
  const selector = selectors[index];
  if (!selector) return [];
  const spec = specFor(selector, target.accountId);
  const row = storedTarget({ target, ...omitUndefined({ spec }) });
  if (isMeant(selector, coverage)) return [row];
  if (coverage !== 'unsupported' || (selector.coverage !== 'all' && selector.coverage !== 'missing')) return [];
  const reason = `unsupported: ${target.product} has no flow logs in ${placeName(target)}`;
  return [{ ...row, ending: { state: 'skipped', reason, code: 'unsupported' } }];
}

/** A target as the store keeps it. */
function storedTarget(item: BulkItem): BulkTarget {
  const { product, accountId } = item.target;
  return { ...item, workflowId: workflowIdOf(item.target), place: `${product}/${accountId}/${placeName(item.target)}` };
}

/** The items of a stored manifest, all of them, unchanged and checked for the operation, or a refusal. */
async function storedItems(
  { store }: Dependencies,
  manifest: NonNullable<BulkInput['manifest']>,
  operation: Operation,
): Promise<readonly BulkItem[]> {
  const kept = await store.manifests.read(manifest);
  const digest = kept && sha256Of(kept.items);
  if (kept && digest === manifest.sha256) {
    refuseOtherOperation(kept, manifest, operation);
    return kept.items;
  }
  const what = kept ? `its items have the digest ${digest}` : 'pages of it are missing';
  const advice = 'Store the manifest again, all its pages (`storeManifest`), then ask again.';
  throw refusedBulk(failureTypes.noSuchManifest, `manifest ${manifest.sha256} cannot be used: ${what}`, advice);
}

/** A manifest is checked for what it is stored for: used for anything else, each of its items would be refused by itself. */
function refuseOtherOperation(
  { operations }: KeptManifest,
  { sha256 }: NonNullable<BulkInput['manifest']>,
  operation: Operation,
): void {
  if (!operations || operations.includes(operation)) return;
  const storedFor = operations.join(' and ') || 'nothing as a whole';
  const advice = `Store it for ${operation} (\`storeManifest\`), all its pages, then ask again.`;
  const message = `manifest: ${sha256} was stored for ${storedFor}, and cannot be used for ${operation}`;
  throw refusedBulk(failureTypes.invalidInput, message, advice);
}

/** Nothing was started, and asking again does not help. */
export const refusedBulk = (kind: string, message: string, advice: string) =>
  failure({ kind, code: kind, message: `${message}; nothing was started`, advice }, { nonRetryable: true });
