import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { connectLedger } from '../../client/cli/audit/open-door.js';
import { outlineOf } from '../../client/cli/outline.js';
import { createProgram } from '../../client/cli/program.js';
import type { Session } from '../../client/cli/session.js';
import type { Surroundings } from '../../client/cli/surroundings.js';
import { type ConnectOptions, connect } from '../../client/connection.js';
import { FlowLogs } from '../../client/index.js';
import { SILENCE_MS } from '../../client/reads.js';
import { endOfRun } from '../chaos/callers/history.js';
import { type Said, flowlog } from './fixtures/console.js';
import { type Service, type WorkerProcess, startService, uid } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/**
 * An answer is true, at once, and says first what matters: each command under each fault, asked of the whole service as a person asks it. What
 * is down, hung, changing, refused, over or misspelt is told as that, and never as absence or success.
 */

let service: Service;
let worker: WorkerProcess;
let folder: string;

/** Of one command, by its own clock, in ms: each of its checks has 5 s, and the machine does other things. */
const MOST_MS = 10_000;

const seededOn = (resource: Record<string, string>) => ({ product: 'vpc' as const, resource, destination });
const seeded = Array.from({ length: 60 }, (_, index) => seededOn({ type: 'VPC', id: `vpc-${index}` }));
const manifest = (names: readonly string[]) =>
  JSON.stringify({
    version: 1,
    flowLogs: names.map((name) => ({
      product: 'vpc',
      region: 'cn-hangzhou',
      resource: { type: 'VPC', id: `vpc-${name}` },
      destination,
    })),
  });

beforeAll(async () => {
  const progression = { mode: 'time', activationMs: 200, settleMs: 50 } as const;
  const config = { limits: {}, quotas: {}, progression };
  service = await startService({ workers: 0, simulator: { profile: 'friendly', config } });
  worker = await service.spawnWorker();
  await service.simulator.seed({ flowLogs: seeded });
  folder = await mkdtemp(join(tmpdir(), 'flowlog-answers-'));
  await writeFile(join(folder, 'm.json'), manifest(['a', 'b', 'c']));
  const selector = { product: 'vpc', resourceType: 'VPC', regions: ['cn-hangzhou'], name: 'no-such-*' };
  await writeFile(
    join(folder, 's.json'),
    JSON.stringify({ version: 1, defaults: { destination }, selectors: [selector] }),
  );
  await ended('done', { target: vpc.target('a'), spec: { destination } });
  const refused = await flowlog(service, `delete -f ${folder}/m.json --bulk refused --expect 29`);
  expect(refused.exitCode).toBe(4);
  // A foreign flow log with another destination stands in the way.
  const spec = { destination: { project: 'netlogs', logStore: 'other' } };
  const failed = await service.flowLogs.enable({ target: vpc.target('5'), spec, requestedBy });
  await expect(failed.result()).rejects.toMatchObject({ kind: 'Conflict' });
}, 180_000);

afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A bulk that has ended, and an operation with it. */
async function ended(name: string, item: { target: ReturnType<typeof vpc.target>; spec: object }): Promise<void> {
  const bulk = await service.flowLogs.bulks.start({ operation: 'enable', name, items: [item], requestedBy });
  expect(await bulk.result()).toMatchObject({ end: 'completed', tally: { succeeded: 1 } });
}

/** Connects as the program does, and is as patient. */
const real: Surroundings['connect'] = async ({ address, namespace }: ConnectOptions) => {
  const env = { TEMPORAL_ADDRESS: service.env['TEMPORAL_ADDRESS'], TEMPORAL_NAMESPACE: service.namespace };
  const options = { env, ...omitUndefined({ address: address || undefined, namespace: namespace || undefined }) };
  const { client, location } = await connect(options);
  const accounts = { default: { uid } };
  return {
    ...location,
    flowLogs: new FlowLogs(client, { accounts, address: location.address, silenceMs: SILENCE_MS }),
  };
};

/** A command line, how the screen begins or what it holds, the exit code. `DIR` stands for the folder of the manifest. */
type Row = readonly [line: string, says: RegExp, exitCode: number];

