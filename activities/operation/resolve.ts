import { omitUndefined } from '../../cloud/omit-undefined.js';
import { answerHoldsMs } from '../../cloud/errors/proof.js';
import type { FlowLogIdTarget } from '../../cloud/flow-log.js';
import { products } from '../../cloud/products/products.js';
import type { BootMoment, ResolveInput, ResolvedFlowLog } from '../../workflows/contract/activities.js';
import type { Dependencies } from '../dependencies.js';
import { failure } from '../failures.js';
import { listedTarget, mayBeInDoubt, rememberedTarget } from './find-target.js';
import { openChain } from './observe.js';
import { settingsOf } from './situation.js';
import type { AttemptState } from './attempt-state.js';
import { looking } from './attempt-calls.js';

/**
 * Finds the resource whose traffic a flow log records: in the ledger first, then by one read. The operation on it then runs under that
 * resource's key, and asks the ledger for what lists do not show yet.
 */
export function resolveFlowLog(deps: Dependencies, input: ResolveInput): Promise<ResolvedFlowLog> {
  const { target } = input;
  return looking(deps, input, async (cloud, spent) => {
    await openChain(deps, { ...input, target: `${target.product} flow log ${target.flowLogId}` });
    const resource = (await rememberedTarget(deps, target)) ?? (await listedTarget(deps, cloud, target)).target;
    if (!resource) await requireOldAbsence(deps, target, spent);
    const { apiCalls, requestIds } = spent;
    return { ...omitUndefined({ target: resource }), apiCalls, requestIds, settings: settingsOf(deps) };
  });
}

/**
 * While a create of this place is in doubt, the flow log named may be the one it made. The caller that named it knew of it before: it
 * shows commit delay and list lag after it was first missed, or it is not there. On another machine that begins anew.
 */
async function requireOldAbsence(deps: Dependencies, target: FlowLogIdTarget, spent: AttemptState): Promise<void> {
  const { bootId } = deps.clock;
  const now: BootMoment = { bootId, bootMs: deps.clock.bootMs() };
  const first = spent.missedAt?.bootId === bootId ? spent.missedAt : (spent.missedAt = now);
  const leftMs = answerHoldsMs(deps.timing) - (now.bootMs - first.bootMs);
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
