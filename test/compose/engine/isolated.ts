import { type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kill, must, run, say, start } from '../shell.js';
import type { Engine } from './engine.js';
import { cache, goCommands } from './made.js';
import { goSources } from './versions.js';

/** To the scheduler all containers together are one process among those of a busy machine: they get the share of as many as they are. */
const SHARES = 'cd /sys/fs/cgroup/cpu && mkdir -p docker && echo 8192 > docker/cpu.shares';

/** Address of the engine's bridge, at which containers find the resolver. */
const BRIDGE = '172.17.0.1';

/**
 * Starts an engine of our own, in a network of its own: nothing of it can be reached from outside, and nothing outside from it. Its data are
 * kept in the cache between runs, so that images are loaded once; containers, networks and volumes are gone when it is closed.
 */
export async function isolatedEngine(): Promise<Engine> {
  const { 'docker-compose': compose } = await goCommands(goSources.compose);
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-engine-'));
  const config = join(folder, 'config');
  await mkdir(join(config, 'cli-plugins'), { recursive: true });
  await symlink(compose!, join(config, 'cli-plugins/docker-compose'));
  const socket = `unix://${folder}/docker.sock`;
  const env = { DOCKER_HOST: socket, DOCKER_CONFIG: config, DOCKER_CONTEXT: undefined };
  say('starting an engine in a network of its own …');
  const daemon = startDaemon(folder, socket);
  const output: string[] = [];
  for (const stream of [daemon.stdout, daemon.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => void output.push(text)); // prettier-ignore
  const children: ChildProcess[] = [daemon];
  const close = async () => {
    // An engine that is ended with containers in it may leave them behind.
    await run(['sh', '-c', 'docker ps -q | xargs -r docker kill'], { env, timeoutMs: 30_000 });
    for (const child of children.toReversed()) await ended(child);
    await run(['sh', '-c', `mount | grep ${folder} | cut -d' ' -f3 | sort -r | xargs -r umount -l`]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answering(env, daemon, output);
    await run(['sh', '-c', SHARES]);
    // Of a run that was killed.
    await must(['sh', '-c', 'docker ps -aq | xargs -r docker rm -f; docker network prune -f; docker volume ls -q | xargs -r docker volume rm'], { env }); // prettier-ignore
    const pid = (await readFile(join(folder, 'docker.pid'), 'utf8')).trim();
    const within = ['nsenter', '-t', pid, '-n'];
    // A resolver that answers at once: gRPC asks for names that there are not, and would wait for an answer.
    children.push(start([...within, 'dnsmasq', '--keep-in-foreground', '--no-resolv', '--no-hosts', '--bind-dynamic', '--conf-file=/dev/null', `--pid-file=${folder}/dnsmasq.pid`, '--user=root', `--listen-address=${BRIDGE}`])); // prettier-ignore
    return { program: 'docker', env, within, builds: false, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function startDaemon(folder: string, socket: string): ChildProcess {
  const args = [
    `--data-root ${join(cache, 'engine')} --exec-root ${folder}/exec -H ${socket} --pidfile ${folder}/docker.pid`,
    `--default-ulimit nofile=4096:4096 --storage-driver overlay2 --dns ${BRIDGE} --bip ${BRIDGE}/16`,
  ].join(' ');
  return start(['unshare', '-n', 'sh', '-c', `ip link set lo up; exec dockerd ${args}`]);
}

async function answering(env: Engine['env'], daemon: ChildProcess, output: readonly string[]): Promise<void> {
  const endMs = performance.now() + 120_000;
  while (performance.now() < endMs && daemon.exitCode === null) {
    const { code } = await run(['docker', 'info'], { env, timeoutMs: 10_000 });
    if (code === 0) return;
    await sleep(500);
  }
  throw new Error(`the engine did not start:\n${output.join('').slice(-3_000)}`);
}

/** Asks a process to end, and ends it when it has not within half a minute. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const over = new AbortController();
  await Promise.race([gone, sleep(30_000, undefined, { signal: over.signal }).catch(() => undefined)]);
  over.abort();
  kill(child);
  await gone;
}

/** Loads an image where this engine does not have just that one. */
export async function load(env: Engine['env'], archive: string): Promise<void> {
  await must(['docker', 'load', '--quiet', '--input', archive], { env });
}
