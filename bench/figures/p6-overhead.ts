import type { Figure } from '../figure.js';
import { bareQueue } from '../bare-queue.js';
import type { Laboratory } from '../laboratory.js';
import { median, summary, timed } from '../statistics.js';
import { vpcRequest } from '../targets.js';

const RUNS = 40;
const WARM_UP = 5;

/** Cost of safety beside bare durable execution, in a cloud that takes no time. */
export const p6: Figure = {
  id: 'P6',
  what: `one enable, instant cloud ÷ a bare workflow of 3 empty activities, medians of ${RUNS}, alternating`,
  goal: '≤ 1.5',
  async measure(laboratory) {
    await laboratory.cloud({});
    const ours: number[] = [];
    const bare: number[] = [];
    for (let run = -WARM_UP; run < RUNS; run++) {
      const [tookMs, bareMs] = [await enableOnce(laboratory, run), await bareOnce(laboratory, run)];
      if (run < 0) continue;
      ours.push(tookMs);
      bare.push(bareMs);
    }
    const ratio = median(ours) / median(bare);
    return { result: ratio.toFixed(2), met: ratio <= 1.5, detail: `ours ${summary(ours)}; bare ${summary(bare)}` };
  },
};

const enableOnce = ({ flowLogs }: Laboratory, run: number): Promise<number> =>
  timed(async () => (await flowLogs.enable(vpcRequest(`p6-${run + WARM_UP}`))).result());

const bareOnce = ({ client }: Laboratory, run: number): Promise<number> =>
  timed(() => client.workflow.execute('bareWorkflow', { taskQueue: bareQueue, workflowId: `bare-${run}`, args: [0] }));
