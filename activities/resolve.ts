import { Context } from '@temporalio/activity';
import { answerHoldsMs } from '../cloud/proof.js';
import type { FlowLogIdTarget } from '../cloud/flow-log.js';
import { products } from '../cloud/products.js';
import type { ResolveInput, ResolvedFlowLog } from './api.js';
import type { Dependencies } from './dependencies.js';
import { failure } from './failures.js';
import { listedTarget, mayBeInDoubt, rememberedTarget } from './find-target.js';
import { openChain } from './observe.js';
import { settingsOf } from './situation.js';
import { looking } from './tally.js';

/**
 * Finds whose traffic a flow log records: what the ledger knows of it first, then one read. The operation on it then runs under that
 * resource's key, and asks the ledger for what lists do not show yet.
 */
export function resolveFlowLog(deps: Dependencies, input: ResolveInput): Promise<ResolvedFlowLog> {
  const { target } = input;
  return looking(deps, async (cloud, spent) => {
    await openChain(deps, { ...input, target: `${target.product} flow log ${target.flowLogId}` });
    const resource = (await rememberedTarget(deps, target)) ?? (await listedTarget(deps, cloud, target)).target;
    if (!resource) await requireOldAbsence(deps, target);
    const { apiCalls, requestIds } = spent;
    return { ...(resource ? { target: resource } : {}), apiCalls, requestIds, settings: settingsOf(deps) };
  });
}

/**
 * While a create of this place is in doubt, the flow log named may be the one it made. Whoever named it knew of it before we looked: it
 * shows commit delay and list lag later, or it is not there.
 */
async function requireOldAbsence(deps: Dependencies, target: FlowLogIdTarget): Promise<void> {
  const askedAgoMs = deps.clock.now() - Context.current().info.scheduledTimestampMs;
  const leftMs = answerHoldsMs(deps.timing) - askedAgoMs;
  if (leftMs <= 0 || !(await mayBeInDoubt(deps, target))) return;
  const { product, flowLogId } = target;
  throw failure(
    {
      kind: 'unavailable',
      code: 'CreateInDoubt',
      message: `flow log ${flowLogId} is not listed, and a create of its place is in doubt: it may be the one that was made`,
      product,
      action: products[product].actions.list.action,
      advice: 'Nothing to do: it is looked for again when lists must show it.',
    },
    { nextRetryDelayMs: leftMs, benign: true },
  );
}
