import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkItemRequest } from '../../client/index.js';
import { benchAccounts, benchRegions, withAccounts } from '../accounts.js';
import type { Figure } from '../figure.js';
import type { Laboratory } from '../laboratory.js';
import { benchSpec as spec } from '../targets.js';

const FOREIGN = 2_000;
const MOST_EVENTS = 10_000;
const MOST_MEGABYTES = 700;

/** Targets spread evenly over accounts, regions and products; the routers of each account number as many as the regions. */
function wholeItems(count: number): BulkItemRequest[] {
  return Array.from({ length: count }, (_, index): BulkItemRequest => {
    const accountId = benchAccounts[index % 4] ?? '';
    const place = Math.floor(index / 4) % 5;
    const region = benchRegions[place] ?? '';
    const id = `whole-${index}`;
    const [vpc, cen, ecr] = [
      { product: 'vpc', accountId, region, resource: { type: 'VPC', id: `vpc-${id}` } },
      { product: 'cen', accountId, region, resource: { cenId: `cen-${accountId}`, transitRouterId: `tr-${id}` } },
      { product: 'ecr', accountId, resource: { ecrId: `ecr-${accountId}-${place}`, instanceId: `vbr-${id}` } },
    ] as const;
    return { target: [vpc, cen, ecr][Math.floor(index / 20) % 3] ?? vpc, spec };
  });
}

/** Everything at once, and our worker killed in the middle. `--full` takes 10,000 targets in the place of 1,200. */
export const whole: Figure = {
  id: 'ALL',
  what: `4 accounts × 5 regions × 3 products beside ${FOREIGN} foreign flow logs, 20 routers, the worker killed in the middle`,
  goal: `all Active, each made once, RSS < ${MOST_MEGABYTES} MB, no history above ${MOST_EVENTS} events`,
  async measure(laboratory) {
    const items = wholeItems(process.argv.includes('--full') ? 10_000 : 1_200);
    const cloud = { progression: { mode: 'time', activationMs: 1_000, settleMs: 0 } } as const;
    return withAccounts(laboratory, { cloud, perSecond: 10_000 }, async (env) => {
      await seedForeign(laboratory);
      return measured(laboratory, items, env);
    });
  },
};

async function seedForeign({ simulator }: Laboratory): Promise<void> {
  const foreign = Array.from({ length: FOREIGN }, (_, index) => ({
    product: 'vpc' as const,
    resource: { type: 'VPC', id: `vpc-foreign-${index}` },
    status: 'Active' as const,
    destination: { project: 'theirs', logStore: 'flow' },
    tags: {},
  }));
  await simulator.seed({ region: 'cn-hangzhou', flowLogs: foreign });
}

async function measured(
  laboratory: Laboratory,
  items: readonly BulkItemRequest[],
  env: Readonly<Record<string, string>>,
) {
  const { flowLogs, simulator, client } = laboratory;
  const began = performance.now();
  const bulk = await flowLogs.bulks.start({ operation: 'enable', items, requestedBy: 'bench' });
  const made = () => simulator.flowLogs().filter(({ origin }) => origin === 'call');
  while (made().length < items.length / 2) await sleep(250);
  const before = await laboratory.usage();
  await laboratory.killWorker();
  await laboratory.worker(env);
  const report = await bulk.result();
  const seconds = Math.round((performance.now() - began) / 1_000);
  const after = await laboratory.usage();
  const active = made().filter(({ status }) => status === 'Active').length;
  const twice = simulator.summary().madeMoreThanOnce.length;
  const events = await longestHistory(client, bulk.workflowId);
  const megabytes = Math.max(before.worker.peakMegabytes, after.worker.peakMegabytes);
  const isRight =
    report.end === 'completed' && active === items.length && made().length === items.length && twice === 0;
  return {
    result: `${active} of ${items.length} Active, ${twice} made twice, ${megabytes} MB, ${events} events`,
    met: isRight && megabytes < MOST_MEGABYTES && events <= MOST_EVENTS,
    detail: `${seconds} s, ${JSON.stringify(report.tally)}`,
  };
}

/** The longest history among the bulk and its pages. */
async function longestHistory(client: Laboratory['client'], bulk: string): Promise<number> {
  let longest = 0;
  const query = `WorkflowType = 'bulkPage' OR WorkflowId = '${bulk}'`;
  for await (const { historyLength = 0 } of client.workflow.list({ query })) longest = Math.max(longest, historyLength);
  return longest;
}