/** Asks all at once, so that what waits waits together, and holds each answer to its row. */
function answersOf(fault: string, rows: readonly Row[], around: Partial<Surroundings> = {}): ReadonlyMap<string, Said> {
  const said = new Map<string, Said>();
  beforeAll(async () => {
    const ask = async ([line]: Row) =>
      said.set(line, await flowlog(service, line.replaceAll('DIR', folder), { connect: real, ...around }));
    await Promise.all(rows.map(ask));
  }, 120_000);
  test.each(rows)(`${fault}: \`%s\``, (line, says, exitCode) => {
    const { screen, exitCode: code, tookMs = Infinity } = said.get(line) ?? { screen: '', exitCode: -1 };
    expect(screen).toMatch(says);
    expect(code, screen).toBe(exitCode);
    expect(tookMs).toBeLessThan(MOST_MS);
  });
  return said;
}

const at = '--region cn-hangzhou';

describe('what is misspelt or missing is refused, and nothing is looked at', () => {
  answersOf('filter wrong', [
    ['list', /^nothing to look at; vpc: give --region <region>; cen: give --region <region>; ecr: give --ecr <id>/, 2],
    [`list ${at} --product vcp`, /^--product vcp: known are vpc, cen, ecr/, 2],
    [`list ${at} --account nosuch`, /^--account nosuch: no account is named so/, 2],
    ['list --region CN-HANGZHOU', /^--region CN-HANGZHOU: .*did you mean cn-hangzhou/, 2],
    ['operation list --state bogus', /'bogus' is invalid\. Allowed choices are running, needs-attention, created/, 2],
    ['operation list --product vcp', /^--product vcp: known are vpc, cen, ecr/, 2],
    ['operation list --account nosuch', /^--account nosuch: no account is named so/, 2],
    ['doubt list --product vcp', /^--product vcp: known are vpc, cen, ecr/, 2],
    [
      'freeze --region cn-hangzhuo --reason x',
      /^--region cn-hangzhuo: no public region has this name, so nothing would be held; did you mean cn-hangzhou/,
      2,
    ],
    ['freeze --account nosuch --reason x', /^--account nosuch: no account is named so/, 2],
    ['freeze --product vcp --reason x', /^--product vcp/, 2],
    ['enable -f DIR/m.json --failure-budget lots', /^--failure-budget: "lots": must be/, 2],
    [`enable -f DIR/m.json --bulk x/y`, /"x\/y"/, 2],
    [`plan -f DIR/none.json`, /none\.json/, 2],
  ]);

  test('nothing is frozen, started or read', async () => {
    expect((await flowlog(service, 'freeze --list')).stderr).toMatch(/^nothing is frozen/);
    expect((await flowlog(service, 'bulk list --json')).stdout).not.toContain('lots');
  });
});

describe('what matches nothing is told, and is success only where it is meant', () => {
  const nothing = /selectors\[0\] matches nothing: vpc VPC in .* cn-hangzhou, named no-such-\*/;
  answersOf('selector wrong', [
    ['plan -f DIR/s.json', nothing, 1],
    ['plan -f DIR/s.json --allow-empty', nothing, 0],
    ['enable -f DIR/s.json --bulk empty', nothing, 1],
    [
      'enable -f DIR/s.json --bulk over --allow-empty',
      // On a machine that stood still for its first five seconds, it goes on.
      /^flow-log-bulk\/over started\n(it has ended already: completed; 0 |how it goes: )/,
      0,
    ],
    ['enable -f DIR/s.json --bulk meant --allow-empty', nothing, 0],
  ]);
});

describe('what is over says so, with how', () => {
  const hasEnded = /^flow-log-bulk\/done has ended at \S+: completed\n/;
  answersOf('ended', [
    ['bulk pause done', hasEnded, 1],
    ['bulk resume done', hasEnded, 1],
    ['bulk approve done', hasEnded, 1],
    ['bulk reject done', hasEnded, 1],
    ['bulk cancel done', hasEnded, 1],
    ['bulk status done', /^bulk +flow-log-bulk\/done\n[^]*completed/, 0],
    ['bulk pause refused', /^flow-log-bulk\/refused has ended at \S+: refused, .*3 targets.*29/, 1],
    ['bulk status refused', /^bulk +flow-log-bulk\/refused\n[^]*refused[^]*29/, 4],
    ['bulk list', /refused\tdelete\t[^]*refused\t/, 0],
    ['bulk pause never', /^no operation flow-log-bulk\/never|^flow-log-bulk\/never/, 1],
    ['operation list --state failed', /^operation\tproduct\t.*\nenable\tvpc\tcn-hangzhou\tVPC\/vpc-5\tfailed\t/, 0],
    ['operation list --state created', /^operation\tproduct\t.*\nenable\tvpc\tcn-hangzhou\tVPC\/vpc-a\tcreated\t/, 0],
    [`operation cancel vpc-a ${at}`, /has ended|ended already/, 1],
    [
      `status vpc-a ${at}`,
      /^product\tregion\t.*\nvpc\tcn-hangzhou\tVPC\/vpc-a\tfl-\S+\tActive\t[^]*last operation: enable/,
      0,
    ],
  ]);
});

