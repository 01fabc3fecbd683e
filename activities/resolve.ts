import { products } from '../cloud/products.js';
import { readList } from '../cloud/read-list.js';
import { resourceKey } from '../cloud/target.js';
import type { ResolveInput, ResolvedFlowLog } from './api.js';
import type { Dependencies } from './dependencies.js';
import { openChain } from './observe.js';
import { settingsOf } from './situation.js';
import { looking } from './tally.js';

/** Finds whose traffic a flow log records, by one read. The operation on it then runs under that resource's key. */
export function resolveFlowLog(deps: Dependencies, input: ResolveInput): Promise<ResolvedFlowLog> {
  const { target } = input;
  const { product, accountId, region, ecrId, flowLogId } = target;
  return looking(deps, async (cloud, spent) => {
    await openChain(deps, { ...input, target: `${product} flow log ${flowLogId}` });
    const { flowLogs } = await readList(cloud, deps.clock, target, { flowLogId });
    const found = flowLogs.find((flowLog) => flowLog.flowLogId === flowLogId);
    const above = products[product].parent;
    const resource = { ...(above && ecrId ? { [above.field]: ecrId } : {}), ...found?.resource };
    const known = found && resourceKey(product, resource) !== undefined;
    const { apiCalls, requestIds } = spent;
    return {
      ...(known ? { target: { product, accountId, ...(region ? { region } : {}), resource } } : {}),
      apiCalls,
      requestIds,
      settings: settingsOf(deps),
    };
  });
}
