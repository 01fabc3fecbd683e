import { setTimeout as sleep } from 'node:timers/promises';
import { defaultAccount } from '../../simulator/index.js';
import { enableAll, vpcItems } from '../bulk-run.js';
import type { Figure } from '../figure.js';
import type { Laboratory } from '../laboratory.js';
import { median, summary, timed } from '../statistics.js';
import { benchSpec as spec } from '../targets.js';

const TARGETS = 2_000;
const PER_SECOND = 10;
const SHARE = 0.8;
const ACTIVATION_MS = 5_000;
const ASKS = 20;
const BETWEEN_MS = 5_000;
const MOST = { median: 1.5, worst: 3, read: 2 };

/** Times of the same asks, alone or beside a bulk, in ms. */
interface AskTimes {
  readonly enableMs: number[];
  readonly statusMs: number[];
  readonly listMs: number[];
}

/** A single ask is not behind a bulk: one enable, and the reads of a person, while a bulk works in the same scope. */
export const p12: Figure = {
  id: 'P12',
  what: `one enable beside a bulk of ${TARGETS} in the same scope ÷ alone, ${ASKS} each; status and list likewise; ${PER_SECOND} calls/s per API, share ${SHARE}, activation ${ACTIVATION_MS / 1_000} s`,
  goal: `median ≤ ${MOST.median}, worst ≤ ${MOST.worst}; status and list ≤ ${MOST.read}`,
  async measure(laboratory) {
    await laboratory.worker({ FLOWLOG_BUDGETS: `*=${PER_SECOND}`, FLOWLOG_BUDGET_SHARE: String(SHARE) });
    await laboratory.cloud({
      progression: { mode: 'time', activationMs: ACTIVATION_MS, settleMs: 0 },
      limits: { '*': PER_SECOND },
    });
    try {
      const alone = await askAll(laboratory, 'alone');
      const bulk = enableAll(laboratory, vpcItems('p12', TARGETS));
      // The scan is over and creates are under way.
      await sleep(BETWEEN_MS);
      const beside = await askAll(laboratory, 'beside');
      const { throttled } = await bulk;
      return resultOf(alone, beside, throttled);
    } finally {
      await laboratory.worker();
    }
  },
};

const askedTarget = (word: string, ask: number) => ({
  product: 'vpc' as const,
  accountId: defaultAccount.uid,
  region: 'cn-hangzhou',
  resource: { type: 'VPC', id: `vpc-p12-${word}-${ask}` },
});

async function askAll(laboratory: Laboratory, word: string): Promise<AskTimes> {
  const asked: AskTimes = { enableMs: [], statusMs: [], listMs: [] };
  for (let ask = 0; ask < ASKS; ask++) {
    const target = askedTarget(word, ask);
    const request = { target, spec, requestedBy: 'bench' };
    asked.enableMs.push(await timed(async () => (await laboratory.flowLogs.enable(request)).result()));
    asked.statusMs.push(await timed(() => laboratory.flowLogs.inspect({ accountId: defaultAccount.uid, target })));
    asked.listMs.push(await timed(() => laboratory.flowLogs.listOperations({ limit: 20 })));
  }
  return asked;
}

function resultOf(alone: AskTimes, beside: AskTimes, throttled: number) {
  const usualMs = median(alone.enableMs);
  const ratio = median(beside.enableMs) / usualMs;
  const worst = Math.max(...beside.enableMs) / usualMs;
  const status = median(beside.statusMs) / median(alone.statusMs);
  const list = median(beside.listMs) / median(alone.listMs);
  const both = (name: keyof AskTimes) => `${summary(beside[name])} beside, ${summary(alone[name])} alone`;
  return {
    result: `${ratio.toFixed(2)}, worst ${worst.toFixed(2)}; status ${status.toFixed(2)}, list ${list.toFixed(2)}`,
    met: ratio <= MOST.median && worst <= MOST.worst && status <= MOST.read && list <= MOST.read,
    detail: `enable ${both('enableMs')}; status ${both('statusMs')}; list ${both('listMs')}; ${throttled} throttled`,
  };
}
