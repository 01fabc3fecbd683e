import { omitUndefined } from '../../cloud/omit-undefined.js';
import { readWhole } from '../../cloud/lists/absence.js';
import type { CloudClient } from '../../cloud/call/port.js';
import type { FlowLogIdTarget, ObservedFlowLog, ResourceTarget } from '../../cloud/flow-log.js';
import { products } from '../../cloud/products/products.js';
import { placeName, resourceFromKey, resourceKey } from '../../cloud/target.js';
import type { PlaceRef } from '../../audit/index.js';
import type { Dependencies } from '../dependencies.js';

/** A flow log that was named by its id, as far as it is known. */
export interface FoundFlowLog {
  /** The resource it belongs to; absent where neither ledger nor cloud knows it. */
  readonly target?: ResourceTarget;
  readonly flowLogs: readonly ObservedFlowLog[];
  /** ISO 8601 UTC; absent where the cloud was not asked. */
  readonly readAt?: string;
}

const placeRef = (owner: string, target: FlowLogIdTarget): PlaceRef => ({
  owner,
  product: target.product,
  accountId: target.accountId,
  place: placeName(target),
});

/**
 * The resource of a flow log that a change of ours has named: a list may not show the flow log yet, or not any more, and the resource of
 * a flow log never changes.
 */
export async function rememberedTarget(
  { ledger, owner }: Dependencies,
  target: FlowLogIdTarget,
): Promise<ResourceTarget | undefined> {
  const key = await ledger.keyOfFlowLog(placeRef(owner, target), target.flowLogId);
  return key === undefined ? undefined : withResource(target, resourceFromKey(target.product, key));
}

/** The resource as the cloud lists it, by one read. */
export async function listedTarget(
  { clock, timing }: Pick<Dependencies, 'clock' | 'timing'>,
  cloud: CloudClient,
  target: FlowLogIdTarget,
): Promise<FoundFlowLog> {
  const { product, ecrId, flowLogId } = target;
  const { flowLogs, readAt } = await readWhole(cloud, clock, target, { flowLogId }, timing);
  const found = flowLogs.find((flowLog) => flowLog.flowLogId === flowLogId);
  if (!found) return { flowLogs: [], readAt };
  const above = products[product].parent;
  const resource = { ...(above && ecrId ? { [above.field]: ecrId } : undefined), ...found.resource };
  const isKnown = resourceKey(product, resource) !== undefined;
  return {
    ...omitUndefined({ target: isKnown ? withResource(target, resource) : undefined }),
    flowLogs: [found],
    readAt,
  };
}

const withResource = (
  { product, accountId, region }: FlowLogIdTarget,
  resource: ResourceTarget['resource'],
): ResourceTarget => ({ product, accountId, ...omitUndefined({ region: region || undefined }), resource });

/**
 * Tells whether a flow log that no list shows may be one whose create is in doubt in this place: while it may, its absence is not proven.
 */
export async function mayBeInDoubt({ ledger, owner, timing }: Dependencies, target: FlowLogIdTarget): Promise<boolean> {
  const memory = await ledger.memoryOf(placeRef(owner, target), 0);
  return memory.some(({ state }) =>
    state.pending.some(({ verb, ageMs }) => verb === 'create' && ageMs < timing.graceMs),
  );
}
