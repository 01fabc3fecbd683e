import { CloudError } from '../cloud/cloud-error.js';
import type { ObservedFlowLog, Product, ResourceTarget } from '../cloud/flow-log.js';
import { isOwn } from '../cloud/ownership.js';
import { products } from '../cloud/products.js';
import { readList } from '../cloud/read-list.js';
import { placeName, resourceFromKey, resourceKey } from '../cloud/target.js';
import type { InspectInput, InspectReport, InspectedFlowLog, RememberedChange } from '../workflows/contract.js';
import type { Dependencies } from './dependencies.js';
import { remembered } from './remembered.js';

/** Flow logs of an account as the cloud lists them, product by product; a place that cannot be read is a problem, not a failure. */
export async function inspect(deps: Dependencies, input: InspectInput): Promise<InspectReport> {
  const readAt = new Date(deps.clock.now()).toISOString();
  const wanted = input.product ? [input.product] : (Object.keys(products) as Product[]);
  const flowLogs: InspectedFlowLog[] = [];
  const memory: RememberedChange[] = [];
  const problems: { place: string; message: string }[] = [];
  for (const product of wanted) {
    const missing = missingFor(product, input);
    if (missing) {
      if (input.product) problems.push({ place: product, message: missing });
      continue;
    }
    try {
      const listed = await listOf(deps, product, input);
      flowLogs.push(...listed);
      memory.push(...(await rememberedIn(deps, product, input, listed)));
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      problems.push({
        place: `${product} ${input.ecrId ?? input.region}`,
        message: `${error.message}. ${error.details.advice}`,
      });
    }
  }
  return { flowLogs, ...(memory.length > 0 ? { remembered: memory } : {}), problems, readAt };
}

/** What a product's list cannot do without. */
function missingFor(product: Product, { region, ecrId }: InspectInput): string | undefined {
  const { central, parent } = products[product];
  if (!central && !region) return 'region is needed';
  return parent?.requiredOnList && !ecrId ? `${parent.field} is needed: this product lists by it` : undefined;
}

async function listOf(deps: Dependencies, product: Product, { accountId, region, ecrId }: InspectInput) {
  const scope = { product, accountId, ...(region ? { region } : {}), ...(ecrId ? { ecrId } : {}) };
  const { flowLogs } = await readList(deps.cloud, deps.clock, scope, {});
  return flowLogs.map((flowLog): InspectedFlowLog => ({
    ...flowLog,
    product,
    whose: whoseIs(deps.owner, scope, flowLog),
  }));
}

/** What the ledger knows of the targets of the place and the list does not show. The ledger is asked last: it is never older than the list. */
async function rememberedIn(
  { ledger, owner, timing }: Dependencies,
  product: Product,
  { accountId, region, ecrId }: InspectInput,
  listed: readonly InspectedFlowLog[],
): Promise<RememberedChange[]> {
  const place = placeName({ product, accountId, ...(region ? { region } : {}), resource: {} });
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
