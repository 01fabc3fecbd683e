import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { workflowIdOf } from '../../cloud/target.js';
import { needs } from '../languages/needs.js';
import { type Language, toolchainOf } from '../languages/toolchain.js';
import { type NotRun, notRunIn } from '../run.js';
import { root } from './fixtures/source-tree.js';

const run = async (command: string, args: readonly string[], options: object = {}) =>
  (await promisify(execFile)(command, [...args], { cwd: join(root, 'test/languages'), ...options })).stdout;

const target = {
  product: 'vpc',
  accountId: '1000000000000001',
  region: 'cn-hangzhou',
  resource: { type: 'VPC', id: 'vpc-1' },
} as const;
const parts = ['vpc', '1000000000000001', 'cn-hangzhou', 'VPC', 'vpc-1'];

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'flowlog-languages-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a caller computes the workflow id of a target', async () => {
  (await needs('go'))('in Go', async ([go = '']) => {
    expect(await run(go, ['run', 'workflow_id.go', ...parts], { env: { ...process.env, GOFLAGS: '-mod=mod', GO111MODULE: 'off' } })).toBe(workflowIdOf(target)); // prettier-ignore
  });

  (await needs('python'))('in Python, in a virtual environment', async ([python = '']) => {
    await run(python, ['-m', 'venv', '--without-pip', folder]);
    expect(await run(join(folder, 'bin/python'), ['workflow_id.py', ...parts])).toBe(workflowIdOf(target));
  });

  (await needs('java'))('in Java, where Maven runs on the same JDK', async ([javac = '', maven = '']) => {
    await run(javac, ['--release', '17', '-encoding', 'UTF-8', '-d', folder, 'WorkflowId.java']);
    expect(await run('java', ['-cp', folder, 'WorkflowId', ...parts])).toBe(workflowIdOf(target));
    await run(maven, ['--batch-mode', '--offline', '--quiet', 'validate']);
  });
});

/** A PATH on which only these commands are. */
async function withCommands(commands: Readonly<Record<string, string>>) {
  for (const [name, script] of Object.entries(commands)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return { PATH: folder };
}

describe('a language', () => {
  test.each<{ language: Language; commands: Record<string, string>; is: object }>([
    { language: 'go', commands: { go: 'echo go version go1.21.0 linux/amd64' }, is: { commands: ['go'] } },
    { language: 'go', commands: {}, is: { missing: 'needs Go 1.21 or newer: no go on PATH' } },
    {
      language: 'go',
      commands: { go: 'echo go version go1.20.9 linux' },
      is: { missing: 'needs Go 1.21 or newer: go is 1.20' },
    },
    { language: 'go', commands: { go: 'echo no' }, is: { missing: 'needs Go 1.21 or newer: go names no version' } },
    { language: 'python', commands: { python3: 'echo Python 3.12' }, is: { commands: ['python3'] } },
    {
      language: 'python',
      commands: { 'python3.11': 'echo No module named ensurepip >&2; exit 1', python3: 'echo Python 3.9' },
      is: {
        missing:
          'needs Python 3.11 with venv or newer: python3.11 fails: No module named ensurepip, python3 is 3.9, no python on PATH',
      },
    },
    {
      language: 'java',
      commands: { javac: 'echo javac 17.0.15', mvn: 'echo "Java version: 21.0.1, vendor: x"' },
      is: { commands: ['javac', 'mvn'] },
    },
    {
      language: 'java',
      commands: { javac: 'echo javac 17.0.15' },
      is: { missing: 'needs Maven on JDK 17 or newer: no mvn on PATH' },
    },
    {
      language: 'java',
      commands: { javac: 'echo javac 1.8.0', mvn: 'echo Java version: 11.0.2' },
      is: { missing: 'needs JDK 17 or newer: javac is 1.8; needs Maven on JDK 17 or newer: mvn is 11.0' },
    },
  ])('$language with $commands is $is', async ({ language, commands, is }) => {
    expect(await toolchainOf(language, await withCommands(commands))).toEqual(is);
  });
});

/** Runs a test file that needs Go on a machine that has none, as `npm test` does. */
async function reportWithoutGo(env: Record<string, string>) {
  const report = join(folder, 'report.json');
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(
    join(folder, 'without-go.test.ts'),
    `import { needs } from ${JSON.stringify(join(root, 'test/languages/needs.ts'))};
(await needs('go', { CI: process.env.CI, PATH: '/nowhere' }))('speaks Go', async () => undefined);`,
  );
  const args = ['run', '--root', folder, '--reporter=json', `--outputFile=${report}`];
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const ended = run(process.execPath, [vitest, ...args], { cwd: folder, env: { ...process.env, CI: '', ...env } });
  await ended.catch(() => undefined);
  return JSON.parse(await readFile(report, 'utf8')) as Parameters<typeof notRunIn>[0] & { numFailedTests: number };
}

describe('a test in a language that is missing', () => {
  test('is not run, and the run names it and says why', async () => {
    const report = await reportWithoutGo({});
    expect(report).toMatchObject({ numFailedTests: 0 });
    expect(notRunIn(report)).toEqual<NotRun[]>([{ name: 'speaks Go', why: 'needs Go 1.21 or newer: no go on PATH' }]);
  });

  test('fails with CI=true, which the check of every change sets', async () => {
    expect(await reportWithoutGo({ CI: 'true' })).toMatchObject({ numFailedTests: 1 });
    expect(await readFile(join(root, '.ci/run'), 'utf8')).toMatch(/^export CI=true$/m);
  });
});
