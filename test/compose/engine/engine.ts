import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { must, run, say } from '../shell.js';
import { archiveOf, buildFlowlog, buildNode, buildVendors } from './images.js';
import { isolatedEngine, load } from './isolated.js';
import { installPackages } from './made.js';

/** An engine that runs containers. */
export interface Engine {
  /** `docker`, or `podman`, which takes the same commands. */
  readonly program: string;
  /** Environment of every command that speaks to it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Beginning of a command that sees the published ports. */
  readonly within: readonly string[];
  /** True where it pulls and builds images itself. */
  readonly builds: boolean;
  close(): Promise<void>;
}

/** Tags of the vendors' images that the compose file names. */
export interface VendorTags {
  readonly postgres: string;
  readonly server: string;
  readonly tools: string;
  readonly ui: string;
}

export const BASE = 'node:20-bookworm-slim';

/**
 * Finds an engine that answers, with compose; else makes one, on a Debian where we are root.
 * @throws Error that says why there is none
 */
export async function findEngine(): Promise<Engine> {
  for (const program of ['docker', 'podman'])
    if (await answers(program)) return { program, env: {}, within: [], builds: true, close: () => Promise.resolve() };
  const os = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (process.getuid?.() !== 0 || !/^ID=debian$/m.test(os))
    throw new Error(
      'No engine answers (`docker info`, `docker compose version`), and only as root on a Debian one is made here.',
    );
  say('no engine answers: one is made');
  await installPackages();
  return isolatedEngine();
}

async function answers(program: string): Promise<boolean> {
  const asked = [[program, 'info'], [program, 'compose', 'version']] as const; // prettier-ignore
  for (const command of asked) {
    const ran = await run(command, { timeoutMs: 20_000 }).catch(() => undefined);
    if (ran?.code !== 0) return false;
  }
  return true;
}

/** Gives the engine all images: it builds ours and pulls the rest, or it gets stand-ins. */
export async function provideImages(
  engine: Engine,
  flowlog: string,
  vendors: VendorTags,
  compose: readonly string[],
): Promise<void> {
  if (engine.builds) {
    await must([...compose, 'build', '--quiet'], { env: engine.env, timeoutMs: 1_800_000 });
    await must([...compose, 'pull', '--quiet', '--ignore-buildable'], { env: engine.env, timeoutMs: 1_800_000 });
    return;
  }
  await buildNode(BASE);
  await buildFlowlog(flowlog, BASE);
  await buildVendors(vendors);
  const file = join(tmpdir(), `flowlog-image-${process.pid}.tar`);
  for (const tag of [BASE, flowlog, ...Object.values(vendors)]) await load(engine.env, await archiveOf(tag, file));
  await rm(file, { force: true });
}
