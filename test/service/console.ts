import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { openDoor } from '../../client/cli/audit/open-door.js';
import { run } from '../../client/cli/program.js';
import type { Surroundings } from '../../client/cli/surroundings.js';
import { type Service, uid } from './service.js';

/** Result of a command line. */
export interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order in which they were written. */
  readonly screen: string;
  /** Duration of the command, and its longest time without output, in ms. */
  readonly tookMs: number;
  readonly silentMs: number;
}

/** User at the keyboard. */
export const person = 'mika';

/**
 * Runs the `flowlog` command against a service, in this process: the same program with the same client and the same ledger, and as its only
 * difference streams that a test can read.
 * @param otherwise what stands around the command in another way
 */
export async function flowlog(
  service: Pick<Service, 'flowLogs' | 'env' | 'namespace'>,
  line: string,
  otherwise: Partial<Surroundings> = {},
): Promise<Said> {
  const { flowLogs, env, namespace } = service;
  const said = { stdout: '', stderr: '', screen: '' };
  const beganMs = performance.now();
  let firstMs: number | undefined;
  const write = (stream: 'stdout' | 'stderr') => (text: string) => {
    firstMs ??= performance.now();
    said[stream] += text;
    said.screen += text;
  };
  const surroundings: Surroundings = {
    env: {},
    stdout: { write: write('stdout'), isTTY: false },
    stderr: { write: write('stderr'), isTTY: false },
    userName: person,
    accounts: () => Promise.resolve({ default: { uid } }),
    readFile: (path) => readFile(path, 'utf8'),
    connect: () => Promise.resolve({ flowLogs, address: env['TEMPORAL_ADDRESS'] ?? '', namespace }),
    openLedger: () => openDoor(env['DATABASE_URL'] ?? '', []),
    openOutput: () =>
      Promise.resolve(new Writable({ write: (piece: Buffer, _, done) => (write('stdout')(piece.toString()), done()) })),
    onInterrupt: () => () => undefined,
    ...otherwise,
  };
  const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  const exitCode = await run(argv, surroundings);
  const endedMs = performance.now();
  return { exitCode, ...said, tookMs: endedMs - beganMs, silentMs: (firstMs ?? endedMs) - beganMs };
}
