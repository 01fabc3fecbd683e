import { enableAll, vpcItems } from '../bulk-run.js';
import type { Figure } from '../figure.js';

const TARGETS = 1_000;
const PER_SECOND = 10;
const ACTIVATION_MS = 5_000;
const MOST = 1.1;

/** How near to the cloud's own limit we come, and that we never go beyond it. */
export const p2: Figure = {
  id: 'P2',
  what: `wall ÷ limit, ${TARGETS} flow logs, ${PER_SECOND} calls/s per API, share 0.95, activation 5 s`,
  goal: `≤ ${MOST}, no throttled call`,
  async measure(laboratory) {
    await laboratory.worker({ FLOWLOG_BUDGETS: `*=${PER_SECOND}`, FLOWLOG_BUDGET_SHARE: '0.95' });
    await laboratory.cloud({
      progression: { mode: 'time', activationMs: ACTIVATION_MS, settleMs: 0 },
      limits: { '*': PER_SECOND },
    });
    const { wallMs, throttled } = await enableAll(laboratory, vpcItems('p2', TARGETS));
    await laboratory.worker();
    const limitMs = (TARGETS / PER_SECOND) * 1_000 + ACTIVATION_MS;
    const ratio = wallMs / limitMs;
    return {
      result: `${ratio.toFixed(3)}, ${throttled} throttled`,
      met: ratio <= MOST && throttled === 0,
      detail: `${(wallMs / 1000).toFixed(1)} s of ${limitMs / 1000} s`,
    };
  },
};
