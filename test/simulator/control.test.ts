import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { profiles, startSimulator, type Simulator } from '../../simulator/index.js';
import { ask, create, dialects, listedStatus } from './fixtures/caller.js';
import { command, finished } from './fixtures/command.js';

/** The control under `/_simulator/`, and the command. */

let simulator: Simulator;
afterEach(() => simulator?.close());

async function control(method: string, path: string, body?: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${simulator.url}/_simulator/${path}`, {
    method,
    ...omitUndefined({ body: body === undefined ? undefined : text }),
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- looked into by every test
  return { status: response.status, body: (await response.json()) as any };
}

const immediate = { progression: { mode: 'immediate' as const } };

describe('bad input is refused with the field and the value', () => {
  const bad: readonly [string, string, unknown, string, unknown][] = [
    ['PUT', 'config', { listLagMs: -1 }, 'listLagMs', -1],
    ['PUT', 'config', { duplicates: 'maybe' }, 'duplicates', 'maybe'],
    ['PUT', 'config', { lag: 1 }, 'lag', 1],
    ['PUT', 'config', { progression: { mode: 'time', activationMs: 'x' } }, 'progression.activationMs', 'x'],
    ['PUT', 'config', { limits: { 'describe*': 1 } }, 'limits.describe*', 1],
    ['PUT', 'config', { quotas: { vpn: 1 } }, 'quotas.vpn', 1],
    ['PUT', 'config', '{', '(body)', '{'],
    ['POST', 'faults', { rules: [{ effect: 'explode' }] }, 'rules.0.effect', 'explode'],
    ['POST', 'faults', { rules: [{ probability: 2 }] }, 'rules.0.probability', 2],
    ['POST', 'faults', { rules: [{ effect: 'code' }] }, 'rules.0.code', undefined],
    ['POST', 'faults', { rules: [{ action: '^(' }] }, 'rules.0.action', '^('],
    ['POST', 'faults', { rules: [{ when: 'never' }] }, 'rules.0.when', 'never'],
    ['POST', 'faults', {}, 'rules', undefined],
    ['POST', 'seed', { vpcs: [{ tags: {} }] }, 'vpcs.0.id', undefined],
    ['POST', 'seed', { flowLogs: [{ product: 'vpn', resource: {} }] }, 'flowLogs.0.product', 'vpn'],
    ['POST', 'seed', { accounts: [{ uid: 'me' }] }, 'accounts.0.uid', 'me'],
    ['POST', 'barriers', { name: 'x', action: 'open' }, 'action', 'open'],
    ['POST', 'settle', { id: 1 }, 'id', 1],
  ];
  test.each(bad)('%s %s %j: %s', async (method, path, body, field, value) => {
    simulator = await startSimulator();
    const before = simulator.config();
    const answer = await control(method, path, body);
    expect(answer.status).toBe(400);
    expect(answer.body.problems).toContainEqual(expect.objectContaining({ path: field, ...omitUndefined({ value }) }));
    expect(answer.body.error).toContain(field);
    expect(simulator.config()).toEqual(before);
  });

  test('an unknown control is answered with those there are', async () => {
    simulator = await startSimulator();
    const { status, body } = await control('GET', 'nothing');
    expect({ status, controls: body.controls }).toMatchObject({
      status: 404,
      controls: expect.arrayContaining(['GET journal']),
    });
  });

  test.each([{ config: { nope: 1 } }, { seed: { nope: 1 } }])('in process too: %j', async (options) => {
    await expect(startSimulator(options as never)).rejects.toThrow('nope: is not a field here (given: 1)');
    simulator = await startSimulator();
  });
});

test('in tests the default is hostile, and a patch leaves the rest as it was', async () => {
  simulator = await startSimulator();
  expect(simulator.config()).toEqual(profiles.hostile);
  expect(profiles.hostile).toMatchObject({
    duplicates: 'allow',
    clientToken: 'ignore',
    listLagMs: 3_000,
    cooldownMs: 5_000,
  });
  const { body } = await control('PUT', 'config', { listLagMs: 5, limits: { '*': 10 } });
  expect(body).toEqual({ ...profiles.hostile, listLagMs: 5, limits: { '*': 10 } });
  expect((await control('GET', 'config')).body).toEqual(body);
});

test('the journal tells every call, by product, action and since', async () => {
  simulator = await startSimulator({ profile: 'friendly', config: immediate });
  const flowLogId = await create(simulator.url, 'vpc', 1);
  await ask(simulator.url, 'vpc', 'list');
  await ask(simulator.url, 'ecr', 'create', { InstanceType: 'VPC' });
  const { body } = await control('GET', 'journal');
  expect(body).toMatchObject([
    {
      seq: 1,
      accountId: '1000000000000001',
      region: 'cn-hangzhou',
      product: 'vpc',
      action: 'CreateFlowLog',
      method: 'POST',
      params: { ...dialects.vpc.createParams(), RegionId: 'cn-hangzhou' },
      outcome: 'answered',
      httpStatus: 200,
      committed: true,
      flowLogId,
      requestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
      time: expect.stringMatching(/Z$/),
      monotonicMs: expect.any(Number),
    },
    { seq: 2, kind: 'read', committed: false },
    {
      seq: 3,
      product: 'ecr',
      region: '',
      outcome: 'INVALID_PARAMETER',
      code: 'INVALID_PARAMETER',
      httpStatus: 400,
      committed: false,
    },
  ]);
  const seqs = async (query: string) =>
    (await control('GET', `journal?${query}`)).body.map((entry: { seq: number }) => entry.seq);
  expect(await seqs('since=1')).toEqual([2, 3]);
  expect(await seqs('action=CreateFlowLog')).toEqual([1, 3]);
  expect(await seqs('product=vpc&action=DescribeFlowLogs')).toEqual([2]);
});

test('the summary counts calls, peaks, creations and what lives', async () => {
  simulator = await startSimulator({ config: { ...immediate, listLagMs: 0 } });
  const first = await create(simulator.url, 'vpc', 1);
  const second = await create(simulator.url, 'vpc', 1);
  await create(simulator.url, 'ecr', 1);
  await ask(simulator.url, 'vpc', 'delete', { FlowLogId: first });
  await ask(simulator.url, 'cen', 'list');
  const place = { product: 'vpc', accountId: '1000000000000001', region: 'cn-hangzhou', resource: 'vpc-1' };
  expect((await control('GET', 'summary')).body).toMatchObject({
    calls: { CreateFlowLog: 3, DeleteFlowLog: 1, DescribeFlowlogs: 1 },
    callsByProduct: {
      vpc: { CreateFlowLog: 2, DeleteFlowLog: 1 },
      ecr: { CreateFlowLog: 1 },
      cen: { DescribeFlowlogs: 1 },
    },
    peakPerSecond: { CreateFlowLog: 3 },
    peakPerSecondByScope: {
      'vpc/1000000000000001/cn-hangzhou/CreateFlowLog': 2,
      'ecr/1000000000000001/central/CreateFlowLog': 1,
    },
    throttled: 0,
    created: { 'vpc/1000000000000001/cn-hangzhou/vpc-1': 2, 'ecr/1000000000000001/central/ecr-1/vbr-1': 1 },
    madeMoreThanOnce: [{ ...place, flowLogIds: [first, second] }],
    live: [
      { ...place, flowLogId: second, status: 'Active' },
      { product: 'ecr', resource: 'ecr-1/vbr-1' },
    ],
  });
  const all = (await control('GET', 'flow-logs?gone=true')).body;
  expect(all.map((flowLog: { deleted: boolean }) => flowLog.deleted)).toEqual([true, false, false]);
});

describe('seed', () => {
  test('holds flow logs of every product, listed at once whatever the lag', async () => {
    simulator = await startSimulator();
    const destination = { project: 'p-1', logStore: 'l-1' };
    const { body } = await control('POST', 'seed', {
      flowLogs: [
        {
          product: 'vpc',
          resource: { type: 'VPC', id: 'vpc-1' },
          status: 'Inactive',
          destination,
          tags: { a: 'b' },
          aggregationIntervalSeconds: 300,
        },
        {
          product: 'cen',
          resource: { cenId: 'cen-1', transitRouterAttachmentId: 'tr-attach-1' },
          destination,
          aggregationIntervalSeconds: 60,
        },
        { product: 'cen', resource: { cenId: 'cen-legacy' }, flowLogId: 'flowlog-legacy' },
        {
          product: 'ecr',
          resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' },
          status: 'Weird',
          destination: { ...destination, region: 'cn-beijing' },
        },
      ],
    });
    const [vpcId, cenId, legacy, ecrId] = body.flowLogIds as string[];
    const rows = async (product: 'vpc' | 'cen' | 'ecr', FlowLogId = '') =>
      dialects[product].rows((await ask(simulator.url, product, 'list', { FlowLogId })).body)[0];
    expect(await rows('vpc', vpcId)).toMatchObject({
      Status: 'Inactive',
      ResourceId: 'vpc-1',
      ProjectName: 'p-1',
      AggregationInterval: 5,
      Tags: { Tag: [{ Key: 'a', Value: 'b' }] },
    });
    expect(await rows('cen', cenId)).toMatchObject({
      Status: 'Active',
      CenId: 'cen-1',
      TransitRouterAttachmentId: 'tr-attach-1',
      Interval: 60,
    });
    expect(await rows('cen', legacy)).toMatchObject({
      CenId: 'cen-legacy',
      TransitRouterId: '',
      TransitRouterAttachmentId: '',
    });
    expect(await rows('ecr', ecrId)).toMatchObject({ Status: 'Weird', InstanceId: 'vbr-1', SlsRegionId: 'cn-beijing' });
    expect(simulator.summary().created).toEqual({});
  });

  test('of an id that exists is a change by hand, which lists learn of one lag later', async () => {
    simulator = await startSimulator({ config: { listLagMs: 0 } });
    const change = (extra: object) =>
      simulator.seed({
        flowLogs: [{ product: 'vpc', flowLogId: 'fl-1', resource: { type: 'VPC', id: 'vpc-1' }, ...extra }],
      });
    await change({});
    await change({ status: 'Inactive', aggregationIntervalSeconds: 60 });
    expect(simulator.flowLogs()).toMatchObject([
      { status: 'Inactive', fields: { AggregationInterval: 1, ProjectName: 'seeded-project' } },
    ]);
    simulator.config({ listLagMs: 600_000 });
    expect(await listedStatus(simulator.url, 'vpc', 'fl-1')).toBe('Active');
    await change({ deleted: true });
    expect(simulator.flowLogs()).toEqual([]);
  });

  test('of one in the middle of a change stays there until it is settled', async () => {
    simulator = await startSimulator();
    await simulator.seed({
      flowLogs: [{ product: 'vpc', flowLogId: 'fl-1', resource: { type: 'VPC', id: 'vpc-1' }, status: 'Deactivating' }],
    });
    expect((await ask(simulator.url, 'vpc', 'activate', { FlowLogId: 'fl-1' })).body.Code).toBe(
      'IncorrectStatus.flowlog',
    );
    await simulator.settle();
    expect(simulator.flowLogs()[0]?.status).toBe('Inactive');
  });

  test('takes several at once, and every kind of resource', async () => {
    simulator = await startSimulator();
    const one = (region: string) => ({
      region,
      vpcs: [{ id: `vpc-${region}`, tags: { env: 'prod' }, name: 'main' }],
      vSwitches: [{ id: 'vsw-1', vpcId: 'vpc-1', zoneId: 'a' }],
      networkInterfaces: [{ id: 'eni-1', vpcId: 'vpc-1', vSwitchId: 'vsw-1', serviceManaged: true }],
      transitRouters: [{ id: 'tr-1', cenId: 'cen-1', type: 'Enterprise' }],
      attachments: [{ id: 'tr-attach-1', cenId: 'cen-1', transitRouterId: 'tr-1', resourceType: 'VPC' }],
      ecrs: [{ id: 'ecr-1' }],
      vbrs: [{ id: 'vbr-1', ecrId: 'ecr-1', region }],
    });
    expect((await control('POST', 'seed', [one('cn-hangzhou'), one('cn-beijing')])).status).toBe(200);
    await create(simulator.url, 'cen', 1, { RegionId: 'cn-beijing' });
  });
});

test('a reset brings back the start: world, seed, configuration, rules, journal, nonces', async () => {
  simulator = await startSimulator({
    profile: 'friendly',
    config: immediate,
    seed: { flowLogs: [{ product: 'vpc', flowLogId: 'fl-seeded', resource: { type: 'VPC', id: 'vpc-s' } }] },
  });
  const atStart = { config: simulator.config(), flowLogs: simulator.flowLogs() };
  await ask(simulator.url, 'vpc', 'delete', { FlowLogId: 'fl-seeded' }, { nonce: 'n' });
  const made = await create(simulator.url, 'vpc', 1);
  simulator.config({ listLagMs: 9 });
  simulator.faults([{ effect: 'reset' }]);
  await control('POST', 'reset');
  expect({ config: simulator.config(), flowLogs: simulator.flowLogs() }).toEqual(atStart);
  expect([simulator.journal(), simulator.faultRules()]).toEqual([[], []]);
  expect((await ask(simulator.url, 'vpc', 'list', {}, { nonce: 'n' })).status).toBe(200);
  expect(await create(simulator.url, 'vpc', 1)).toBe(made);
});

describe('command', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'simulator-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('says where it listens, serves a scenario, and ends cleanly on SIGINT', async () => {
    const scenario = join(folder, 'scenario.yaml');
    writeFileSync(
      scenario,
      [
        'config: { listLagMs: 0, progression: { mode: immediate } }',
        'seed: { flowLogs: [{ product: vpc, flowLogId: fl-1, resource: { type: VPC, id: vpc-1 } }] }',
        'faults: { rules: [{ action: DeleteFlowLog, effect: code, code: SystemBusy }] }',
      ].join('\n'),
    );
    const running = await command(['--scenario', scenario]);
    expect(await listedStatus(running.url, 'vpc', 'fl-1')).toBe('Active');
    expect((await ask(running.url, 'vpc', 'delete', { FlowLogId: 'fl-1' })).body.Code).toBe('SystemBusy');
    expect(running.printed()).toContain(`curl -s ${running.url}/_simulator/summary`);
    expect(await running.kill('SIGINT')).toBe(0);
  });

  test('a port in use, a wrong option and a wrong scenario are one clear line and the exit code 1', async () => {
    simulator = await startSimulator();
    const port = new URL(simulator.url).port;
    expect(await finished(['--port', port])).toEqual({
      code: 1,
      printed: `simulator: port ${port} on 127.0.0.1 is in use; choose another with --port\n`,
    });
    const scenario = join(folder, 'wrong.yaml');
    writeFileSync(scenario, 'config: { listLagMs: soon }\n');
    expect(await finished(['--scenario', scenario])).toMatchObject({
      code: 1,
      printed: expect.stringContaining('listLagMs'),
    });
    expect(await finished(['--port', '99999'])).toMatchObject({
      code: 1,
      printed: expect.stringContaining('0 to 65535'),
    });
  });
});
