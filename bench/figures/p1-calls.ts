import { enableAll, vpcItems } from '../bulk-run.js';
import type { JournalEntry } from '../../simulator/index.js';
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
    const detail = `${breakdown(laboratory.simulator.journal())}; ${Math.round(wallMs / 1000)} s`;
    return { result: perTarget.toFixed(3), met: perTarget <= MOST_CALLS, detail };
  },
};

/** Calls by what they ask for. */
function breakdown(journal: readonly JournalEntry[]): string {
  const counts = new Map<string, number>();
  for (const { action, kind, params } of journal) {
    const filter = params['FlowLogId']
      ? 'by id'
      : params['ResourceId']
        ? 'of one resource'
        : params['Tags.1.Key']
          ? 'ours'
          : 'all';
    const name = kind === 'change' ? action : `pages ${filter}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}
