import { describe, expect, test, vi } from 'vitest';
import { firstRunManifest, parseOptions } from '../../local/options.js';
import { throttled } from '../../local/screen.js';
import { Stack } from '../../local/stack.js';
import { tally, tallyLine } from '../run.js';

describe('the options of npm start', () => {
  test('without any: the first-run job, data kept in .flowlog, free ports, up until Ctrl-C', () => {
    expect(parseOptions([])).toEqual({
      folder: '.flowlog',
      fresh: false,
      once: false,
      ports: {},
      manifest: firstRunManifest,
    });
  });

  test('all of them', () => {
    const argv = [
      '--once',
      '--fresh',
      '-f',
      'job.yaml',
      '--folder',
      '/x',
      '--temporal-port',
      '7233',
      '--ui-port',
      '8233',
    ];
    expect(parseOptions(argv)).toEqual({
      ...{ folder: '/x', fresh: true, once: true, manifest: 'job.yaml' },
      ports: { temporal: 7233, ui: 8233 },
    });
    expect(parseOptions(['--no-job'])).not.toHaveProperty('manifest');
  });

  test.each([
    { argv: ['--onec'], says: '--onec', reason: 'a typing error must not start something else' },
    { argv: ['job.yaml'], says: 'job.yaml', reason: 'a manifest without -f would be passed over in silence' },
    { argv: ['--ui-port', '0'], says: '--ui-port "0"', reason: 'port 0 is no port' },
    { argv: ['--ui-port', '65536'], says: '--ui-port "65536"', reason: 'there is no such port' },
    { argv: ['--temporal-port', 'x'], says: '--temporal-port "x"', reason: 'a port is a number' },
    {
      argv: ['--ui-port', '9000', '--temporal-port', '9000'],
      says: '9000 is given twice',
      reason: 'one of them could not start',
    },
    { argv: ['--no-job', '-f', 'x'], says: 'exclude', reason: 'no job and a job' },
  ])('$argv is refused: $reason', ({ argv, says }) => {
    expect(() => parseOptions(argv)).toThrow(says);
    expect(() => parseOptions(argv)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

describe('the parts of npm start', () => {
  const part = (name: string, log: string[], more: object = {}) =>
    Promise.resolve({ id: name, name, stop: () => Promise.resolve(void log.push(name)), ...more });

  test('end in the opposite order of their start, each once, also when one of them cannot', async () => {
    const log: string[] = [];
    const stack = new Stack();
    await stack.add(part('database', log));
    await stack.add(part('broken', log, { stop: () => Promise.reject(new Error('no')) }));
    await stack.add(part('worker', log));
    await Promise.all([stack.stop(), stack.stop()]);
    expect(log).toEqual(['worker', 'database']);
  });

  test('one that ends by itself is reported with its last words; one that was asked to is not', async () => {
    let die!: (how: string) => void;
    const ended = new Promise<string>((resolve) => (die = resolve));
    const stack = new Stack();
    await stack.add(part('Temporal', [], { ended, lastLines: () => 'disk full' }));
    die('signal SIGKILL');
    expect(await stack.died).toBe('Temporal ended by itself (signal SIGKILL). Its last words:\ndisk full');

    const stopped = new Stack();
    const asked = new Promise<string>((resolve) => (die = resolve));
    await stopped.add(part('Temporal', [], { ended: asked, stop: () => Promise.resolve(die('exit code 0')) }));
    const stopping = stopped.stop();
    expect(await Promise.race([stopped.died, stopping.then(() => 'nothing reported')])).toBe('nothing reported');
  });

  test('one that is ready only after the end has begun is ended at once', async () => {
    const log: string[] = [];
    const stack = new Stack();
    await stack.stop();
    await expect(stack.add(part('late', log))).rejects.toThrow('late came too late');
    expect(log).toEqual(['late']);
  });
});

test('in a pipe the same thing under way is told once a minute, whatever it counts; another one at once', () => {
  const lines: string[] = [];
  const report = throttled((line) => lines.push(line));
  const told = [
    'fetching … 0 s',
    'fetching … 1 s',
    '1 of 9 packages … 2 s',
    '8 of 9 packages … 1 min 2 s',
    '1 MB',
    '2 MB',
  ];
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    for (const line of told) report(line);
    vi.advanceTimersByTime(59_999);
    report('3 MB');
    vi.advanceTimersByTime(1);
    report('4 MB');
  } finally {
    vi.useRealTimers();
  }
  expect(lines).toEqual(['fetching … 0 s', '1 of 9 packages … 2 s', '1 MB', '4 MB']);
});

describe('the last line of the tests', () => {
  const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  test.each([
    { report, code: 0, line: '3 passed, 0 failed', exitCode: 0, reason: 'all passed' },
    {
      report: { ...report, numPendingTests: 2, numTodoTests: 1 },
      code: 0,
      line: '3 passed, 0 failed, 3 skipped',
      exitCode: 0,
      reason: 'skipped ones are told',
    },
    {
      report: { ...report, numFailedTests: 1 },
      code: 1,
      line: '3 passed, 1 failed',
      exitCode: 1,
      reason: 'one failed',
    },
    {
      report: { ...report, testResults: [{ status: 'failed', assertionResults: [] }] },
      code: 1,
      line: '3 passed, 1 failed',
      exitCode: 1,
      reason: 'a file could not be loaded',
    },
    { report, code: 1, line: '3 passed, 1 failed', exitCode: 1, reason: 'the run itself failed' },
    {
      report: { ...report, numPassedTests: 0 },
      code: 0,
      line: '0 passed, 0 failed',
      exitCode: 1,
      reason: 'nothing ran',
    },
    { report: undefined, code: 1, line: '0 passed, 1 failed', exitCode: 1, reason: 'the runner did not start' },
  ])('is "$line" when $reason', ({ report, code, line, exitCode }) => {
    const result = tally(report, code);
    expect(tallyLine(result)).toBe(line);
    expect(result.exitCode).toBe(exitCode);
  });
});
