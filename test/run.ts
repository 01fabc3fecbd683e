import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { METER_FOLDER, type Reading, childrenCpuMs } from './profile/reading.js';
import { type FileReport, profileOf, summaryOf } from './profile/summary.js';

/** `npm test`: the whole suite, or the part that the arguments choose; they are Vitest's own. */

/** The part of Vitest's JSON report that is counted. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** Result of a run of the suite. */
interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly exitCode: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Counts a report. A file that could not be loaded has no tests to fail, so it counts as one failed; so does a run that ended badly
 * though every test in it passed (an unhandled rejection, a server that did not start).
 */
export function tally(report: Report | undefined, runnerExitCode: number): Tally {
  const brokenFiles =
    report?.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length ?? 0;
  const passed = report?.numPassedTests ?? 0;
  const failedTests = (report?.numFailedTests ?? 0) + brokenFiles;
  const failed = failedTests === 0 && runnerExitCode !== 0 ? 1 : failedTests;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  // A suite that ran nothing has shown nothing.
  const exitCode = runnerExitCode !== 0 ? runnerExitCode : failed > 0 || passed === 0 ? 1 : 0;
  return { passed, failed, skipped, exitCode };
}

/** The last line of `npm test` and `npm run check`. */
export const tallyLine = ({ passed, failed, skipped }: Omit<Tally, 'exitCode'>) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** A test that was left out, because what it needs is not on this machine. */
export interface NotRun {
  readonly name: string;
  readonly why: string;
}

/** Tests of a report that say why they were not run. */
export const notRunIn = ({ testResults }: Pick<Report, 'testResults'>): readonly NotRun[] =>
  testResults.flatMap(({ assertionResults }) =>
    (assertionResults as readonly { fullName: string; meta?: { notRun?: string } }[]).flatMap(({ fullName, meta }) =>
      meta?.notRun === undefined ? [] : [{ name: fullName, why: meta.notRun }],
    ),
  );

/** File in which the last run left its profile, for programs. */
const profileFile = join(root, 'node_modules/.cache/flowlog-tests/profile.json');

/** Runs Vitest with these arguments, counts its own report, and says where the time went. */
export async function runTests(args: readonly string[]): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-report-'));
  const reportFile = join(folder, 'report.json');
  const meterFolder = join(folder, 'meter');
  try {
    await mkdir(meterFolder);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
    const [startedAt, cpuBefore] = [performance.now(), childrenCpuMs()];
    const code = await run('node_modules/vitest/vitest.mjs', ['run', ...reporters, ...args], {
      [METER_FOLDER]: meterFolder,
    });
    const used = { wallMs: Math.round(performance.now() - startedAt), cpuMs: childrenCpuMs() - cpuBefore };
    const text = await readFile(reportFile, 'utf8').catch(() => undefined);
    const report =
      text === undefined ? undefined : (JSON.parse(text) as Report & { readonly testResults: readonly FileReport[] });
    if (report) {
      const readings = await readingsIn(meterFolder);
      const profile = profileOf({ root, ...used, files: report.testResults, readings });
      await mkdir(dirname(profileFile), { recursive: true });
      await writeFile(profileFile, `${JSON.stringify(profile, undefined, 2)}\n`);
      console.log(['', ...summaryOf(profile), `  for programs: ${relative(root, profileFile)}`, ''].join('\n'));
    }
    for (const { name, why } of report ? notRunIn(report) : []) console.log(`Not run: ${name}: it ${why}`);
    return tally(report, code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readingsIn(folder: string): Promise<Reading[]> {
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Reading));
}

/**
 * Runs a tool of `node_modules` on this terminal.
 * @returns its exit code, 130 where it was interrupted
 */
export function run(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  // A terminal sends Ctrl-C to the child as well; we stay to collect it. A signal meant for us alone is passed on.
  const onInterrupt = () => setTimeout(() => child.kill('SIGINT'), 2_000).unref();
  const onTerminate = () => child.kill('SIGTERM');
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const result = await runTests(process.argv.slice(2));
  if (result.passed === 0 && result.failed === 0) console.error('No test ran: that is a failure.');
  console.log(tallyLine(result));
  process.exitCode = result.exitCode;
}
