import { execFile } from 'node:child_process';
import { access, constants, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { buildTemporal, builtName } from './build-temporal.js';
import { downloadTemporal, downloadedName } from './download-temporal.js';
import { StartProblem } from './problem.js';

/** Says what is being done, in one line; called again while it takes time. */
export type Report = (line: string) => void;

/** Environment variables that the search reads; the process's own environment unless a test gives another. */
export type SearchEnvironment = Readonly<Record<string, string | undefined>>;

/** Ways to make an executable where none is found. */
export interface Makers {
  download(cache: string, report: Report): Promise<Found>;
  build(cache: string, report: Report): Promise<Found>;
}

/** Ways to get an executable where no other is given. */
export const makers: Makers = { download: downloadTemporal, build: buildTemporal };

/** The path of the executable, with a note on how it was made, or why there is none this way. */
export type Found = { readonly path: string; readonly note?: string } | { readonly without: string };

/**
 * Finds the `temporal` executable, or makes one: `TEMPORAL_CLI_PATH`, then `temporal` on PATH, then our cache
 * (`$XDG_CACHE_HOME/flowlog`, else `~/.cache/flowlog`), then a download through the SDK, then a build from the Go module pinned in
 * `tools/temporal` (about four minutes, once).
 * @param made gets a line about an executable that was made just now: how long that took
 * @returns absolute path of an executable that answered `--version`
 * @throws Problem naming what was tried and the three ways to help
 */
export async function findTemporal(
  report: Report,
  env: SearchEnvironment = process.env,
  { download, build }: Makers = makers,
  made: Report = () => undefined,
): Promise<string> {
  const cache = join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'flowlog');
  const given = env['TEMPORAL_CLI_PATH'];
  if (given) {
    const problem = await whyUnusable(given);
    if (problem) throw new StartProblem(`TEMPORAL_CLI_PATH is ${given}, which is no Temporal CLI: ${problem}`);
    return given;
  }
  const ways: readonly (() => Promise<Found>)[] = [
    () => firstUsable('PATH', onPath(env['PATH'] ?? '')),
    async () => firstUsable('cache', [join(cache, await builtName()), join(cache, downloadedName)]),
    async () => download(await makeFolder(cache), report),
    async () => build(await makeFolder(cache), report),
  ];
  const reasons: string[] = [];
  for (const way of ways) {
    const found = await way();
    if ('path' in found) {
      if (found.note !== undefined) made(`Temporal: ${found.note}`);
      return found.path;
    }
    reasons.push(found.without);
  }
  throw new StartProblem(
    `Temporal could not be found or made: ${reasons.join('; ')}. Any one of these helps: ` +
      '(1) set TEMPORAL_CLI_PATH to a Temporal CLI, or put `temporal` on PATH; ' +
      '(2) set TEMPORAL_ADDRESS to a running Temporal server; ' +
      '(3) install Go 1.21 or newer and let it reach a Go module proxy (GOPROXY), then run this again: it builds Temporal itself.',
  );
}

const onPath = (path: string) =>
  path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, 'temporal'));

async function firstUsable(where: string, candidates: readonly string[]) {
  for (const path of candidates) {
    if (!(await whyUnusable(path))) return { path };
  }
  return { without: `none in ${where}` };
}

/** Undefined for an executable that says it is a Temporal CLI; else what is wrong with it. */
async function whyUnusable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 20_000 });
    return /^temporal version/i.test(stdout) ? undefined : `\`--version\` says ${JSON.stringify(stdout.slice(0, 80))}`;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

async function makeFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw new StartProblem(`The cache folder ${path} cannot be made; set XDG_CACHE_HOME to one that can be written.`, {
      cause,
    });
  });
  return path;
}
