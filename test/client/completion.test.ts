import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicRegions } from '../../cloud/regions.js';
import { candidates } from '../../client/cli/completion/candidates.js';
import { outlineOf } from '../../client/cli/outline.js';
import { createProgram } from '../../client/cli/program.js';
import type { Session } from '../../client/cli/session.js';
import type { FlowLogsPort } from '../../client/cli/surroundings.js';
import { worldOf } from './fixtures/cli-world.js';

const sink = { write: () => true };
const outline = outlineOf(createProgram({ surroundings: { stdout: sink, stderr: sink } } as unknown as Session));
const at = (line: string) => candidates(outline, line.split(' '));

describe('the words that may stand at the cursor', () => {
  it.each([
    { line: 'en', words: ['enable'] },
    { line: 'bulk st', words: ['status'] },
    { line: '--json bulk rep', words: ['report'] },
    { line: '--address localhost:7233 bulk rep', words: ['report'] },
    { line: 'bulk status --js', words: ['--json'] },
    { line: '--ver', words: ['--version'] },
    { line: 'enable --ver', words: [] },
    { line: 'audit export --format c', words: ['csv'] },
    { line: 'bulk report bulk-1 st', words: [] },
    { line: 'nonsense ', words: [] },
    { line: 'completion z', words: ['zsh'] },
    { line: 'completion zsh z', words: [] },
  ])('"$line" are $words', ({ line, words }) => expect(at(line)).toEqual({ words }));

  it.each([
    { line: 'enable vpc-1 --region cn-h', asked: 'regions', partial: 'cn-h' },
    { line: 'discover --regions ', asked: 'regions', partial: '' },
    { line: 'list --account pr', asked: 'accounts', partial: 'pr' },
    { line: 'bulk cancel ', asked: 'bulks', partial: '' },
  ])('"$line" are looked up among the $asked', ({ line, asked, partial }) => {
    expect(at(line)).toEqual({ asked, partial });
  });

  it('are all commands at the beginning', () => {
    expect(at('')).toEqual({ words: outline.commands.map(({ name }) => name) });
  });
});

describe('a shell that asks the command', () => {
  const bulk = {
    bulk: 'flow-log-bulk/1',
    run: 'r',
    operation: 'enable',
    requestedBy: 'mika',
    startedAt: '2026-01-01T00:00:00Z',
  };
  const list = () => Promise.resolve([bulk, { ...bulk, bulk: 'flow-log-bulk/2', endedAt: '2026-01-01T00:01:00Z' }]);
  const ask = async (line: string, unreachable = false): Promise<string[]> => {
    const flowLogs = { bulks: { list } as unknown as FlowLogsPort['bulks'] };
    const { stdout, stderr, exitCode } = await worldOf({ flowLogs, unreachable }).run(`__complete -- ${line}`);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    return stdout.split('\n').filter(Boolean);
  };

  it('is told commands, regions and accounts, whatever is out of reach', async () => {
    expect(await ask('bulk st', true)).toEqual(['status']);
    expect(await ask('enable --region cn-h', true)).toEqual(
      publicRegions.filter((region) => region.startsWith('cn-h')),
    );
    expect(await ask('list --account de', true)).toEqual(['default']);
  });

  it('is told the bulks that run, and none where Temporal is out of reach', async () => {
    expect(await ask('bulk cancel flow')).toEqual(['flow-log-bulk/1']);
    expect(await ask('bulk cancel flow', true)).toEqual([]);
  });
});

describe('bash', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flowlog-completion-'));
    const command = join(folder, 'flowlog');
    await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${root}client/cli/bin.mjs' "$@"\n`);
    await chmod(command, 0o755);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('completes by the script that the command prints', async () => {
    const script = `source <(flowlog completion bash)
      COMP_WORDS=(flowlog bulk st); COMP_CWORD=2; _flowlog; echo "\${COMPREPLY[@]}"
      COMP_WORDS=(flowlog enable --region cn-han); COMP_CWORD=3; _flowlog; echo "\${COMPREPLY[@]}"
      COMP_WORDS=(flowlog enable ''); COMP_CWORD=2; _flowlog; echo "\${#COMPREPLY[@]}"
      complete -p flowlog`;
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script], { env, cwd: folder });
    expect(stdout.split('\n')).toEqual([
      'status',
      'cn-hangzhou cn-hangzhou-finance',
      '0',
      expect.stringContaining('-F _flowlog flowlog'),
      '',
    ]);
  }, 60_000);
});
