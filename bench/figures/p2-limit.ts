import { enableAll, vpcItems } from '../bulk-run.js';
import type { Figure } from '../figure.js';

const SHARE = 0.95;
const ACTIVATION_MS = 5_000;

interface Limit {
  readonly id: string;
  readonly targets: number;
  /** Calls a second that the cloud lets through, of each API. */
  readonly perSecond: number;
  readonly workers: number;
  readonly most: number;
}

/** Wall time of a bulk beside the least that the cloud's own limit allows; no call may go beyond the limit. */
const limitFigure = ({ id, targets, perSecond, workers, most }: Limit): Figure => ({
  id,
  what: `wall ÷ limit, ${targets} flow logs, ${perSecond} calls/s per API, share ${SHARE}, activation ${ACTIVATION_MS / 1_000} s, workers: ${workers}`,
  goal: `≤ ${most.toFixed(2)}, no throttled call`,
  async measure(laboratory) {
    await laboratory.worker({ FLOWLOG_BUDGETS: `*=${perSecond}`, FLOWLOG_BUDGET_SHARE: String(SHARE) }, workers);
    await laboratory.cloud({
      progression: { mode: 'time', activationMs: ACTIVATION_MS, settleMs: 0 },
      limits: { '*': perSecond },
    });
    const { wallMs, throttled } = await enableAll(laboratory, vpcItems(id.toLowerCase(), targets));
    await laboratory.worker();
    const limitMs = (targets / perSecond) * 1_000 + ACTIVATION_MS;
    const ratio = wallMs / limitMs;
    return {
      result: `${ratio.toFixed(3)}, ${throttled} throttled`,
      met: ratio <= most && throttled === 0,
      detail: `${(wallMs / 1_000).toFixed(1)} s of ${limitMs / 1_000} s`,
    };
  },
});

export const p2: Figure = limitFigure({ id: 'P2', targets: 1_000, perSecond: 10, workers: 1, most: 1.1 });

/** Two workers together keep the limit that one keeps. */
export const p2Fleet: Figure = limitFigure({ id: 'P2b', targets: 60, perSecond: 3, workers: 2, most: 1.2 });
