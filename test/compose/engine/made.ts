import { createHash } from 'node:crypto';
import { access, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { must, run, say } from '../shell.js';
import { type GoSource, hostPackages } from './versions.js';

/** Folder of everything that is made once and kept: `$XDG_CACHE_HOME/flowlog-compose`, else `~/.cache/flowlog-compose`. */
export const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'flowlog-compose');

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Makes a file of the cache where it is not there; one that is half made is never taken for whole. */
async function made(path: string, what: string, make: (partial: string) => Promise<unknown>): Promise<string> {
  if (await exists(path)) return path;
  say(`${what} …`);
  await mkdir(join(path, '..'), { recursive: true });
  const at = path.lastIndexOf('/') + 1;
  const partial = `${path.slice(0, at)}${process.pid}-${path.slice(at)}`;
  await make(partial);
  await rename(partial, path);
  return path;
}

/** Builds the executables of a Go module. @returns the path of each by its name */
export async function goCommands({ module, version, commands }: GoSource): Promise<Readonly<Record<string, string>>> {
  const paths: Record<string, string> = {};
  for (const [name, folder] of Object.entries(commands))
    paths[name] = await made(join(cache, 'bin', `${name}-${version}`), `building ${name} ${version}`, (partial) =>
      buildGo(module, version, folder, partial),
    );
  return paths;
}

async function buildGo(module: string, version: string, folder: string, target: string): Promise<void> {
  const source = join(cache, 'src', `${module.replaceAll('/', '_')}-${version}`);
  if (!(await exists(source))) {
    const { Dir } = JSON.parse(await must(['go', 'mod', 'download', '-json', `${module}@${version}`])) as {
      Dir: string;
    };
    // The module's own requirements hold only in a folder of its own, and that of Go's cache cannot be written.
    await made(source, `copying ${module}`, async (partial) => {
      await cp(Dir, partial, { recursive: true });
      await must(['chmod', '-R', 'u+w', partial]);
    });
  }
  const env = { GOFLAGS: '-mod=mod', GOWORK: 'off', CGO_ENABLED: '0' };
  const build = ['nice', '-n', '10', 'go', 'build', '-trimpath', '-ldflags', '-s -w', '-o', target, folder];
  await must(build, { cwd: source, env, timeoutMs: 45 * 60_000 });
}

/** The folder of a Go module's sources, where {@link goCommands} has put it. */
export const goFolder = ({ module, version }: GoSource): string =>
  join(cache, 'src', `${module.replaceAll('/', '_')}-${version}`);

/** Installs Debian's packages that are not there. No service is started by it. */
export async function installPackages(): Promise<void> {
  const listed = await run(['dpkg-query', '-W', '-f', '${Package} ${db:Status-Status}\n', ...hostPackages]);
  const missing = hostPackages.filter((name) => !listed.stdout.includes(`${name} installed`));
  if (missing.length === 0) return;
  say(`installing ${missing.join(', ')} …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !(await exists(policy));
  if (isOurs) await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await must(['apt-get', 'update', '-qq'], { env });
    await must(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing], {
      env,
      timeoutMs: 1_200_000,
    });
  } finally {
    if (isOurs) await rm(policy);
  }
}

/** The root of a Debian with these packages, as an archive. */
export async function debianRoot(packages: readonly string[]): Promise<string> {
  const name = createHash('sha256').update(packages.join()).digest('hex').slice(0, 8);
  return made(join(cache, `debian-${name}.tar`), `making a Debian with ${packages.join(', ')}`, (partial) =>
    must(['nice', '-n', '10', 'mmdebstrap', '--variant=minbase', `--include=${packages.join()}`, 'bookworm', partial], {
      timeoutMs: 1_800_000,
    }),
  );
}
