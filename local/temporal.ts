import { host } from './ports.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import getPort from 'get-port';
import { searchAttributes } from '../workflows/contract/operation.js';
import { StartProblem } from './problem.js';
import { type Server, runServer } from './server.js';

/** Settings of the Temporal development server. */
export interface TemporalOptions {
  /** Path of the `temporal` executable, as `findTemporal` returns it. */
  readonly executable: string;
  /** SQLite file that keeps the workflows; in memory where absent. */
  readonly dbFile?: string;
  /** gRPC port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** Port of the web UI; `false` for none. Default: a free one. */
  readonly uiPort?: number | false;
  /** Namespaces to make beside `default`. */
  readonly namespaces?: readonly string[];
  readonly log?: (line: string) => void;
}

/** A running Temporal server of ours. */
export interface Temporal {
  /** `host:port` of the gRPC service. */
  readonly address: string;
  /** Address of the web UI; absent where there is none. */
  readonly uiUrl?: string;
  readonly pid: number;
  /** Resolves when the server is gone, asked to or not. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const temporalTimeoutMs = 30_000;

/** The server ends by itself in some starts on a busy machine; probably because another program takes a port that it had found free. */
const MOST_STARTS = 3;

/** The server ended before it was ready. */
class EndedAtOnce extends StartProblem {}

/**
 * The server's memory, unless the environment sets it: growth of the heap in percent before garbage is collected, and the size from which
 * it is collected anyway. With Go's own 100 % a third of the processor time goes into collections of a heap that is small.
 */
const memory = { GOGC: '1600', GOMEMLIMIT: '2GiB' };

/** A single server gains nothing from four partitions a task queue: forwarding between them took a sixth of its processor time. */
const onePartition = ['Read', 'Write'].map((use) => `matching.numTaskqueue${use}Partitions=1`);

/**
 * Starts a Temporal development server on 127.0.0.1 with the search attributes of this service, and waits until it knows its
 * namespaces. The SDK's own starter gives a server five seconds, too few for a busy machine.
 * @throws StartProblem when it is not ready within 30 s, or ends at once three times; its last lines are in the message
 */
export async function startTemporal(options: TemporalOptions): Promise<Temporal> {
  for (let start = 1; ; start++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (!(error instanceof EndedAtOnce) || start === MOST_STARTS) throw error;
      options.log?.(error.message);
    }
  }
}

async function startOnce(options: TemporalOptions): Promise<Temporal> {
  const port = options.port ?? (await getPort({ host }));
  const uiPort = options.uiPort ?? (await getPort({ host, exclude: [port] }));
  const server = await runServer({
    name: 'Temporal',
    command: options.executable,
    args: [
      ...['server', 'start-dev', '--ip', host, '--port', String(port), '--log-level', 'warn'],
      ...onePartition.flatMap((value) => ['--dynamic-config-value', value]),
      ...(uiPort === false ? ['--headless'] : ['--ui-port', String(uiPort)]),
      ...(options.namespaces ?? []).flatMap((name) => ['--namespace', name]),
      ...Object.values(searchAttributes).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
      ...(options.dbFile === undefined ? [] : fileArgs(options.dbFile)),
    ],
    env: { ...memory, ...(process.env as Record<string, string>) },
    stopSignal: 'SIGTERM',
    ...(options.log && { log: options.log }),
  });
  const address = `${host}:${port}`;
  try {
    await temporalReady(server, address, ['default', ...(options.namespaces ?? [])]);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { pid, ended, stop } = server;
  return { address, ...(uiPort !== false && { uiUrl: `http://${host}:${uiPort}` }), pid, ended, stop };
}

/** A write-ahead log makes the file two and a half times as fast, and still survives the end of the process. */
const fileArgs = (dbFile: string) => [
  ...['--db-filename', dbFile],
  ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
];

async function temporalReady(server: Server, address: string, namespaces: readonly string[]): Promise<void> {
  let gone: string | undefined;
  void server.ended.then((how) => (gone = how));
  const deadline = performance.now() + temporalTimeoutMs;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1_000 });
      try {
        // One after the other: when one fails, none may still be repeating itself on a connection that is about to close.
        for (const namespace of namespaces) {
          await connection.withDeadline(Date.now() + 2_000, () =>
            connection.workflowService.describeNamespace({ namespace }),
          );
        }
        return;
      } finally {
        await connection.close();
      }
    } catch (cause) {
      const problem = (state: string) => `Temporal ${state}. Its last words:\n${server.lastLines()}`;
      if (gone !== undefined) throw new EndedAtOnce(problem(`ended at once (${gone})`), { cause });
      if (performance.now() > deadline)
        throw new StartProblem(problem(`was not ready within ${temporalTimeoutMs / 1000} s`), { cause });
    }
    await sleep(50);
  }
}
