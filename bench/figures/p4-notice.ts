import { cadenceMs } from '../../cloud/lists/watcher.js';
import type { Figure } from '../figure.js';
import { median, summary } from '../statistics.js';
import { vpcRequest } from '../targets.js';

const ACTIVATION_MS = 5_000;
const RUNS = 20;

/** Delay from a flow log's activation in the cloud to the end of the operation. */
export const p4: Figure = {
  id: 'P4',
  what: `from Active in the cloud to workflow closed, median of ${RUNS}`,
  goal: '≤ 0.5 × cadence in force + 500 ms',
  async measure({ cloud, flowLogs, client, simulator }) {
    await cloud({ progression: { mode: 'time', activationMs: ACTIVATION_MS, settleMs: 0 } });
    const lateMs: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const handle = await flowLogs.enable(vpcRequest(`p4-${run}`));
      await handle.result();
      const create = simulator.journal().findLast((call) => call.action === 'CreateFlowLog' && call.committed);
      const { closeTime } = await client.workflow.getHandle(handle.workflowId, handle.runId).describe();
      const activeAt = Date.parse(create?.time ?? '') + ACTIVATION_MS;
      lateMs.push((closeTime?.getTime() ?? Number.NaN) - activeAt);
    }
    const bound = 0.5 * cadenceMs(ACTIVATION_MS) + 500;
    const detail = `cadence after ${ACTIVATION_MS} ms of waiting: ${cadenceMs(ACTIVATION_MS)} ms; bound ${bound} ms`;
    return { result: summary(lateMs), met: median(lateMs) <= bound, detail };
  },
};
