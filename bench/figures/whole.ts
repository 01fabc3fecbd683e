import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkItemRequest } from '../../client/index.js';
import { defaultAccount } from '../../simulator/index.js';
import type { Figure } from '../figure.js';
import type { Laboratory } from '../laboratory.js';

const regions = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'cn-shenzhen', 'eu-central-1'];
const accounts = [defaultAccount.uid, '1000000000000002', '1000000000000003', '1000000000000004'];
const FOREIGN = 2_000;
const MOST_EVENTS = 10_000;
const MOST_MEGABYTES = 700;
const spec = { destination: { project: 'bench', logStore: 'flow' } };

/** Targets spread evenly over accounts, regions and products; the routers of each account number as many as the regions. */
function itemsOf(count: number): BulkItemRequest[] {
  return Array.from({ length: count }, (_, index): BulkItemRequest => {
    const accountId = accounts[index % 4] ?? '';
    const place = Math.floor(index / 4) % 5;
    const region = regions[place] ?? '';
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
    const items = itemsOf(process.argv.includes('--full') ? 10_000 : 1_200);
    const folder = await mkdtemp(join(tmpdir(), 'flowlog-accounts-'));
    try {
      const file = join(folder, 'accounts.json');
      await writeFile(file, JSON.stringify(accountsFile()));
      await setStage(laboratory, file);
      return await measured(laboratory, items, file);
    } finally {
      await rm(folder, { recursive: true, force: true });
      await laboratory.worker();
    }
  },
};

const accountsFile = () =>
  Object.fromEntries(
    accounts.map((uid, index) => {
      const role = index === 0 ? {} : { roleArn: `acs:ram::${uid}:role/flowlog` };
      return [`account-${index}`, { uid, ...role, budgets: { '*': 10_000 } }];
    }),
  );

async function setStage(laboratory: Laboratory, file: string): Promise<void> {
  await laboratory.worker(envOf(file));
  await laboratory.cloud({ resources: 'open', progression: { mode: 'time', activationMs: 1_000, settleMs: 0 } });
  const others = accounts.slice(1).map((uid) => ({ uid, roles: [{ name: 'flowlog', trusts: [defaultAccount.uid] }] }));
  await laboratory.simulator.seed({ accounts: others });
  const foreign = Array.from({ length: FOREIGN }, (_, index) => ({
    product: 'vpc' as const,
    resource: { type: 'VPC', id: `vpc-foreign-${index}` },
    status: 'Active' as const,
    destination: { project: 'theirs', logStore: 'flow' },
    tags: {},
  }));
  await laboratory.simulator.seed({ region: 'cn-hangzhou', flowLogs: foreign });
}

const envOf = (file: string) => ({ FLOWLOG_ACCOUNTS: file, FLOWLOG_ACCOUNT_ID: '', FLOWLOG_BUDGETS: '' });

async function measured(laboratory: Laboratory, items: readonly BulkItemRequest[], file: string) {
  const { flowLogs, simulator, client } = laboratory;
  const began = performance.now();
  const bulk = await flowLogs.bulks.start({ operation: 'enable', items, requestedBy: 'bench' });
  const made = () => simulator.flowLogs().filter(({ origin }) => origin === 'call');
  while (made().length < items.length / 2) await sleep(250);
  const before = await laboratory.usage();
  await laboratory.killWorker();
  await laboratory.worker(envOf(file));
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
