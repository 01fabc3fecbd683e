import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { flowlog, person } from './fixtures/console.js';
import { expectExactlyOne, changesOn } from './fixtures/judge.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, productsUnderTest, requestedBy, vpc } from './fixtures/targets.js';

let service: Service;
beforeAll(async () => {
  service = await startService({
    simulator: {
      profile: 'friendly',
      config: { limits: {}, quotas: {}, progression: { mode: 'time', activationMs: 300, settleMs: 100 } },
    },
    // Nothing is lost here: an operation under a freeze must not end with the word of a read that a slow machine gave up.
    env: { FLOWLOG_CONNECT_TIMEOUT_MS: '5000', FLOWLOG_READ_TIMEOUT_MS: '10000', FLOWLOG_GRACE_MS: '21000' },
  });
});
afterAll(() => service.stop());

/** Thaws what a failed test left frozen: it would hold the next test. */
afterEach(async () => {
  const standing = (await flowlog(service, 'freeze --list')).stdout.split('\n').filter((line) => line !== '');
  for (const line of standing) await flowlog(service, `thaw --id ${line.split('\t')[0]}`);
});

const json = async <Document>(line: string): Promise<Document> =>
  JSON.parse((await flowlog(service, `${line} --json`)).stdout) as Document;

const progressOf = async (name: string): Promise<string> =>
  (await flowlog(service, `operation show vpc-${name} --region cn-hangzhou`)).stdout;

const heldText = /Intent\(frozen\).*changes are frozen since .* by mika: "incident 7"/;

test('an enable under a freeze sends nothing, says which freeze holds it and why, and ends well after the thaw', async () => {
  const frozen = await flowlog(service, 'freeze --product vpc --region cn-hangzhou --reason "incident 7"');
  expect(frozen).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('frozen: vpc in cn-hangzhou') as string,
  });
  const handle = await service.flowLogs.enable({ target: vpc.target('held'), spec: { destination }, requestedBy });
  await expect.poll(() => progressOf('held'), { timeout: 60_000 }).toMatch(heldText);
  expect(changesOn(service, vpc, 'held')).toEqual([]);
  // Reads go on.
  expect((await flowlog(service, 'list --region cn-hangzhou --product vpc')).exitCode).toBe(0);

  const thawed = await flowlog(service, 'thaw --product vpc --region cn-hangzhou --reason "incident 7 is over"');
  expect(thawed).toMatchObject({ exitCode: 0, stdout: 'thawed: vpc in cn-hangzhou\n' });
  const ended = await flowlog(service, 'operation wait vpc-held --region cn-hangzhou');
  expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('\tcreated\t') as string });
  expect(await handle.result()).toMatchObject({ outcome: 'created', status: 'active' });
  expectExactlyOne(service, vpc, 'held');

  const { stdout } = await flowlog(service, 'audit show ledger/freezes');
  expect(stdout).toMatch(new RegExp(`${person} froze .*cn-hangzhou.* because "incident 7"`));
  expect(stdout).toMatch(new RegExp(`${person} thawed .*cn-hangzhou.* because "incident 7 is over"`));
  expect((await flowlog(service, 'audit verify')).exitCode).toBe(5);
});

test('a freeze that comes between two changes of one operation holds the second within 5 s', async () => {
  const target = vpc.target('between');
  const [flowLogId = ''] = await service.simulator.seed({
    region: 'cn-hangzhou',
    flowLogs: [{ product: 'vpc', resource: target.resource, status: 'Inactive', destination, tags: {} }],
  });
  // The first of two changes is on its way and held there; the freeze comes meanwhile.
  service.simulator.faults([{ product: 'vpc', action: vpc.activate, barrier: 'gate', count: 1 }]);
  const spec = { destination, aggregationIntervalSeconds: 60 };
  const handle = await service.flowLogs.enable({ target, spec, requestedBy, options: { adopt: true } });
  await service.simulator.barriers.waiting('gate');
  const { freezeId } = await json<{ freezeId: string }>('freeze --account default --reason "incident 7"');
  service.simulator.barriers.release('gate');
  await expect.poll(() => progressOf('between'), { timeout: 60_000 }).toMatch(heldText);
  expect(changesOn(service, vpc, 'between').map(({ action }) => action)).toEqual([vpc.activate]);
  expect((await flowlog(service, `thaw --id ${freezeId}`)).exitCode).toBe(0);
  expect(await handle.result()).toMatchObject({ flowLogId, status: 'active', outcome: 'activated' });
});

test('a freeze of everything holds every product, and the deadline ends the wait as refused', async () => {
  const { freezeId } = await json<{ freezeId: string }>('freeze --reason "incident 7"');
  await Promise.all(
    productsUnderTest.map(async (product) => {
      const request = { target: product.target('late'), spec: { destination }, requestedBy };
      const handle = await service.flowLogs.enable({ ...request, options: { deadlineMs: 20_000 } });
      await expect(handle.result()).rejects.toMatchObject({ kind: 'DeadlineExceeded', code: 'Intent(frozen)' });
      const waited = await flowlog(service, `operation wait ${handle.workflowId}`);
      expect(waited).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('flowlog thaw') as string });
      expect(changesOn(service, product, 'late')).toEqual([]);
    }),
  );
  expect((await flowlog(service, `thaw --id ${freezeId}`)).exitCode).toBe(0);
});

test('freezes are listed while they stand, and lifting what does not stand is told', async () => {
  await flowlog(service, 'freeze --region cn-beijing --reason "move" --requested-by network-team');
  const { stdout } = await flowlog(service, 'freeze --list');
  expect(stdout).toMatch(
    /^freeze\tholds\tsince\tby\treason\n[0-9a-f-]{36}\tevery product in cn-beijing\t\S+Z\tnetwork-team\tmove\n$/,
  );
  expect(await flowlog(service, 'thaw --region cn-shanghai')).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('not frozen: every product in cn-shanghai') as string,
    stderr: expect.stringContaining('1 freeze stands still') as string,
  });
  expect((await flowlog(service, 'thaw --region cn-beijing')).exitCode).toBe(0);
  expect(await flowlog(service, 'freeze --list')).toMatchObject({
    exitCode: 0,
    stdout: 'freeze\tholds\tsince\tby\treason\n',
  });
});
