import { mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync, truncateSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSimulator, type ConfigPatch } from '../../simulator/index.js';
import { command } from './fixtures/command.js';
import { ask, call, create, dialects, listedStatus } from './fixtures/caller.js';

/** State that survives a kill: every answered call must; an unanswered one need not. */

let folder: string;
let stateFile: string;
let n = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-'));
});
beforeEach(() => {
  stateFile = join(folder, `state-${(n += 1)}.jsonl`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const config: ConfigPatch = { progression: { mode: 'immediate' }, limits: {}, quotas: {} };
const start = (more: ConfigPatch = {}) =>
  startSimulator({ profile: 'friendly', stateFile, config: { ...config, ...more } });

test('world, client tokens, order of ids and the journal of changes are there again', async () => {
  const first = await start();
  await first.seed({
    vpcs: [{ id: 'vpc-1', tags: { env: 'prod' } }],
    accounts: [{ uid: '2', accessKeys: [{ id: 'AK2', secret: 'SK2' }] }],
  });
  const vpc = await create(first.url, 'vpc', 1);
  const params = { ...dialects.cen.createParams(), ClientToken: 'token' };
  const cen = (await ask(first.url, 'cen', 'create', params)).body.FlowLogId as string;
  await ask(first.url, 'vpc', 'list');
  const before = first.journal().filter(({ kind }) => kind === 'change');
  const { created, live } = first.summary();
  await first.close();

  const second = await start();
  expect(second.journal()).toEqual(before);
  expect(second.summary()).toMatchObject({ created, live });
  expect(await listedStatus(second.url, 'vpc', vpc)).toBe('Active');
  expect((await ask(second.url, 'cen', 'create', params)).body.FlowLogId).toBe(cen);
  expect((await ask(second.url, 'vpc', 'list', {}, { accessKeyId: 'AK2', secret: 'SK2' })).status).toBe(200);
  expect((await ask(second.url, 'vpc', 'create', dialects.vpc.createParams(9))).body.Code).toBe('InvalidInstanceId');
  const next = await create(second.url, 'ecr', 1);
  expect([vpc, cen]).not.toContain(next);
  await second.close();
});

test('roles, their sessions, and what was taken back or away are there again', async () => {
  const roleArn = 'acs:ram::2:role/flowlog';
  const first = await start();
  await first.seed({
    vpcs: [{ id: 'vpc-1' }, { id: 'vpc-2' }],
    accounts: [
      {
        uid: '2',
        accessKeys: [{ id: 'AK2', secret: 'SK2' }],
        roles: [
          { name: 'flowlog', trusts: ['AKsim'] },
          { name: 'gone', trusts: ['AKsim'] },
        ],
      },
    ],
  });
  const assume = (url: string, name = 'flowlog') =>
    call(url, 'sts', 'AssumeRole', { RoleArn: `acs:ram::2:role/${name}`, RoleSessionName: 'me' });
  const { AccessKeyId, AccessKeySecret, SecurityToken } = (await assume(first.url)).body.Credentials;
  const session = { accessKeyId: AccessKeyId, secret: AccessKeySecret, securityToken: SecurityToken };
  await first.revoke({ roleArn: 'acs:ram::2:role/gone' });
  await first.revoke({ accessKeyId: 'AK2' });
  await first.seed({ vpcs: [{ id: 'vpc-1', deleted: true }] });
  await first.close();

  const second = await start();
  expect((await call(second.url, 'sts', 'GetCallerIdentity', {}, session)).body).toMatchObject({ AccountId: '2' });
  expect((await assume(second.url, 'gone')).body.Code).toBe('NoPermission');
  expect((await ask(second.url, 'vpc', 'list', {}, { accessKeyId: 'AK2', secret: 'SK2' })).body.Code).toBe(
    'InvalidAccessKeyId.Inactive',
  );
  const vpcs = await call(second.url, 'vpc', 'DescribeVpcs', { RegionId: 'cn-hangzhou' });
  expect(vpcs.body.Vpcs.Vpc.map((vpc: { VpcId: string }) => vpc.VpcId)).toEqual(['vpc-2']);
  await second.revoke({ roleArn });
  expect((await call(second.url, 'sts', 'GetCallerIdentity', {}, session)).body.Code).toBe(
    'InvalidSecurityToken.Expired',
  );
  expect((await assume(second.url)).body.Code).toBe('NoPermission');
  await second.close();
});

test('a change under way goes on, whether it ends by time, by reads or by settle', async () => {
  for (const progression of [
    { mode: 'time', activationMs: 600_000 },
    { mode: 'reads', count: 2 },
    { mode: 'explicit' },
  ] as const) {
    const first = await start({ progression });
    const flowLogId = await create(first.url, 'vpc', 1);
    expect(await listedStatus(first.url, 'vpc', flowLogId)).toBe('Activating');
    await first.close();
    const second = await start({ progression });
    expect(await listedStatus(second.url, 'vpc', flowLogId)).toBe('Activating');
    await second.settle();
    expect(await listedStatus(second.url, 'vpc', flowLogId)).toBe('Active');
    await second.reset();
    await second.close();
  }
});

test('a reset empties the file too', async () => {
  const first = await start();
  await create(first.url, 'vpc', 1);
  await first.reset();
  expect(readFileSync(stateFile, 'utf8')).not.toContain('vpc-1');
  await first.close();
  const second = await start();
  expect([second.flowLogs(), second.journal()]).toEqual([[], []]);
  await second.close();
});

test('a last line cut short by a kill is dropped, and what came before is kept', async () => {
  const first = await start();
  const flowLogId = await create(first.url, 'vpc', 1);
  await first.close();
  appendFileSync(stateFile, '["flowLogs","fl-x",{"id":"fl-');
  const second = await start();
  expect(second.flowLogs().map((flowLog) => flowLog.flowLogId)).toEqual([flowLogId]);
  await create(second.url, 'vpc', 2);
  await second.close();
  const third = await start();
  expect(third.flowLogs()).toHaveLength(2);
  await third.close();
});

test('a file that is no state file is refused by name, and left alone', async () => {
  writeFileSync(stateFile, 'hello\nworld\n');
  await expect(start()).rejects.toThrow(`${stateFile} is not a simulator state file: line 1 of 2`);
  expect(readFileSync(stateFile, 'utf8')).toBe('hello\nworld\n');
});

test('a folder that does not exist is a clear error', async () => {
  await expect(startSimulator({ stateFile: join(folder, 'nowhere', 'state') })).rejects.toThrow(/ENOENT.*nowhere/);
});

test('every create that was answered is there after SIGKILL in the middle of many', async () => {
  const first = await command(['--state', stateFile, '--profile', 'hostile']);
  const answered: string[] = [];
  const clients = Array.from({ length: 8 }, async (_, client) => {
    for (let k = 0; ; k += 1) answered.push(await create(first.url, 'vpc', client * 1_000 + k));
  });
  const flood = Promise.allSettled(clients);
  await expect.poll(() => answered.length, { timeout: 20_000 }).toBeGreaterThan(60);
  await first.kill();
  await flood;
  const second = await startSimulator({ stateFile });
  const kept = new Set(second.flowLogs().map((flowLog) => flowLog.flowLogId));
  expect(answered.filter((id) => !kept.has(id))).toEqual([]);
  const committed = second
    .journal()
    .filter((entry) => entry.committed)
    .map((entry) => entry.flowLogId);
  expect(answered.filter((id) => !committed.includes(id))).toEqual([]);
  await second.close();
});

test('cut at any byte, the file still opens and holds the lines before the cut', async () => {
  const first = await start();
  for (let k = 1; k <= 3; k += 1) await create(first.url, 'vpc', k);
  await first.close();
  const whole = readFileSync(stateFile);
  const seed = Date.now() % 1_000;
  for (let k = 0; k < 12; k += 1) {
    // The first cut is in the very first line.
    const cut = k === 0 ? 10 : (seed * 7_919 + k * 104_729) % whole.length;
    writeFileSync(stateFile, whole);
    truncateSync(stateFile, cut);
    const again = await start();
    const lines = whole.subarray(0, cut).toString().split('\n').slice(0, -1);
    const wanted = new Set(
      lines
        .map((line) => JSON.parse(line) as [string, string])
        .flatMap(([table, key]) => (table === 'flowLogs' ? [key] : [])),
    );
    expect(
      again.flowLogs().map((flowLog) => flowLog.flowLogId),
      `seed ${seed}, cut at ${cut}`,
    ).toEqual([...wanted]);
    const added = await create(again.url, 'vpc', 9);
    await again.close();
    const last = await start();
    expect(last.flowLogs().map((flowLog) => flowLog.flowLogId)).toContain(added);
    await last.close();
  }
  expect(statSync(stateFile).size).toBeGreaterThan(0);
});
