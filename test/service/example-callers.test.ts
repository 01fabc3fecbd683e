import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowIdOf } from '../../cloud/target.js';
import { buildCommand } from '../../tools/build/packages.js';
import { needs } from '../languages/needs.js';
import { type Program, goProgram, javaProgram, pythonProgram } from '../languages/programs.js';
import { filesBelow, root } from '../pure/fixtures/source-tree.js';
import { expectExactlyOne, ledgerProblems } from './fixtures/judge.js';
import { settling } from './fixtures/scenario.js';
import { type Service, startService, uid } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** The callers of examples/callers, each in its own language, against the whole service. */

let service: Service;
let temporal: Record<string, string>;
beforeAll(async () => {
  const progression = { mode: 'explicit' } as const;
  service = await startService({ simulator: { profile: 'friendly', config: { limits: {}, quotas: {}, progression } } });
  const { TEMPORAL_ADDRESS = '', TEMPORAL_NAMESPACE = '' } = service.env;
  temporal = { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE };
}, 120_000);
afterAll(() => service.stop());

const workflowId = workflowIdOf(vpc.target('1') as never);

/** Callers on the record of the newest run of the target: who asked, and who joined. */
const callersOnRecord = async () => {
  const { runId } = await service.client.workflow.getHandle(workflowId).describe();
  const rows = await service.query<{ body: { requestedBy?: string } }>(
    "select body::json as body from ledger.entries where run_id = $1 and kind in ('opened', 'joined') order by seq",
    [runId],
  );
  return rows.map(({ body }) => body.requestedBy).sort();
};

const isUnderWay = () =>
  service.client.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      ({ status }) => status.name === 'RUNNING',
      () => false,
    );

/** Lets the cloud finish whatever it is asked until the programs have ended. */
const settled = <Result>(programs: Promise<Result>) => settling(service, programs, 500);

const LONG_MS = 600_000;
const withPython = await needs('python');
const withGo = await needs('go');
const withJava = await needs('java');
let fromPython: Awaited<ReturnType<typeof pythonProgram>>;

withPython(
  'Python: starts, joins, and hears what runs where it wants something else',
  async ([python = '']) => {
    fromPython = await pythonProgram(python);
    const enable = fromPython('enable.py');
    const first = enable(['network-team'], temporal);
    await expect.poll(isUnderWay, { timeout: 60_000 }).toBe(true);
    const second = enable(['security-team'], temporal);
    expect(JSON.parse(await enable(['cleaner', 'delete'], temporal))).toMatchObject({
      type: 'OperationInProgress',
      details: { running: { operation: 'enable', requestedBy: 'network-team' } },
    });
    const ends = (await settled(Promise.all([first, second]))).map((text) => JSON.parse(text) as object);
    expect(ends).toMatchObject([{ outcome: 'created' }, { outcome: 'created' }]);
    expectExactlyOne(service, vpc, '1');
  },
  LONG_MS,
);

withGo(
  'Go and Python at once: one run, both have its report, both are on the record',
  async ([go = '']) => {
    const enable = await goProgram(go);
    await service.flowLogs.disable({ target: vpc.target('1'), requestedBy }).then((run) => settled(run.result()));
    const programs = Promise.all([enable(['from go'], temporal), fromPython('enable.py')(['from python'], temporal)]);
    await expect.poll(callersOnRecord, { timeout: 60_000 }).toEqual(['from go', 'from python']);
    const ends = (await settled(programs)).map((text) => JSON.parse(text) as { joined: boolean; flowLogId: string });
    expect(ends).toMatchObject([{ outcome: 'activated' }, { outcome: 'activated' }]);
    expect(ends.map(({ joined }) => joined).sort()).toEqual([false, true]);
    expect(new Set(ends.map(({ flowLogId }) => flowLogId)).size).toBe(1);
    expectExactlyOne(service, vpc, '1');
  },
  LONG_MS,
);

withJava(
  'Java: asks and waits',
  async ([javac = '', maven = '']) => {
    const enable = await javaProgram(javac, maven);
    expect(await settled(enable(['from java'], temporal))).toMatch(/^false unchanged fl-/);
  },
  LONG_MS,
);

/** A row of a bulk, as far as the programs' output is compared. */
interface Row {
  readonly state: string;
  readonly code?: string;
}
const statesOf = ({ rows }: { readonly rows: readonly Row[] }) => rows.map(({ state }) => state);

