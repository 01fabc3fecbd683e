import type { BulkItemRequest } from '../../client/index.js';
import { benchAccounts, benchRegions, withAccounts } from '../accounts.js';
import { enableAll } from '../bulk-run.js';
import type { Figure } from '../figure.js';
import { benchSpec as spec } from '../targets.js';

const PER_SECOND = 5;
const SHARE = 0.8;
const ACTIVATION_MS = 5_000;
const MOST = 1.5;
const MOST_CALLS = 1.25;

const scopeItems = (perScope: number): BulkItemRequest[] =>
  benchAccounts.flatMap((accountId) =>
    benchRegions.flatMap((region) =>
      Array.from({ length: perScope }, (_, index) => ({
        target: { product: 'vpc' as const, accountId, region, resource: { type: 'VPC', id: `vpc-p9-${index}` } },
        spec,
      })),
    ),
  );

/** Many scopes at once, each at the pace that its own limit allows. `--full` takes 500 flow logs in each in the place of 100. */
export const p9: Figure = {
  id: 'P9',
  what: `wall ÷ limit, VPC in ${benchAccounts.length} accounts × ${benchRegions.length} regions, 100 or 500 in each, ${PER_SECOND} calls/s per API and scope, share ${SHARE}, activation ${ACTIVATION_MS / 1_000} s`,
  goal: `≤ ${MOST}, calls a flow log ≤ ${MOST_CALLS}, no throttled call`,
  async measure(laboratory) {
    const perScope = process.argv.includes('--full') ? 500 : 100;
    const scene = {
      cloud: { progression: { mode: 'time', activationMs: ACTIVATION_MS, settleMs: 0 }, limits: { '*': PER_SECOND } },
      perSecond: PER_SECOND,
      env: { FLOWLOG_BUDGET_SHARE: String(SHARE) },
    } as const;
    return withAccounts(laboratory, scene, async () => {
      const items = scopeItems(perScope);
      const { wallMs, calls, throttled } = await enableAll(laboratory, items);
      const limitMs = (perScope / (PER_SECOND * SHARE)) * 1_000 + ACTIVATION_MS;
      const ratio = wallMs / limitMs;
      const perFlowLog = calls / items.length;
      const byAction = Object.entries(laboratory.simulator.summary().calls).map(
        ([action, count]) => `${action} ${count}`,
      );
      return {
        result: `${ratio.toFixed(2)}, ${perFlowLog.toFixed(3)} calls, ${throttled} throttled`,
        met: ratio <= MOST && perFlowLog <= MOST_CALLS && throttled === 0,
        detail: `${items.length} flow logs, ${(wallMs / 1_000).toFixed(1)} s of ${limitMs / 1_000} s; ${byAction.join(', ')}`,
      };
    });
  },
};
