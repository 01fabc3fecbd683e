import { omitUndefined } from '../../cloud/omit-undefined.js';
import { singleCalls } from '../../cloud/call/budgeted.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { isById, type ObservedFlowLog, type Product, type ResourceTarget, type Target } from '../../cloud/flow-log.js';
import { isOwn } from '../../cloud/ownership.js';
import { productNames, products } from '../../cloud/products/products.js';
import { readOnce } from '../../cloud/lists/read-list.js';
import { scopeIn } from '../../cloud/lists/scope.js';
import { placeName, resourceFromKey, resourceKey, targetKey } from '../../cloud/target.js';
import type { ListFilter, ListScope } from '../../cloud/lists/wire.js';
import type {
  InspectInput,
  InspectReport,
  InspectedFlowLog,
  RememberedChange,
} from '../../workflows/contract/operation.js';
import type { Dependencies } from '../dependencies.js';
import { inOneAnswer } from './in-one-answer.js';
import { remembered } from '../operation/remembered.js';

/** Flow logs of an account as the cloud lists them, product by product; a place that cannot be read is a problem, not a failure. */
export async function inspect(deps: Dependencies, input: InspectInput): Promise<InspectReport> {
  const readAt = new Date(deps.clock.now()).toISOString();
  const flowLogs: InspectedFlowLog[] = [];
  const memory: RememberedChange[] = [];
  const problems: { place: string; message: string }[] = [];
  const changedWhileReading: string[] = [];
  const missing = input.product && !input.target && missingFor(input.product, input);
  if (missing) return { flowLogs, problems: [{ place: input.product, message: missing }], readAt };
  for (const { place, read } of input.target ? [placeOfTarget(deps, input.target)] : placesOf(deps, input)) {
    try {
      const { rows, memory: known, isSteady } = await read();
      flowLogs.push(...rows);
      memory.push(...known);
      if (!isSteady) changedWhileReading.push(place);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      problems.push({ place, message: `${error.message}. ${error.details.advice}` });
    }
  }
  return inOneAnswer(deps, {
    flowLogs,
    ...omitUndefined({ remembered: memory.length > 0 ? memory : undefined }),
    problems,
    readAt,
    ...omitUndefined({ changedWhileReading: changedWhileReading.length > 0 ? changedWhileReading : undefined }),
  });
}

/** Flow logs of one list, and the changes that the ledger knows beside it. */
interface Read {
  readonly rows: readonly InspectedFlowLog[];
  readonly memory: readonly RememberedChange[];
  readonly isSteady: boolean;
}

/** Something to read, under the name by which people know it. */
interface ReadablePlace {
  readonly place: string;
  readonly read: () => Promise<Read>;
}

/** One target, by the list's own filter. */
function placeOfTarget(deps: Dependencies, target: Target): ReadablePlace {
  const { product, region } = target;
  const ecrId = isById(target) ? target.ecrId : target.resource['ecrId'];
  const scope = scopeIn({ ...target, ecrId });
  const filter = isById(target) ? { flowLogId: target.flowLogId } : { resource: target.resource };
  // A flow log named by its id may have a second one beside it, which only the list of its resource shows.
  const withOthers = async (told: Read): Promise<Read> => {
    const [named] = isById(target) ? told.rows : [];
    if (!named || resourceKey(product, named.resource) === undefined) return told;
    const all = await listOf(deps, scope, { resource: named.resource });
    const others = all.rows.filter(({ flowLogId }) => flowLogId !== named.flowLogId);
    return { rows: [named, ...others], memory: told.memory, isSteady: all.isSteady };
  };
  return {
    place: `${product} ${ecrId ?? region}`,
    read: async () => {
      const told = await withOthers(await listOf(deps, scope, filter));
      const ofTarget = ({ resource }: RememberedChange) =>
        isById(target) || resourceKey(product, resource) === targetKey(target);
      return { ...told, memory: told.memory.filter(ofTarget) };
    },
  };
}

/** Every list of the account that can be read with what is given. One pass each: a list that changes meanwhile is named, not read again and again. */
function placesOf(deps: Dependencies, input: InspectInput): readonly ReadablePlace[] {
  const { region, ecrId } = input;
  const wanted = input.product ? [input.product] : productNames;
  return wanted.flatMap((product): ReadablePlace[] => {
    if (missingFor(product, input)) return [];
    const scope = scopeIn({ ...input, product });
    return [{ place: `${product} ${ecrId ?? region}`, read: () => listOf(deps, scope, {}) }];
  });
}

/** One pass over a list. */
async function listOf(deps: Dependencies, scope: ListScope, filter: ListFilter): Promise<Read> {
  const { flowLogs, complete } = await readOnce(singleCalls(deps.cloud), deps.clock, scope, filter);
  const rows = flowLogs.map((flowLog): InspectedFlowLog => ({
    ...flowLog,
    product: scope.product,
    whose: whoseIs(deps.owner, scope, flowLog),
  }));
  return { rows, memory: await rememberedIn(deps, scope.product, scope, rows), isSteady: complete };
}

/** Names the field that a product's list requires and the input lacks; undefined where none is missing. */
function missingFor(product: Product, { region, ecrId }: InspectInput): string | undefined {
  const { central, parent } = products[product];
  if (!central && !region) return 'region is needed';
  return parent?.requiredOnList && !ecrId ? `${parent.field} is needed: this product lists by it` : undefined;
}

/** Changes of targets of the place that the ledger knows and the list does not show. The ledger is asked last: it is never older than the list. */
async function rememberedIn(
  { ledger, owner, timing }: Dependencies,
  product: Product,
  { accountId, region, ecrId }: InspectInput,
  listed: readonly InspectedFlowLog[],
): Promise<RememberedChange[]> {
  const place = placeName({ product, accountId, ...omitUndefined({ region: region || undefined }), resource: {} });
  const targets = await ledger.memoryOf({ owner, product, accountId, place }, timing.graceMs);
  return targets.flatMap(({ key, state }) => {
    const memory = remembered(state, listed, timing);
    // The account's flow log service is a target of its own, of no resource.
    if (!memory || state.pending.some(({ verb }) => (verb as string) === 'openService')) return [];
    const resource = resourceFromKey(product, key);
    return ecrId && resource['ecrId'] !== ecrId ? [] : [{ product, resource, ...memory }];
  });
}

function whoseIs(
  owner: string,
  place: Omit<ResourceTarget, 'resource'>,
  flowLog: ObservedFlowLog,
): InspectedFlowLog['whose'] {
  if (flowLog.serviceManaged) return 'managed';
  const { resource } = flowLog;
  const known = resourceKey(place.product, resource) !== undefined;
  return known && isOwn(owner, { ...place, resource }, flowLog) ? 'own' : 'foreign';
}
