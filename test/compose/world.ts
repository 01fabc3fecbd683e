import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Engine } from './engine/engine.js';
import { must, type Ran, run, type ShellOptions, start } from './shell.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Settings of one world: an env file of the repository, and variables that beat it. */
export interface WorldOptions {
  readonly envFile: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Where the engine is this machine's own, its ports may be taken: these are the defaults that no other variable has named. */
const ports = { POSTGRES_PORT: '5432', TEMPORAL_PORT: '7233', TEMPORAL_UI_PORT: '8080', SIMULATOR_PORT: '4510' };

/** The compose file, brought up under a project name of its own. */
export class World {
  readonly project = `flowlog-test-${randomBytes(3).toString('hex')}`;
  readonly #env: Readonly<Record<string, string | undefined>>;

  private constructor(
    readonly engine: Engine,
    readonly options: WorldOptions,
    readonly secrets: string,
  ) {
    const brings = options.envFile.endsWith('demo.env');
    this.#env = {
      ...engine.env,
      ...ports,
      ...omitUndefined({ FLOWLOG_SECRETS: brings ? undefined : secrets }),
      ...options.env,
    };
  }

  /** Makes a world with fresh secrets, as `deploy/make-secrets.sh` makes them. Nothing runs yet. */
  static async make(engine: Engine, options: WorldOptions): Promise<World> {
    const secrets = await mkdtemp(join(tmpdir(), 'flowlog-secrets-'));
    await must([join(root, 'deploy/make-secrets.sh'), secrets]);
    return new World(engine, options, secrets);
  }

  /** Command line of compose where no world is needed: to build and to pull. */
  static async anyCommand(engine: Engine, envFile: string): Promise<readonly string[]> {
    const world = await World.make(engine, { envFile });
    await rm(world.secrets, { recursive: true, force: true });
    return ['env', `FLOWLOG_SECRETS=${world.secrets}`, ...world.command('--profile', '*')];
  }

  /** Names of the variables that this world sets. */
  async variables(): Promise<readonly string[]> {
    const file = await readFile(join(root, this.options.envFile), 'utf8');
    const named = [...file.matchAll(/^([A-Za-z_]+)=/gm)].map(([, name = '']) => name);
    return [...named, ...Object.keys(this.#env).filter((name) => this.#env[name] !== undefined)];
  }

  /** Command line of compose for this world. */
  command(...args: readonly string[]): readonly string[] {
    const file = ['--project-directory', root, '--file', join(root, 'docker-compose.yml')];
    const env = ['--env-file', join(root, this.options.envFile)];
    return [this.engine.program, 'compose', '--project-name', this.project, ...file, ...env, ...args];
  }

  async compose(args: readonly string[], options: ShellOptions = {}): Promise<string> {
    return must(this.command(...args), { ...options, env: { ...this.#env, ...options.env } });
  }

  /** As {@link compose}, where the end matters. */
  async tried(args: readonly string[], options: ShellOptions = {}): Promise<Ran> {
    return run(this.command(...args), { ...options, env: { ...this.#env, ...options.env } });
  }

  /** The engine's own command. */
  docker(...args: readonly string[]): Promise<string> {
    return must([this.engine.program, ...args], { env: this.engine.env });
  }

  /** `flowlog …` in a container of its own, as deploy/README.md tells people to run it; on a machine too busy to connect in time once more. */
  async flowlog(args: readonly string[], options: ShellOptions = {}): Promise<Ran> {
    for (let left = 4; ; left--) {
      const ran = await this.tried(['run', '--rm', '-T', 'flowlog', ...args], options);
      if (left === 0 || !ran.output.includes('Failed to connect to Temporal server')) return ran;
    }
  }

  /** `flowlog …` that goes on in the background; its lines, and its end. */
  following(args: readonly string[]): { readonly ended: Promise<Ran> } {
    const child = start(this.command('run', '--rm', '-T', 'flowlog', ...args), { env: this.#env });
    const [out, all]: [string[], string[]] = [[], []];
    child.stdin?.end();
    child.stdout?.setEncoding('utf8').on('data', (text: string) => void (out.push(text), all.push(text)));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => void all.push(text));
    return {
      ended: new Promise((resolve) =>
        child.on('close', (code) => resolve({ code: code ?? 128, stdout: out.join(''), output: all.join('') })),
      ),
    };
  }

  /** Ids of the containers of a service, running ones only. */
  async containers(service: string): Promise<readonly string[]> {
    return (await this.compose(['ps', '--quiet', service])).split('\n').filter(Boolean);
  }

  /** Asks the simulator's control, from inside. */
  async simulator(path: string, method = 'GET', body?: unknown): Promise<unknown> {
    const script = `let body = '';
process.stdin.on('data', (part) => (body += part)).on('end', async () => {
  const answer = await fetch('http://127.0.0.1:4510/_simulator/${path}', { method: '${method}', ...(body ? { body } : {}) });
  if (!answer.ok) { console.error(await answer.text()); process.exit(1); }
  process.stdout.write(await answer.text());
});`;
    const input = body === undefined ? '' : JSON.stringify(body);
    return JSON.parse((await this.compose(['exec', '-T', 'simulator', 'node', '-e', script], { input })) || '{}');
  }

  /** Answer of a published port, as a browser on this machine gets it. */
  async published(port: number, path: string): Promise<Ran> {
    const script = `fetch('http://127.0.0.1:${port}${path}').then(async (r) => { process.stdout.write(await r.text()); process.exit(r.ok ? 0 : 1); }, (e) => { console.error(e); process.exit(1); })`;
    return this.onHost([process.execPath, '-e', script]);
  }

  /** Runs a command that sees the published ports. */
  onHost(command: readonly string[]): Promise<Ran> {
    return run([...this.engine.within, ...command], { timeoutMs: 20_000 });
  }

  /** Waits until something is so. @throws Error that names it */
  async until(what: string, isSo: () => Promise<boolean>, withinMs = 120_000): Promise<void> {
    const endMs = performance.now() + withinMs;
    while (performance.now() < endMs) {
      if (await isSo().catch(() => false)) return;
      await sleep(1_000);
    }
    throw new Error(`not within ${withinMs / 1000} s: ${what}`);
  }

  /** Takes everything away: containers, networks, volumes, secrets. */
  async close(): Promise<void> {
    await this.tried(['--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '50']);
    await rm(this.secrets, { recursive: true, force: true });
  }
}