test('of 1,000 flow logs with the longest texts all are listed, though no answer is longer than 64 KB', async () => {
  const texts = { name: '流'.repeat(128), description: '流'.repeat(256) };
  const resource = (index: number) => ({ type: 'VPC', id: `vpc-long-${index}` });
  const flowLogs = Array.from({ length: 1_000 }, (_, index) => ({ ...seededOn(resource(index)), ...texts }));
  await service.simulator.seed({ region: 'cn-beijing', flowLogs });
  const { stdout, exitCode } = await flowlog(service, 'list --region cn-beijing --product vpc --json');
  const listed = (JSON.parse(stdout) as { flowLogs: { description: string; resource: { id: string } }[] }).flowLogs;
  expect(exitCode).toBe(0);
  expect(new Set(listed.map((each) => each.resource.id)).size).toBe(1_000);
  expect(listed.every(({ description }) => description === texts.description)).toBe(true);
  for await (const { workflowId, runId, type } of service.client.workflow.list())
    if (type === 'inspectFlowLogs' || type === 'readRows')
      expect((await endOfRun(service.client, workflowId, runId)).largest, type).toBeLessThan(64 * 1_024);
}, 120_000);

describe('a list that changes while it is read', () => {
  beforeAll(() => service.simulator.faults([{ action: vpc.list, when: 'after', writes: { delete: 1 } }]));
  afterAll(() => service.simulator.faults([]));
  answersOf('list changing', [
    [
      `list ${at} --product vpc`,
      /^product\tregion\t.*\nvpc\tcn-hangzhou\tVPC\/[^]*vpc cn-hangzhou changed while reading/,
      0,
    ],
    [`status vpc-a ${at}`, /^product\tregion\t.*\nvpc\tcn-hangzhou\tVPC\/vpc-a\tfl-\S+\tActive/, 0],
    [`status vpc-nowhere ${at}`, /^the cloud has no flow log of this target/, 0],
  ]);
});

describe('a read that is refused is told first, and alone', () => {
  beforeAll(() =>
    service.simulator.faults([{ action: '^Describe', effect: 'code', code: 'Forbidden.RAM', status: 403 }]),
  );
  afterAll(() => service.simulator.faults([]));
  answersOf('read refused', [
    [`list ${at} --product vpc`, /^vpc cn-hangzhou could not be read: .*Forbidden\.RAM/, 3],
    [`status vpc-a ${at}`, /^vpc cn-hangzhou could not be read: .*Forbidden\.RAM/, 3],
    [`discover --regions cn-hangzhou --resource-type VPC`, /Forbidden\.RAM/, 1],
    [`plan -f DIR/m.json`, /Forbidden\.RAM/, 1],
  ]);
});

const sink = { write: () => true };
const commands = () =>
  outlineOf(createProgram({ surroundings: { stdout: sink, stderr: sink } } as unknown as Session)).commands;
const isGroup = (name: string | undefined) => commands().some((one) => one.name === name && one.commands.length > 0);
/** Commands as they are typed. */
const leaves = () =>
  commands().flatMap(({ name, commands: below }) =>
    below.length === 0 ? [name] : below.map((one) => `${name} ${one.name}`),
  );

