import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkItemRequest } from '../../client/index.js';
import { ownerTags } from '../../cloud/ownership.js';
import { workflowIdOf } from '../../cloud/target.js';
import { defaultAccount } from '../../simulator/index.js';
import { benchRegions } from '../accounts.js';
import { enableAll } from '../bulk-run.js';
import type { Figure } from '../figure.js';
import type { Laboratory } from '../laboratory.js';
import { type WrittenOperation, writeOperations } from '../ledger-rows.js';
import { PAGE_SIZE, benchSpec as spec } from '../targets.js';

const IN_EACH_REGION = 2_000;
const PER_SECOND = 5;
const SHARE = 0.8;
const MOST = 1.3;
/** Time in ms for which a create on the record keeps a scan from being believed. */
const GRACE_MS = 20_000;

const standingTargets = (region: string) =>
  Array.from({ length: IN_EACH_REGION }, (_, index) => ({
    ...{ product: 'vpc' as const, accountId: defaultAccount.uid, region },
    resource: { type: 'VPC', id: `vpc-p11-${index}` },
  }));

/** Seeds a flow log of ours for each target, as wished, with its create on the record, longer ago than the grace. */
async function seedStanding({ simulator, databaseUrl }: Laboratory): Promise<void> {
  const written: WrittenOperation[] = [];
  for (const region of benchRegions) {
    const targets = standingTargets(region);
    const made = await simulator.seed({
      region,
      flowLogs: targets.map((target) => ({
        ...{ product: target.product, resource: target.resource, status: 'Active', ...spec },
        tags: ownerTags('bench', target),
      })),
    });
    for (const [index, target] of targets.entries()) {
      const workflowId = workflowIdOf(target);
      written.push({
        ...{ workflowId, runId: `p11-${region}-${index}`, flowLogId: made[index] ?? '' },
        target: workflowId.replace('flow-log/', 'bench/'),
      });
    }
  }
  await writeOperations(databaseUrl, written);
  await sleep(GRACE_MS);
}

/** A drift check of many flow logs of which none has changed: it takes as long as its list calls. */
export const p11: Figure = {
  id: 'P11',
  what: `wall ÷ limit, drift check of ${IN_EACH_REGION * benchRegions.length} flow logs in ${benchRegions.length} regions, all as wished, ${PER_SECOND} calls/s per API, share ${SHARE}`,
  goal: `≤ ${MOST}, at most ⌈n ÷ ${PAGE_SIZE}⌉ + 1 calls a region`,
  async measure(laboratory) {
    await laboratory.worker({
      ...{ FLOWLOG_BUDGETS: `*=${PER_SECOND}`, FLOWLOG_BUDGET_SHARE: String(SHARE) },
      ...{ FLOWLOG_GRACE_MS: String(GRACE_MS), FLOWLOG_READ_TIMEOUT_MS: '2000', FLOWLOG_LIST_LAG_MS: '0' },
    });
    await laboratory.cloud({ limits: { '*': PER_SECOND } });
    await seedStanding(laboratory);
    try {
      const items: BulkItemRequest[] = benchRegions.flatMap(standingTargets).map((target) => ({ target, spec }));
      const { wallMs, calls, throttled, report } = await enableAll(laboratory, items);
      const pages = Math.ceil(IN_EACH_REGION / PAGE_SIZE);
      const limitMs = (pages / (PER_SECOND * SHARE)) * 1_000;
      const { unchanged = 0 } = report.tally;
      return {
        result: `${(wallMs / limitMs).toFixed(2)}, ${calls} calls, ${throttled} throttled`,
        met: wallMs / limitMs <= MOST && calls <= (pages + 1) * benchRegions.length && unchanged === items.length,
        detail: `${unchanged} unchanged in ${(wallMs / 1_000).toFixed(1)} s of ${limitMs / 1_000} s`,
      };
    } finally {
      await laboratory.worker();
    }
  },
};
