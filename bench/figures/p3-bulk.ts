import { bareQueue } from '../bare-queue.js';
import { enableAll, vpcItems } from '../bulk-run.js';
import type { Figure } from '../figure.js';
import type { Laboratory } from '../laboratory.js';
import { median, summary } from '../statistics.js';

const TARGETS = 1_000;
const WINDOW = 200;
const WAIT_MS = 1_000;
const RUNS = 5;
const MOST = 1.5;

/** Cost of safety in bulk, beside as many bare child workflows. */
export const p3: Figure = {
  id: 'P3',
  what: `${TARGETS} flow logs, activation 1 s ÷ ${TARGETS} bare child workflows of 3 activities (third waits 1 s), median of ${RUNS}, each beside the bare runs before and after it`,
  goal: `≤ ${MOST}`,
  async measure(laboratory) {
    const ours: number[] = [];
    const ratios: number[] = [];
    const before = await laboratory.usage();
    const bare = [await runBareBulk(laboratory, 0)];
    for (let run = 1; run <= RUNS; run++) {
      await laboratory.cloud({ progression: { mode: 'time', activationMs: WAIT_MS, settleMs: 0 } });
      const { wallMs } = await enableAll(laboratory, vpcItems(`p3-${run}`, TARGETS));
      ours.push(wallMs);
      bare.push(await runBareBulk(laboratory, run));
      // A machine changes its speed within minutes: each run is compared with the bare runs beside it, not with the whole session.
      ratios.push((2 * wallMs) / (bare.at(-1)! + bare.at(-2)!));
    }
    const after = await laboratory.usage();
    const cpu = (part: 'worker' | 'database' | 'simulator') =>
      `${part} ${((after[part].cpuSeconds - before[part].cpuSeconds) / RUNS).toFixed(1)}`;
    const ratio = median(ratios);
    return {
      result: ratio.toFixed(2),
      met: ratio <= MOST,
      detail: `ratios ${ratios.map((each) => each.toFixed(2)).join(', ')}; ours ${summary(ours)}; bare ${summary(bare)}; CPU seconds a run: ${cpu('worker')}, ${cpu('database')}, ${cpu('simulator')}`,
    };
  },
};

async function runBareBulk({ client }: Laboratory, run: number): Promise<number> {
  const began = performance.now();
  await client.workflow.execute('bareBulk', {
    taskQueue: bareQueue,
    workflowId: `bare-bulk-${run}-${Date.now()}`,
    args: [TARGETS, WINDOW, WAIT_MS],
  });
  return performance.now() - began;
}
