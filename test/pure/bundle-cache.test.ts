import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cachedBundle } from '../../worker/bundle-cache.js';

let root: string;
let built: number;
beforeEach(async () => {
  built = 0;
  root = await mkdtemp(join(tmpdir(), 'flowlog-bundle-'));
  await mkdir(join(root, 'workflows', 'deep'), { recursive: true });
  await writeFile(join(root, 'workflows', 'deep', 'a.ts'), 'one');
  await writeFile(join(root, 'lock.json'), '1');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const bundle = (folder = join(root, 'cache')) =>
  cachedBundle({
    sources: [join(root, 'workflows'), join(root, 'lock.json'), join(root, 'not-there.json')],
    folder,
    build: () => Promise.resolve(`bundle ${++built}`),
  });

describe('a bundle', () => {
  test('is built once for one version of its sources', async () => {
    expect([await bundle(), await bundle(), await bundle()]).toEqual(['bundle 1', 'bundle 1', 'bundle 1']);
    expect(built).toBe(1);
  });

  test.each([
    { reason: 'a file below a folder says something else', path: 'workflows/deep/a.ts', content: 'two' },
    { reason: 'there is a new file', path: 'workflows/b.ts', content: '' },
    { reason: 'packages are others', path: 'lock.json', content: '2' },
    { reason: 'what was not there is', path: 'not-there.json', content: '' },
  ])('is built anew where $reason', async ({ path, content }) => {
    expect(await bundle()).toBe('bundle 1');
    await writeFile(join(root, path), content);
    expect([await bundle(), await bundle()]).toEqual(['bundle 2', 'bundle 2']);
  });

  test('of the version before is there again where the sources are', async () => {
    await bundle();
    await writeFile(join(root, 'lock.json'), '2');
    await bundle();
    await writeFile(join(root, 'lock.json'), '1');
    expect(await bundle()).toBe('bundle 1');
  });

  test('that nobody asked for in a day is removed when another is built', async () => {
    await bundle();
    const [name] = await readdir(join(root, 'cache'));
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(root, 'cache', name ?? ''), longAgo, longAgo);
    await writeFile(join(root, 'lock.json'), '2');
    await bundle();
    expect(await readdir(join(root, 'cache'))).toHaveLength(1);
  });

  test('is built all the same where it cannot be kept', async () => {
    await writeFile(join(root, 'a-file'), '');
    expect([await bundle(join(root, 'a-file')), await bundle(join(root, 'a-file'))]).toEqual(['bundle 1', 'bundle 2']);
  });

  test('is whole for every process that builds it at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => bundle()));
    for (const code of all) expect(code).toMatch(/^bundle \d$/);
    expect(await readdir(join(root, 'cache'))).toHaveLength(1);
  });
});