describe('where Temporal is out of reach', () => {
  const down = '--address 127.0.0.1:9';
  const first = /^Temporal at 127\.0\.0\.1:9 is out of reach/;
  const lines = [
    `status vpc-1 ${at}`,
    `list ${at}`,
    `enable vpc-1 ${at}`,
    'enable -f DIR/m.json',
    'plan -f DIR/m.json',
    `discover --regions cn-hangzhou --resource-type VPC`,
    'operation list --account default',
    `operation show vpc-1 ${at}`,
    'bulk list',
    'bulk status done',
    'bulk cancel done',
    'schedule list',
    'doubt list --account default',
    'doctor',
    ...['disable', 'delete', 'operation wait', 'operation cancel'].map((command) => `${command} vpc-1 ${at}`),
    `modify vpc-1 ${at} --interval 60`,
    ...['report', 'pause', 'resume', 'approve', 'reject', 'retry'].map((verb) => `bulk ${verb} done`),
    'bulk change done --window 5',
    'schedule create x -f DIR/m.json --every 30m',
    'schedule update x --every 1h',
    ...['describe', 'trigger', 'pause', 'resume', 'delete'].map((verb) => `schedule ${verb} x`),
    'schedule backfill x --from 90m --to 20m',
    'doubt resolve 3f2a9c1e --as done --reason x --account default',
    'accounts test',
  ];
  /** Commands that ask the ledger's database, or nobody. */
  const asksNoTemporal = /^(freeze|thaw|audit|ledger|migrate|accounts list|config|ram-policy|completion)/;
  test('is told by every command that asks it', () => {
    const said = lines.map((line) => (isGroup(line.split(' ')[0]) ? line.split(' ', 2).join(' ') : line.split(' ')[0]));
    expect(leaves().filter((command) => !said.includes(command) && !asksNoTemporal.test(command))).toEqual([]);
  });
  // No accounts are configured: that is not the first problem reported.
  answersOf(
    'service down',
    lines.map((line): Row => [`${line} ${down}`, first, 3]),
    { accounts: () => Promise.resolve({}) },
  );
});

describe("where the ledger's database is out of reach", () => {
  const first = /^the ledger at 127\.0\.0\.1:9\/none is out of reach/;
  const asking = [
    'freeze --list',
    'freeze --product vpc --reason x',
    'thaw --product vpc',
    'audit show vpc-1',
    'audit anchor',
  ];
  const more = [
    'audit verify',
    'audit export --format csv',
    'ledger archive --before 1m',
    'ledger adopt-empty --reason x',
  ];
  answersOf(
    'database down',
    [...asking, ...more].map((line): Row => [line, first, 3]),
    { openLedger: () => connectLedger('postgres://x:y@127.0.0.1:9/none', []) },
  );
});

describe('doctor names the cause', () => {
  answersOf('wrong namespace', [
    [
      'doctor --namespace nosuch',
      /^check\tstate\tseen\nTemporal\tNOT ok\t.*it has no namespace "nosuch"[^]*--namespace or TEMPORAL_NAMESPACE/,
      3,
    ],
  ]);
  const wrongPassword = () => {
    const url = new URL(service.env['DATABASE_URL'] ?? '');
    url.password = 'wrong';
    return url.href;
  };
  answersOf(
    'wrong password',
    [
      [
        'doctor',
        /^check\tstate\tseen\nTemporal\tok\t[^]*database, from here\tNOT ok\t.*password authentication failed[^]*Correct user and password in DATABASE_URL/,
        3,
      ],
      ['freeze --list', /^the ledger at .* is out of reach: .*password authentication failed/, 3],
    ],
    { env: { DATABASE_URL: 'named' }, openLedger: () => connectLedger(wrongPassword(), []) },
  );
});

describe('a worker that hangs', () => {
  beforeAll(() => worker.freeze());
  afterAll(() => worker.thaw());
  const silent = /^no answer within 5 s/;
  const said = answersOf('worker hung', [
    ['doctor', /^check\tstate\tseen\nTemporal\tok\t[^]*database and cloud\tNOT ok\tno answer within 5 s/, 3],
    [`status vpc-a ${at}`, /^the cloud could not be looked at: no answer within 5 s/, 3],
    [`list ${at}`, silent, 3],
    [`discover --regions cn-hangzhou --resource-type VPC`, silent, 3],
    ['plan -f DIR/m.json', silent, 3],
    ['bulk list', silent, 3],
    ['bulk status done', silent, 3],
    ['bulk report done', silent, 3],
    ['doubt list', silent, 3],
    ['bulk pause done', /^flow-log-bulk\/done has ended at \S+: completed\n/, 1],
    ['operation list', /^operation\tproduct\t.*\nenable\tvpc\tcn-hangzhou\t/, 0],
  ]);

  test('holds back none of the checks that end before the one that it hangs in', () => {
    const { tookMs = 0, silentMs = 0 } = said.get('doctor') ?? {};
    expect(tookMs - silentMs).toBeGreaterThan(SILENCE_MS / 2);
  });
});
