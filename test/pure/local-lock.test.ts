import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { takeLock } from '../../local/lock.js';
import { identify } from '../../local/process.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'flowlog-lock-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a lock file', () => {
  test('is held by one, names its holder to the second, and is free again after release', async () => {
    const path = join(folder, 'lock');
    const first = await takeLock(path);
    const second = await takeLock(path);
    expect(second).toEqual({ heldBy: identify(process.pid) });
    if ('release' in first) await first.release();
    expect(await takeLock(path)).toHaveProperty('release');
  });

  test('leaves no other file behind', async () => {
    const path = join(folder, 'lock');
    await takeLock(path);
    await takeLock(path);
    expect(await readdir(folder)).toEqual(['lock']);
  });

  test('is given to exactly one of many that ask at once, also where a dead one must be removed first', async () => {
    const path = join(folder, 'lock');
    await writeFile(path, JSON.stringify({ pid: 2 ** 22 + 1, startedAt: 'long ago' }));
    const asked = await Promise.all(Array.from({ length: 20 }, () => takeLock(path)));
    expect(asked.filter((lock) => 'release' in lock)).toHaveLength(1);
  });

  test.each([
    { left: '{ "pid": 4194305, "startedAt": "x" }', reason: 'its process is gone' },
    {
      left: JSON.stringify({ pid: process.pid, startedAt: 'before' }),
      reason: 'its number was given to another process',
    },
    { left: '', reason: 'it was left empty by a full disk' },
  ])('is taken over where $reason', async ({ left }) => {
    const path = join(folder, 'lock');
    await writeFile(path, left);
    expect(await takeLock(path)).toHaveProperty('release');
  });
});

describe('the identity of a process', () => {
  test('is the same each time it is asked for, and none once the process has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    const identity = identify(child.pid!);
    expect(identity).toEqual(identify(child.pid!));
    expect(identity?.pid).toBe(child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identify(child.pid!)).toBeUndefined();
  });
});
