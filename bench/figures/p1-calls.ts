import { enableAll, vpcItems } from '../bulk-run.js';
import type { JournalEntry } from '../../simulator/index.js';
import type { Figure, Result } from '../figure.js';
import type { Laboratory } from '../laboratory.js';

const TARGETS = 1_000;
const FOREIGN = 2_000;
const MOST_CALLS = 1.25;
const MOST_CALLS_BESIDE_ANOTHER = 2.3;
const REPLACED_EVERY_MS = 500;
const scene = `API calls per enabled flow log, ${TARGETS} in one region that also holds ${FOREIGN} foreign ones, activation 5 s`;

/** Calls for one flow log, where many are made at once. */
export const p1: Figure = {
  id: 'P1',
  what: scene,
  goal: `≤ ${MOST_CALLS}`,
  async measure(laboratory) {
    await setStage(laboratory);
    return callsOf(laboratory, 'p1', MOST_CALLS);
  },
};

/** The same while the list changes too often for any scan to prove an absence. */
export const p1Replaced: Figure = {
  id: 'P1b',
  what: `the same while another program replaces one of its flow logs every ${REPLACED_EVERY_MS} ms`,
  goal: `≤ ${MOST_CALLS_BESIDE_ANOTHER}`,
  async measure(laboratory) {
    const ids = await setStage(laboratory);
    let replaced = 0;
    const timer = setInterval(() => {
      const flowLogId = ids[replaced++];
      const next = foreignFlowLog(`again-${replaced}`);
      const old = foreignFlowLog(String(replaced - 1));
      void laboratory.simulator.seed({
        region,
        flowLogs: [...(flowLogId ? [{ ...old, flowLogId, deleted: true }] : []), next],
      });
    }, REPLACED_EVERY_MS);
    try {
      const result = await callsOf(laboratory, 'p1b', MOST_CALLS_BESIDE_ANOTHER);
      return { ...result, detail: `${result.detail}; ${replaced} replaced` };
    } finally {
      clearInterval(timer);
    }
  },
};

const region = 'cn-hangzhou';

const foreignFlowLog = (name: string) => ({
  product: 'vpc' as const,
  resource: { type: 'VPC', id: `vpc-foreign-${name}` },
  status: 'Active' as const,
  destination: { project: 'theirs', logStore: 'flow' },
  tags: {},
});

/** Ids of the foreign flow logs. */
async function setStage({ cloud, simulator }: Laboratory): Promise<readonly string[]> {
  await cloud({ progression: { mode: 'time', activationMs: 5_000, settleMs: 0 }, resources: 'open' });
  const foreign = Array.from({ length: FOREIGN }, (_, index) => foreignFlowLog(String(index)));
  return simulator.seed({ region, flowLogs: foreign });
}

async function callsOf(laboratory: Laboratory, word: string, most: number): Promise<Result> {
  const { calls, wallMs } = await enableAll(laboratory, vpcItems(word, TARGETS));
  const perTarget = calls / TARGETS;
  const detail = `${breakdown(laboratory.simulator.journal())}; ${Math.round(wallMs / 1000)} s`;
  return { result: perTarget.toFixed(3), met: perTarget <= most, detail };
}

/** Counts the calls by action, and reads by their filter. */
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
