import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommand } from '../../tools/build/packages.js';
import type { FlowLogView, JournalEntry, Summary } from '../../simulator/index.js';
import {
  type LocalStart,
  endStarts,
  gone,
  readRun,
  root,
  rowsOf,
  startLocal,
  startTimeoutMs,
  until,
} from './fixtures/local-start.js';
import { differencesOf } from './fixtures/walk/compare.js';
import { type WalkedBlock, pageOf } from './fixtures/walk/page.js';
import { type PageBlock, callsIn, readBlocks } from './fixtures/walk/pages.js';
import { type Shell, type Shown, makeShell } from './fixtures/walk/shell.js';

/**
 * The first hour, on one fresh `npm start`: its first job, every block of the pages, its worker and its simulator killed, and itself killed and
 * started again.
 */

const walkPage = join(root, 'docs/walk.md');
/** Beside the packages of this repository, which the command loads. */
const commandFolder = join(root, 'node_modules/.cache/flowlog-walk');
/** More than the pages' accident needs, and less than the minute that is the default. */
const graceMs = '40000';

/** Commands that are not run by a shell: the start is what all others run on, and the tests are what runs them. */
const notRun = ['npm start', 'npm test'];

let base: string;
let state: string;
let start: LocalStart;
let shell: Shell;

beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'flowlog-walk-')));
  state = join(base, 'state');
  const folder = join(base, 'folder');
  await mkdir(folder);
  start = startLocal(state, [], { FLOWLOG_GRACE_MS: graceMs });
  const [program] = await Promise.all([buildCommand(commandFolder), start.up()]);
  shell = await makeShell({ root, folder, stateFolder: state, program });
}, 3 * startTimeoutMs);
afterAll(async () => {
  await endStarts();
  await rm(base, { recursive: true, force: true });
});

const ask = async <Answer>(path: string, body?: unknown) => {
  const { simulator } = await readRun(state);
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return (await (await fetch(`${simulator!.url}/_simulator/${path}`, init)).json()) as Answer;
};

describe('a fresh npm start', () => {
  test('makes the first run: of each product one created, one activated and one unchanged', async () => {
    const run = await readRun(state);
    expect(Object.keys(run.pids).sort()).toEqual(['postgres', 'simulator', 'start', 'temporal', 'worker']);
    expect((await stat(join(state, 'run.json'))).mode & 0o077, 'it holds a password').toBe(0);
    const changes = (await ask<readonly JournalEntry[]>('journal'))
      .map(({ action }) => action)
      .filter((action) => /^(Create|Activ|Enable|Disable|Deactiv|Modify|Delete)/i.test(action));
    expect(changes.sort()).toEqual(
      ['ActivateFlowLog', 'ActiveFlowLog', 'ActiveFlowLog', 'CreateFlowLog', 'CreateFlowLog', 'CreateFlowlog'].sort(),
    );
    expect(
      rowsOf(start.output.stdout).map(([product, , outcome, , status]) => [product, outcome, status].join(' ')),
    ).toEqual(
      ['vpc', 'cen', 'ecr'].flatMap((product) =>
        ['created', 'activated', 'unchanged'].map((outcome) => `${product} ${outcome} active`),
      ),
    );
  });

  test('is not made twice on one folder', async () => {
    const second = await startLocal(state, ['--once']).ended;
    expect(second.code).toBe(1);
    const { pids } = await readRun(state);
    expect(second.stderr).toContain(`npm start runs already on ${state}, as process ${pids['start']}.`);
  });
});

/** Runs a block as a reader does, one command after the other. */
async function walk(block: PageBlock): Promise<WalkedBlock> {
  const shown: Shown[] = [];
  for (const { text } of block.commands) {
    if (text === 'npm start') shown.push({ text, exitCode: 0, ...start.output });
    else if (!notRun.includes(text)) shown.push(await shell.run(text));
  }
  return { block, shown };
}

/** Commands of a block that show nothing, or end otherwise than the page says. */
const wrongIn = ({ block, shown }: WalkedBlock): readonly string[] =>
  shown.flatMap(({ text, exitCode, stdout, stderr }) => {
    const expected = block.commands.find((command) => command.text === text)?.exitCode;
    const said = `${stdout}${stderr}`.trim();
    if (exitCode !== expected) return [`${text}: exit code ${exitCode}, not ${expected}: ${said.slice(0, 600)}`];
    return said === '' && callsIn(text).length > 0 ? [`${text}: shows nothing`] : [];
  });

/** The standing order of the pages fires at every half hour, and what it enables is told otherwise from then on; a walk takes two minutes. */
const firesEveryMs = 30 * 60_000;
const walkMs = 5 * 60_000;