/** Of a bulk of three whose second target is refused once: does again what failed, reads the rows, and cancels another bulk. */
async function expectSteered(steer: Program, name: string, caller: string): Promise<void> {
  const said = async (verb: string, bulk: string) =>
    JSON.parse(await steer([verb, bulk, caller], temporal)) as { answer: object; end: string; rows: readonly Row[] };
  const first = await said('rows', name);
  expect(statesOf(first)).toEqual(['succeeded', 'failed', 'succeeded']);
  expect(first.rows[1]).toMatchObject({ code: 'InvalidParameter' });
  const again = await settled(said('retry', name));
  // Not whether it joined: of an update that the server lost, the SDK's second one finds the run of the first.
  expect(again).toMatchObject({ answer: { requestedBy: caller }, end: 'completed' });
  expect(statesOf(again)).toEqual(['succeeded']);
  const items = [{ target: vpc.target(`${name}-left`), spec: { destination } }];
  const left = await service.flowLogs.bulks.start({ operation: 'enable', name: `${name}-left`, items, requestedBy });
  await expect.poll(async () => (await left.progress()).running, { timeout: 60_000 }).toBe(1);
  const cancelled = await said('cancel', `${name}-left`);
  expect(cancelled).toMatchObject({ answer: { applied: true }, end: 'cancelled' });
  expect(statesOf(cancelled)).toEqual(['cancelled']);
}

/** The create on this target is refused once. */
const refuseOnce = (name: string) =>
  service.simulator.faults([
    {
      product: 'vpc',
      action: vpc.create,
      resource: vpc.resource(name),
      when: 'before',
      effect: 'code',
      code: 'InvalidParameter',
      status: 400,
      count: 1,
    },
  ]);

withGo(
  'Go: a bulk with a canary that a person approves; a retry of what failed, the rows page by page, and a cancel',
  async ([go = '']) => {
    refuseOnce('g2');
    const bulk = await goProgram(go, undefined, 'bulk');
    const end = await settled(bulk(['go', 'network-team', 'vpc-g1', 'vpc-g2', 'vpc-g3'], temporal));
    expect(JSON.parse(end)).toMatchObject({
      approved: { applied: true },
      end: 'completed',
      rows: expect.stringMatching(/^bulk:/) as string,
    });
    await expectSteered(await goProgram(go, undefined, 'steer'), 'go', 'security-team');
    expect(await ledgerProblems(service)).toEqual([]);
  },
  LONG_MS,
);

withPython(
  'Python: a bulk with a canary that a person approves, its rows page by page, a retry of what failed, a cancel, and a schedule',
  async () => {
    refuseOnce('b2');
    const vpcs = ['vpc-b1', 'vpc-b2', 'vpc-b3'];
    const end = await settled(fromPython('bulk.py')(['py', 'network-team', ...vpcs], temporal));
    expect(JSON.parse(end)).toEqual({
      approved: { applied: true },
      end: 'completed',
      states: ['succeeded', 'failed', 'succeeded'],
      status: 'COMPLETED',
    });
    await expectSteered(fromPython('steer.py'), 'py', 'security-team');
    expect(await fromPython('schedule.py')(['nightly', 'network-team'], temporal)).toBe('flow-log-schedule/nightly');
    expect(await service.flowLogs.schedules.list()).toMatchObject([{ name: 'nightly' }]);
    await service.client.schedule.getHandle('flow-log-schedule/nightly').delete();
    expect(await ledgerProblems(service)).toEqual([]);
  },
  LONG_MS,
);

/** The script with the command in its PATH: what it printed, and how it ended. */
async function runScript(folder: string, command: string): Promise<{ readonly code: number; readonly said: string }> {
  const flowlog = join(folder, 'flowlog');
  await writeFile(flowlog, `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`, { mode: 0o755 });
  const env = { ...process.env, ...temporal, FLOWLOG_ACCOUNT_ID: uid, PATH: `${folder}:${process.env['PATH']}` };
  return new Promise((done) =>
    execFile('sh', [join(root, 'examples/callers/enable.sh'), 'vpc-1'], { env, cwd: folder }, (error, said) =>
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, said }),
    ),
  );
}

test(
  'shell: asks by the command, waits, and tells by its exit code whether another operation runs',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flowlog-shell-'));
    try {
      const command = await buildCommand(join(root, 'node_modules/.cache/flowlog-examples'));
      const { code, said } = await settled(runScript(folder, command));
      expect({ code, report: JSON.parse(said) as object }).toMatchObject({ code: 0, report: {} });
      expectExactlyOne(service, vpc, '1');
      const disable = await service.flowLogs.disable({ target: vpc.target('1'), requestedBy });
      expect(await runScript(folder, command)).toMatchObject({ code: 4 });
      await settled(disable.result());
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  LONG_MS,
);

test('each of them fits in forty lines, and none computes a hash', () => {
  const files = filesBelow(['examples/callers']).filter((path) => /\.(py|go|java|sh)$/.test(path));
  expect(files.length).toBeGreaterThan(8);
  for (const path of files) {
    const text = readFileSync(join(root, path), 'utf8');
    expect(text.trimEnd().split('\n').length, path).toBeLessThanOrEqual(40);
    expect(text, path).not.toMatch(/sha-?256|hashlib|crypto|memo\b/i);
  }
});
