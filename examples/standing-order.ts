/**
 * A standing order as a program makes it: keep every VPC tagged env=prod enabled. Run it beside `npm start`:
 *
 *     npx tsx examples/standing-order.ts
 *     npx tsx examples/standing-order.ts --replace   # in the place of the one that an earlier run made
 *
 * `examples/standing-order.yaml` is the same for all three products, from the command line; its schedule has another name.
 */
import { FlowLogs, ScheduleExistsError, connect, type ScheduleRequest } from '../client/index.js';

const order: ScheduleRequest = {
  name: 'prod-vpcs',
  operation: 'enable',
  // Resolved at each firing: what is new is found, what is excluded is left alone.
  selectors: [
    {
      product: 'vpc',
      accounts: 'all',
      regions: ['cn-hangzhou'],
      resourceType: 'VPC',
      tags: { env: 'prod' },
      exclude: { tags: { 'flowlog:exclude': '*' } },
      // Every one of them is looked at, so that what was changed by hand is put right.
      coverage: 'all',
      spec: { destination: { project: 'netlogs-{region}', logStore: 'flow' }, aggregationIntervalSeconds: 600 },
    },
  ],
  everyMs: 30 * 60_000,
  requestedBy: 'network-team',
  reason: 'CIS 3.3',
  options: { maxChanges: 100, failureBudget: '5%' },
};

const { client } = await connect();
const { schedules } = new FlowLogs(client);
try {
  // Without `replace` a schedule of this name, be it somebody else's, is left as it is.
  const replace = process.argv.includes('--replace');
  const { times, nextRuns } = await schedules.create(order, { replace });
  console.log(times.words, 'next', nextRuns[0]);

  // Not to wait for the first time: one firing now.
  const report = await (await schedules.trigger(order.name))?.result();
  console.log(report?.end, report?.tally);
} catch (error) {
  if (!(error instanceof ScheduleExistsError)) throw error;
  console.error(`${error.message}. Run it with --replace, or change it: npx flowlog schedule update ${order.name}`);
  process.exitCode = 1;
} finally {
  await client.connection.close();
}