/** Waits until no half hour falls into the walk. */
async function betweenFirings(): Promise<void> {
  const leftMs = firesEveryMs - (Date.now() % firesEveryMs);
  if (leftMs < walkMs) await sleep(leftMs + 1_000);
}

describe('the blocks of README.md and docs/cli.md', () => {
  test(
    'run in their order, each shows something and ends as the page says',
    { timeout: 600_000 + walkMs },
    async () => {
      await betweenFirings();
      const walked: WalkedBlock[] = [];
      for (const block of await readBlocks(root)) walked.push(await walk(block));
      expect(walked.flatMap(wrongIn)).toEqual([]);
      const page = pageOf(walked, shell.folder);
      const before = await readFile(walkPage, 'utf8').catch(() => '');
      if (before === '') await expect(page).toMatchFileSnapshot(walkPage);
      else expect(differencesOf(before, page), 'write it anew: remove docs/walk.md and run this test').toEqual([]);
    },
  );
});

const fifty = Array.from({ length: 50 }, (_, index) => `vpc-team-${index + 1}`);

/** Ends a process of the start as a crash does, once so many of the fifty were created. */
async function killAfter(created: number, part: 'worker' | 'simulator'): Promise<void> {
  await until(
    async () => (await ofTeam()).length >= created,
    120_000,
    () => start.output.stderr.slice(-2_000),
  );
  const pid = (await readRun(state)).pids[part]!;
  process.kill(pid, 'SIGKILL');
  await until(
    async () => {
      const now = (await readRun(state)).pids[part];
      return now !== undefined && now !== pid;
    },
    startTimeoutMs,
    () => start.output.stderr.slice(-2_000),
  );
}

/** Flow logs of the fifty that are there. */
const ofTeam = async () =>
  (await ask<readonly FlowLogView[]>('flow-logs').catch(() => [])).filter((log) =>
    String(log.fields['ResourceId']).startsWith('vpc-team-'),
  );

describe('the worker and the simulator', () => {
  test(
    'are killed during a bulk of fifty: exactly one flow log each, followed to the end',
    { timeout: 600_000 },
    async () => {
      const items = fifty.map((id) => ({ product: 'vpc', resource: { type: 'VPC', id } }));
      const defaults = { region: 'cn-shanghai', destination: { project: 'netlogs', logStore: 'team' } };
      await writeFile(
        join(shell.folder, 'team.json'),
        JSON.stringify({ version: 1, defaults: { account: 'default', ...defaults }, flowLogs: items }),
      );
      const following = shell.run('flowlog enable -f team.json --bulk team --wait');
      await killAfter(5, 'worker');
      await killAfter(20, 'simulator');
      const { exitCode, stderr, stdout } = await following;
      expect(exitCode, stderr.slice(-2_000)).toBe(0);
      expect(`${stdout}${stderr}`).toMatch(/50 targets: 50 succeeded/);

      expect((await ofTeam()).map(({ fields }) => fields['ResourceId']).sort()).toEqual([...fifty].sort());
      const { madeMoreThanOnce } = await ask<Summary>('summary');
      expect(madeMoreThanOnce.filter(({ resource }) => fifty.includes(resource))).toEqual([]);
      for (const name of ['The worker', 'The simulator']) {
        expect(start.output.stderr).toContain(
          `${name} ended by itself (signal SIGKILL); it is started again in 0.5 s.`,
        );
      }
      await until(
        () =>
          ['The worker', 'The simulator'].every((name) =>
            start.output.stderr.includes(`${name} is up again, as process`),
          ),
        startTimeoutMs,
        () => start.output.stderr.slice(-2_000),
      );
    },
  );
});

describe('npm start, killed and started again', () => {
  test(
    'finds everything and changes nothing, on the same ports, also after more was seeded',
    { timeout: 4 * startTimeoutMs },
    async () => {
      await ask('seed', { vpcs: [{ id: 'vpc-seeded' }], ecrs: [{ id: 'ecr-seeded' }], cens: [{ id: 'cen-seeded' }] });
      const run = await readRun(state);
      start.child.kill('SIGKILL');
      const { stdout } = await start.ended;
      await gone(Object.values(run.pids));

      const again = startLocal(state, [], { FLOWLOG_GRACE_MS: graceMs });
      await again.up();
      const { temporal, simulator, ui } = await readRun(state);
      expect({ temporal, simulator, ui }).toEqual({ temporal: run.temporal, simulator: run.simulator, ui: run.ui });
      again.child.kill('SIGINT');
      const ended = await again.ended;
      expect(ended.code, ended.stderr).toBe(0);
      expect(rowsOf(ended.stdout).map(([, , outcome]) => outcome)).toEqual(
        Array.from({ length: 9 }, () => 'unchanged'),
      );
      expect(rowsOf(ended.stdout).map(([, , , id]) => id)).toEqual(rowsOf(stdout).map(([, , , id]) => id));
    },
  );
});
