import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readlink, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { releaseFolder } from '../release/folder.js';

/** A small clone with two releases of it; the second needs another package. */
let base: string;
let repository: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: repository,
    encoding: 'utf8',
  }).trim();
const lock = (version: string) => JSON.stringify({ packages: { '': { version: '0' }, 'node_modules/x': { version } } });

async function commit(text: string, lockText: string): Promise<string> {
  await writeFile(join(repository, 'code.txt'), text);
  await writeFile(join(repository, 'package-lock.json'), lockText);
  git('add', '.');
  git('commit', '--quiet', '--message', text);
  return git('rev-parse', 'HEAD');
}

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'flowlog-releases-'));
  repository = join(base, 'clone');
  await mkdir(join(repository, 'node_modules'), { recursive: true });
  git('init', '--quiet');
  await writeFile(join(repository, '.gitignore'), 'node_modules\n');
  const [old, same] = [await commit('old', lock('1.0.0')), await commit('same', lock('2.0.0'))];
  await commit('today', lock('2.0.0'));
  const rows = [['2.0.0', same], ['1.0.0', old], ['0.1.0', 'c'.repeat(40)]]; // prettier-ignore
  await writeFile(
    join(repository, 'RELEASES.md'),
    rows.map(([version, hash]) => `| \`${version}\` | 2026-01-01 | \`${hash}\` | x |`).join('\n'),
  );
});
afterEach(() => rm(base, { recursive: true, force: true }));

const install = vi.fn((folder: string) => mkdir(join(folder, 'node_modules')));
const folderOf = (version: string) => releaseFolder(version, { repository, cache: join(base, 'cache'), install });
beforeEach(() => void install.mockClear());

describe('the folder of a release', () => {
  test('holds its code and the packages of this clone, where both name the same', async () => {
    const folder = await folderOf('2.0.0');
    expect(await readFile(join(folder, 'code.txt'), 'utf8')).toBe('same');
    expect(await readlink(join(folder, 'node_modules'))).toBe(join(repository, 'node_modules'));
    expect(install).not.toHaveBeenCalled();
  });

  test('has packages of its own where the release names others', async () => {
    const folder = await folderOf('1.0.0');
    expect(await readFile(join(folder, 'code.txt'), 'utf8')).toBe('old');
    expect(install.mock.calls).toEqual([[folder]]);
  });

  test('is made once, whoever asks at the same time, and kept', async () => {
    const [one, other] = await Promise.all([folderOf('1.0.0'), folderOf('1.0.0')]);
    await writeFile(join(one, 'kept'), '');
    expect(other).toBe(one);
    expect(await folderOf('1.0.0')).toBe(one);
    expect(install).toHaveBeenCalledTimes(1);
    expect(await readdir(one)).toContain('kept');
    expect((await readdir(join(base, 'cache'))).filter((name) => name.includes('.lock'))).toEqual([]);
  });

  test('is made anew where it was left half made', async () => {
    install.mockRejectedValueOnce(new Error('killed'));
    await expect(folderOf('1.0.0')).rejects.toThrow('killed');
    const folder = await folderOf('1.0.0');
    expect(await readdir(folder)).toContain('node_modules');
  });

  test('cannot be made of a version that is not named, or a commit that is not here, and says what to do', async () => {
    await expect(folderOf('9.9.9')).rejects.toThrow('RELEASES.md names no 9.9.9; it names 2.0.0, 1.0.0, 0.1.0.');
    await expect(folderOf('0.1.0')).rejects.toThrow(/its commit c{40} is not in this clone. Fetch the branch/);
    const whole = repository;
    repository = join(base, 'shallow');
    execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${whole}`, repository]);
    await writeFile(join(repository, 'RELEASES.md'), await readFile(join(whole, 'RELEASES.md')));
    await expect(folderOf('1.0.0')).rejects.toThrow(/The clone is shallow: `git fetch --unshallow` brings it/);
  });
});
