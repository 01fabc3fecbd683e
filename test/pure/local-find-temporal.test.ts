import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { builtName } from '../../local/build-temporal.js';
import { downloadedName } from '../../local/download-temporal.js';
import { findTemporal } from '../../local/find-temporal.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'flowlog-find-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const says = (text: string) => `#!/bin/sh\necho '${text}'\n`;
const temporal = says('temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)');

async function executable(name: string, content = temporal): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, 0o755);
  return path;
}

/** An environment in which only what a test puts there can be found; neither way of making one succeeds. */
const surroundings = () => ({
  env: { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') },
  makers: {
    download: vi.fn(() => Promise.resolve({ without: 'no network' })),
    build: vi.fn(() => Promise.resolve({ without: 'Go is not installed' })),
  },
});
const find = ({ env, makers }: ReturnType<typeof surroundings>, more: Record<string, string> = {}) =>
  findTemporal(() => undefined, { ...env, ...more }, makers);

describe('Temporal is looked for', () => {
  test('first where TEMPORAL_CLI_PATH says, then on PATH, then in the cache, built before downloaded', async () => {
    const downloaded = await executable(`cache/flowlog/${downloadedName}`);
    expect(await find(surroundings())).toBe(downloaded);
    const built = await executable(`cache/flowlog/${await builtName()}`);
    expect(await find(surroundings())).toBe(built);
    const onPath = await executable('bin/temporal');
    expect(await find(surroundings())).toBe(onPath);
    const given = await executable('mine');
    expect(await find(surroundings(), { TEMPORAL_CLI_PATH: given })).toBe(given);
  });

  test('by a download before a build, and only where nothing was found', async () => {
    const { env, makers } = surroundings();
    makers.download.mockResolvedValueOnce({ path: '/downloaded' } as never);
    expect(await find({ env, makers })).toBe('/downloaded');
    expect(makers.build).not.toHaveBeenCalled();
    makers.build.mockResolvedValueOnce({ path: '/built' } as never);
    expect(await find({ env, makers })).toBe('/built');
    expect(makers.download).toHaveBeenCalledTimes(2);
  });

  test('and one that was just built is told with the time that took, in a line that stays', async () => {
    const { env, makers } = surroundings();
    makers.build.mockResolvedValueOnce({ path: '/built', note: 'built from source in 3 min 5 s' } as never);
    const made: string[] = [];
    expect(
      await findTemporal(
        () => undefined,
        env,
        makers,
        (line) => void made.push(line),
      ),
    ).toBe('/built');
    expect(made).toEqual(['Temporal: built from source in 3 min 5 s']);
  });

  test('in the home folder where no cache is named', async () => {
    const built = await executable(`home/.cache/flowlog/${await builtName()}`);
    expect(await find(surroundings(), { XDG_CACHE_HOME: '', HOME: join(folder, 'home') })).toBe(built);
  });

  test.each([
    { content: says('some other temporal'), reason: 'it is another program of that name' },
    { content: '#!/bin/sh\nexit 3\n', reason: 'it fails' },
    { content: 'half a download', reason: 'it cannot be run' },
  ])('further where $reason', async ({ content }) => {
    await executable('bin/temporal', content);
    const built = await executable(`cache/flowlog/${await builtName()}`);
    expect(await find(surroundings())).toBe(built);
  });

  test('in vain with one message that names what was tried and three ways to help', async () => {
    const message = await find(surroundings()).catch((error: Error) => error.message);
    for (const part of [
      'no network',
      'Go is not installed',
      '(1)',
      'TEMPORAL_CLI_PATH',
      '(2)',
      'TEMPORAL_ADDRESS',
      '(3)',
      'Go 1.21',
    ]) {
      expect(message).toContain(part);
    }
    expect(message).not.toContain('\n');
  });

  test('nowhere else when TEMPORAL_CLI_PATH names something that is no Temporal CLI', async () => {
    await executable('bin/temporal');
    await expect(find(surroundings(), { TEMPORAL_CLI_PATH: join(folder, 'absent') })).rejects.toThrow(
      /^TEMPORAL_CLI_PATH is .*absent, which is no Temporal CLI/,
    );
  });
});
