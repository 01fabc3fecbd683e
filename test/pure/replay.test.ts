import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle, bundleWorkflowCode } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultAccount } from '../../simulator/index.js';
import { workflowBundle } from '../../worker/bundle.js';
import {
  endOf,
  historiesFolder,
  lastFailures,
  readHistory,
  textsOf,
  type RecordedHistory,
} from '../recorder/history-file.js';
import { MOST_PATHS, paths } from '../recorder/paths.js';

/** Operations run for up to their deadline, and a worker of new code takes them over: it must decide as the old one did. */

const root = fileURLToPath(new URL('../../', import.meta.url));

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

/**
 * Replays histories one after the other on one worker, which loads the workflow code once. No server is asked.
 * @returns what broke, by name, each told with what to do about it
 */
async function broken(names: readonly string[], workflowBundle: WorkflowBundle): Promise<ReadonlyMap<string, Error>> {
  const histories = names.map((name) => readHistory(name));
  const replays = Worker.runReplayHistories(
    { workflowBundle, replayName: 'recorded histories' },
    histories.map((history) => ({ history, workflowId: workflowIdIn(history) })),
  );
  const problems = new Map<string, Error>();
  let count = 0;
  for await (const { workflowId, error } of replays) {
    const name = names[count] ?? '';
    expect(workflowId).toBe(workflowIdIn(readHistory(name)));
    if (error) problems.set(name, new Error(advice(name, error), { cause: error }));
    count += 1;
  }
  // A history that was not replayed has shown nothing.
  expect(count).toBe(names.length);
  return problems;
}

/** Replays one history. */
async function replay(name: string, workflowBundle: WorkflowBundle): Promise<void> {
  const problem = (await broken([name], workflowBundle)).get(name);
  if (problem) throw problem;
}

const advice = (name: string, error: unknown): string =>
  [
    `test/histories/${name}.json does not replay: ${error instanceof Error ? error.message : String(error)}`,
    'An operation that is running in this way when the new code is deployed would stop there until the old code is back.',
    "Is the change not meant? Then mend the workflow: what it asks of the world, and in which order, is on record. Is it meant? Keep the old way for old runs with patched('name') of @temporalio/workflow.",
    `Where no old run can be left: npm run histories -- ${name}, and say so in CHANGELOG.md.`,
  ].join('\n');

/** Some workflows look at their own id. */
function workflowIdIn({ events: [started] }: RecordedHistory): string {
  return started?.workflowExecutionStartedEventAttributes?.workflowId ?? 'replayed';
}

describe('recorded histories', () => {
  test(`are one for each path and no other, at most ${MOST_PATHS}`, async () => {
    const names = paths.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeLessThanOrEqual(MOST_PATHS);
    expect((await readdir(historiesFolder)).sort()).toEqual(names.map((name) => `${name}.json`).sort());
  });

  test.each(paths)('$name ends as $ends: $reason', ({ name, ends }) => {
    expect(endOf(readHistory(name))).toBe(ends);
  });

  test('show attempts that failed as busy and as ambiguous, and went on', () => {
    expect(lastFailures(readHistory('enable-busy-then-well'))).toEqual(['busy']);
    expect(lastFailures(readHistory('enable-ambiguous-then-seen'))).toContain('ambiguous');
  });

  test.each(paths)('$name holds no secret, and nothing of the machine it was recorded on', ({ name }) => {
    const texts = textsOf(readHistory(name));
    const { accessKeyId, secret } = defaultAccount;
    for (const word of [
      secret,
      accessKeyId,
      root,
      tmpdir(),
      homedir(),
      hostname(),
      '127.0.0.1',
      'localhost',
      '/node_modules/',
    ])
      expect(texts).not.toContain(word);
  });
});

describe('the workflows of today', () => {
  let problems: ReadonlyMap<string, Error>;
  beforeAll(async () => {
    const names = paths.map(({ name }) => name);
    problems = await broken(names, await workflowBundle());
  });

  test.each(paths)('replay $name', ({ name }) => {
    const problem = problems.get(name);
    if (problem) throw problem;
  });
});

describe('a changed workflow', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flowlog-changed-'));
    for (const part of ['workflows', 'cloud', 'activities', 'package.json', 'tsconfig.json'])
      await cp(join(root, part), join(folder, part), { recursive: true });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Bundles a copy of the workflows in which one text stands for another. */
  async function bundleWith(file: string, from: string, to: string): Promise<WorkflowBundle> {
    const path = join(folder, file);
    const source = await readFile(path, 'utf8');
    expect(source).toContain(from);
    await writeFile(path, source.replace(from, to));
    const bundle = await bundleWorkflowCode({
      workflowsPath: join(folder, 'workflows/index.ts'),
      logger: new DefaultLogger('ERROR'),
    });
    await writeFile(path, source);
    return bundle;
  }

  test('only in a comment replays as before', async () => {
    const bundle = await bundleWith('workflows/operation/converge.ts', '/** The loop', '/** The very loop');
    await replay('enable-created', bundle);
  });

  test('breaks those it breaks and no other, whichever is replayed before', async () => {
    const change = [
      'workflows/decide/next-step.ts',
      "if (flowLog.status === 'inactive') return { do: 'activate'",
      "if (flowLog.status === 'inactive') return { do: 'modify'",
    ] as const;
    const problems = await broken(
      ['enable-unchanged', 'enable-activated', 'enable-adopted'],
      await bundleWith(...change),
    );
    expect([...problems.keys()]).toEqual(['enable-activated']);
  });

  test.each([
    {
      reason: 'it looks once more before it decides',
      file: 'workflows/operation/converge.ts',
      from: '(await observeNow(operationRun, state));\n  for (;;)',
      to: '(await observeNow(operationRun, state));\n  await observeNow(operationRun, state);\n  for (;;)',
      breaks: 'enable-created',
    },
    {
      reason: 'it modifies before it activates',
      file: 'workflows/decide/next-step.ts',
      from: "if (flowLog.status === 'inactive') return { do: 'activate', flowLogId: flowLog.flowLogId };",
      to: "if (flowLog.status === 'inactive') return { do: 'modify', flowLogId: flowLog.flowLogId };",
      breaks: 'enable-activated',
    },
  ])('breaks $breaks, with advice, where $reason', async ({ file, from, to, breaks }) => {
    const bundle = await bundleWith(file, from, to);
    const replayed = replay(breaks, bundle);
    await expect(replayed).rejects.toThrow(`test/histories/${breaks}.json does not replay`);
    await expect(replayed).rejects.toThrow(`npm run histories -- ${breaks}`);
  });
});
