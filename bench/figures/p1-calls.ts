import { enableAll, vpcItems } from '../bulk-run.js';
import type { Figure } from '../figure.js';

const TARGETS = 1_000;
const FOREIGN = 2_000;
const MOST_CALLS = 1.2;

/** What one flow log costs in calls, where many are made at once. */
export const p1: Figure = {
  id: 'P1',
  what: `API calls per enabled flow log, ${TARGETS} in one region that also holds ${FOREIGN} foreign ones, activation 5 s`,
  goal: `≤ ${MOST_CALLS}`,
  async measure(laboratory) {
    await laboratory.cloud({ progression: { mode: 'time', activationMs: 5_000, settleMs: 0 }, resources: 'open' });
    const foreign = Array.from({ length: FOREIGN }, (_, index) => ({
      product: 'vpc' as const,
      resource: { type: 'VPC', id: `vpc-foreign-${index}` },
      status: 'Active' as const,
      destination: { project: 'theirs', logStore: 'flow' },
      tags: {},
    }));
    await laboratory.simulator.seed({ region: 'cn-hangzhou', flowLogs: foreign });
    const { calls, wallMs } = await enableAll(laboratory, vpcItems('p1', TARGETS));
    const perTarget = calls / TARGETS;
    const byAction = Object.entries(laboratory.simulator.summary().calls)
      .map(([action, count]) => `${action} ${count}`)
      .join(', ');
    return {
      result: perTarget.toFixed(3),
      met: perTarget <= MOST_CALLS,
      detail: `${byAction}; ${Math.round(wallMs / 1000)} s`,
    };
  },
};
