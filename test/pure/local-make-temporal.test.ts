import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildTemporal, builtName } from '../../local/build-temporal.js';
import { downloadTemporal, downloadedName } from '../../local/download-temporal.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'flowlog-make-'))));
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** Puts a `go` in front of the real one: it lists two packages; for a build it writes down that it ran, names one of them, and does as told. */
async function fakeGo(then: string): Promise<void> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(
    join(bin, 'go'),
    `#!/bin/sh\nif [ "$1" = list ]; then printf 'net/http\\ngo.temporal.io/x\\n'; exit; fi\necho go.temporal.io/x >&2\necho "$GOFLAGS $PWD" >> '${folder}/calls'\nout=$(echo "$@" | sed 's/.*-o //; s/ .*//')\n${then}\n`,
  );
  await chmod(join(bin, 'go'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
}

describe('the build of Temporal', () => {
  test('is done once when two ask at the same time, from the pinned module, which it may not change', async () => {
    await fakeGo('sleep 0.3; echo built > "$out"');
    const path = join(folder, await builtName());
    const both = await Promise.all([buildTemporal(folder, () => undefined), buildTemporal(folder, () => undefined)]);
    expect(both.map((found) => 'path' in found && found.path)).toEqual([path, path]);
    expect(both.filter((found) => 'note' in found)).toEqual([
      { path, note: expect.stringMatching(/^built from source in/) as string },
    ]);
    expect(await readFile(path, 'utf8')).toBe('built\n');
    expect(await readFile(join(folder, 'calls'), 'utf8')).toMatch(/^-mod=readonly .*tools\/temporal\n$/);
  });

  test('says what it is doing, and for how long', async () => {
    await fakeGo('sleep 1.2; echo built > "$out"');
    const lines: string[] = [];
    await buildTemporal(folder, (line) => lines.push(line));
    expect(lines[0]).toBe('Temporal: building it from source, about 4 minutes, only once: fetching its modules … 0 s');
    expect(lines).toContain('Temporal: building it from source, about 4 minutes, only once: 1 of 2 packages … 1 s');
    expect(lines.at(-1)).toMatch(/^Temporal: built from source in \d+ s$/);
  });

  test('leaves nothing half built, and tells the reason in the words of Go', async () => {
    await fakeGo('echo half > "$out"; echo "go: module lookup disabled" >&2; exit 1');
    expect(await buildTemporal(folder, () => undefined)).toEqual({
      without: 'the build from source failed (go: module lookup disabled)',
    });
    expect((await readdir(folder)).sort()).toEqual(['bin', 'calls']);
  });

  test('says so where there is no Go', async () => {
    vi.stubEnv('PATH', folder);
    expect(await buildTemporal(folder, () => undefined)).toEqual({
      without: 'the build from source failed (Go is not installed)',
    });
  });
});

describe('the download of Temporal', () => {
  const imports = "import { writeFileSync } from 'node:fs'; const into = (name) => process.argv[1] + '/' + name;";
  const download = (script: string, stallTimeoutMs = 60_000) =>
    downloadTemporal(folder, () => undefined, { script: `${imports}${script}`, stallTimeoutMs });

  test('is kept under a name of its own version, also where the server it came with did not start', async () => {
    const path = join(folder, downloadedName);
    expect(await download("writeFileSync(into('temporal-sdk'), 'it'); process.exit(1)")).toEqual({ path });
    expect(await readFile(path, 'utf8')).toBe('it');
    expect(await readdir(folder)).toEqual([downloadedName]);
  });

  test.each([
    { script: "throw new Error('dns error')", reason: 'dns error' },
    { script: "writeFileSync(into('temporal-sdk.downloading'), 'half')", reason: 'no file came' },
  ])('is none when it failed: $reason', async ({ script, reason }) => {
    expect(await download(script)).toEqual({ without: `the download failed (${reason})` });
    expect(await readdir(folder)).toEqual([]);
  });

  test('is given up when nothing comes any more, with all processes it started', async () => {
    const stuck = "writeFileSync(into('temporal-sdk.downloading'), 'half'); setInterval(() => {}, 1000)";
    expect(await download(stuck, 1_500)).toEqual({ without: 'the download failed (nothing came for 1.5 s)' });
    expect(await readdir(folder)).toEqual([]);
  });
});
