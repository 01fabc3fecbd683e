import type { ConnectOptions } from '../connection.js';
import type { FlowLogs } from '../flow-logs.js';
import type { Writable } from 'node:stream';
import type { Accounts } from '../accounts.js';
import type { DefaultsFile } from './defaults.js';
import type { LedgerConnection, Migrated } from './audit/ledger-door.js';

/** Destination of text. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Methods of the typed client that the commands use, without its internals. */
export type FlowLogsPort = Pick<
  FlowLogs,
  | 'operate'
  | 'getHandleById'
  | 'listOperations'
  | 'countOperations'
  | 'inspect'
  | 'discover'
  | 'diagnose'
  | 'workers'
  | 'reach'
  | 'bulks'
  | 'doubts'
  | 'schedules'
>;

/** The service, found and connected. */
export interface ServiceConnection {
  readonly flowLogs: FlowLogsPort;
  readonly address: string;
  readonly namespace: string;
  /** Temporal's UI, where it is known. */
  readonly uiUrl?: string;
}

/** Everything a command touches outside itself; handed in, so that a test needs no server and no process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Login name of the person at the keyboard: the default of `--requested-by`. */
  readonly userName: string;
  /** Account names and uids; read when first needed, so that `--help` needs none. */
  accounts(): Promise<Accounts>;
  /** File of `flowlog config`. */
  readonly defaults: DefaultsFile;
  /** The bytes of a file; `-` is stdin. */
  readFile(path: string): Promise<Uint8Array>;
  connect(options: ConnectOptions): Promise<ServiceConnection>;
  /**
   * Opens the ledger of the service that `options` name.
   * @throws LedgerOutOfReachError
   */
  openLedger(options: Pick<ConnectOptions, 'address'>): Promise<LedgerConnection>;
  /** Brings the schema of that service's database to this build's state. @throws LedgerOutOfReachError, LedgerRefusedError */
  migrate(options: Pick<ConnectOptions, 'address'>): Promise<Migrated>;
  /** A stream into a new file, or into stdout where no path is given; stdout stays open. Rejects where the file cannot be written. */
  openOutput(path: string | undefined): Promise<Writable>;
  /** Calls `listener` on Ctrl-C; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
}
