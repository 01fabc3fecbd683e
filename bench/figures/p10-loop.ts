import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { enableAll, vpcItems } from '../bulk-run.js';
import type { Figure } from '../figure.js';
import type { Laboratory } from '../laboratory.js';

const COUNTS = [200, 1_000] as const;
const ACTIVATION_MS = 1_000;
const CALL_MS = 20;
const MOST = 2;

/** Cost of everything that the service does beside the calls themselves: a careful loop keeps no record and survives nothing. */
export const p10: Figure = {
  id: 'P10',
  what: `${COUNTS.join(' and ')} flow logs, no limits, ${CALL_MS} ms a call, activation ${ACTIVATION_MS / 1_000} s ÷ a loop with the official SDK, 100 in flight`,
  goal: `≤ ${MOST.toFixed(1)} at ${COUNTS.at(-1)}`,
  async measure(laboratory) {
    await laboratory.worker();
    const ratios: number[] = [];
    const details: string[] = [];
    for (const count of COUNTS) {
      await freshCloud(laboratory);
      const loopMs = await runLoop(laboratory, count);
      await freshCloud(laboratory);
      const { wallMs } = await enableAll(laboratory, vpcItems(`p10-${count}`, count));
      ratios.push(wallMs / loopMs);
      details.push(`${count}: ${(wallMs / 1_000).toFixed(1)} s, the loop ${(loopMs / 1_000).toFixed(1)} s`);
    }
    const last = ratios.at(-1) ?? Number.NaN;
    return {
      result: ratios.map((ratio) => ratio.toFixed(2)).join(' and '),
      met: last <= MOST,
      detail: details.join('; '),
    };
  },
};

const freshCloud = ({ cloud }: Laboratory) =>
  cloud({
    progression: { mode: 'time', activationMs: ACTIVATION_MS, settleMs: 0 },
    latencyMs: CALL_MS,
    resources: 'open',
  });

/** The loop in a process of its own, as our worker is; it measures from its first call to its last, in ms. */
async function runLoop({ simulator }: Laboratory, count: number): Promise<number> {
  const args = ['local/bootstrap.mjs', 'bench/sdk-loop.ts', simulator.url, String(count)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 300_000 });
  const { wallMs } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { wallMs: number };
  const active = simulator.flowLogs().filter(({ status }) => status === 'Active').length;
  if (active !== count) throw new Error(`the loop left ${active} of ${count} flow logs Active`);
  return wallMs;
}
