import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { takeLock } from '../../local/lock.js';
import { StartProblem } from '../../local/problem.js';
import { releasesIn } from './pages.js';
import { root } from './root.js';

/** Source and folder of release checkouts. Tests give their own. */
export interface ReleaseSource {
  /** A clone, with its packages. Default: this one. */
  readonly repository: string;
  /** Default: `$XDG_CACHE_HOME/flowlog/releases`, else `~/.cache/flowlog/releases`. */
  readonly cache: string;
  /** Installs what the lock file of a folder names. Default: `npm ci`. */
  readonly install: (folder: string) => Promise<unknown>;
}

const here: ReleaseSource = {
  repository: root,
  cache: join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'flowlog', 'releases'),
  install: (folder) => run('npm', ['ci', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'], folder),
};

const run = (command: string, args: readonly string[], cwd: string) =>
  promisify(execFile)(command, [...args], { cwd, maxBuffer: 16 * 1024 * 1024 });

/**
 * Checks a release out into a folder of its own, as a worktree of this clone, with its packages; made once for each commit and kept. Packages are those of
 * this clone where the two lock files name the same, else installed. A process that comes while another makes it waits.
 * @param version one that RELEASES.md names
 * @returns the folder, ready to run `npm run worker` in
 * @throws Problem where the version is not named, or its commit is not in this clone
 */
export async function releaseFolder(version: string, source: Partial<ReleaseSource> = {}): Promise<string> {
  const from = { ...here, ...source };
  const releases = releasesIn(await readFile(join(from.repository, 'RELEASES.md'), 'utf8'));
  const release = releases.find((each) => each.version === version);
  if (!release) {
    throw new StartProblem(
      `RELEASES.md names no ${version}; it names ${releases.map((each) => each.version).join(', ')}.`,
    );
  }
  await assertCommit(release.commit, version, from.repository);
  const shares = await namesTheSamePackages(release.commit, from.repository);
  // A folder whose packages are those of a clone is that clone's own: another may have others tomorrow.
  const suffix = shares ? `-${createHash('sha256').update(from.repository).digest('hex').slice(0, 8)}` : '';
  const folder = join(from.cache, `${release.commit}${suffix}`);
  await mkdir(from.cache, { recursive: true });
  await alone(`${folder}.lock`, async () => {
    const isMade = `${folder}.made`;
    if ((await exists(isMade)) && (await exists(join(folder, 'node_modules')))) return;
    await rm(isMade, { force: true });
    await checkOut(release.commit, folder, from.repository);
    if (shares) await symlink(join(from.repository, 'node_modules'), join(folder, 'node_modules'));
    else await from.install(folder);
    await writeFile(isMade, `${version}\n`);
  });
  return folder;
}

async function assertCommit(commit: string, version: string, repository: string): Promise<void> {
  const isThere = await run('git', ['cat-file', '-e', `${commit}^{commit}`], repository).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const { stdout } = await run('git', ['rev-parse', '--is-shallow-repository'], repository);
  const advice =
    stdout.trim() === 'true'
      ? 'The clone is shallow: `git fetch --unshallow` brings it (a build server: fetch the whole history).'
      : 'Fetch the branch that holds it: `git fetch origin main`.';
  throw new StartProblem(`Release ${version} cannot be built: its commit ${commit} is not in this clone. ${advice}`);
}

/** A half-made folder of a process that was killed is made anew. */
async function checkOut(commit: string, folder: string, repository: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await run('git', ['worktree', 'prune'], repository);
  await run('git', ['worktree', 'add', '--force', '--detach', folder, commit], repository);
}

async function namesTheSamePackages(commit: string, repository: string): Promise<boolean> {
  const { stdout } = await run('git', ['show', `${commit}:package-lock.json`], repository);
  return packagesIn(stdout) === packagesIn(await readFile(join(repository, 'package-lock.json'), 'utf8'));
}

/** Every package of a lock file with its version; the entry without a path is the repository itself. */
function packagesIn(lock: string): string {
  const { packages } = JSON.parse(lock) as { packages: Record<string, { version?: string }> };
  const versions = Object.entries(packages).filter(([path]) => path !== '');
  return JSON.stringify(versions.map(([path, { version }]) => [path, version]).toSorted());
}

async function alone(lockFile: string, action: () => Promise<void>): Promise<void> {
  for (;;) {
    const lock = await takeLock(lockFile);
    if ('release' in lock) {
      try {
        return await action();
      } finally {
        await lock.release();
      }
    }
    await sleep(200);
  }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
