import pg from 'pg';
import { LedgerUnavailable } from './ledger.js';

/** Where the database is and how long it may take. */
export interface DatabaseOptions {
  /** PostgreSQL ≥ 14, as a connection URL. */
  readonly databaseUrl: string;
  /** For a connection, waiting for a free one of the pool included. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** For one statement, by the server; the client gives up one second later. Default 5000. */
  readonly statementTimeoutMs?: number;
  /** Connections at most. Default 10. */
  readonly maxConnections?: number;
}

/** Rows fetched at a time when streaming: enough to hide the round trip, few enough to keep memory flat. */
const STREAM_BATCH_ROWS = 2000;

/** Error codes of sockets and name lookups, as Node spells them. */
const SOCKET_CODES = new Set(
  ['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'].concat(
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EHOSTDOWN',
    'ENETDOWN',
    'EADDRNOTAVAIL',
    'ENOENT',
    'EMFILE',
  ),
);

/**
 * SQLSTATEs that pass when the database is well again, by prefix: connection, log-in, missing database, serialization and deadlock,
 * resources, lock and statement timeouts, shutdown, I/O, and a replica that is not yet the primary.
 */
const PASSING_STATES = ['08', '28', '3D', '40', '53', '55P03', '57', '58', '25006'];

/** What `pg` says without a code when the connection ends or time is up. */
const PASSING_MESSAGES = /terminated|timeout|not queryable|Connection (ended|error)|Cannot use a pool after/i;

function isUnavailable(error: Error & { code?: unknown }): boolean {
  const { code } = error;
  if (typeof code !== 'string') return error instanceof AggregateError || PASSING_MESSAGES.test(error.message);
  return SOCKET_CODES.has(code) || PASSING_STATES.some((prefix) => code.startsWith(prefix));
}

/** Every failure that waiting can cure becomes a {@link LedgerUnavailable}; the rest is a defect and stays what it is. */
function translated(thrown: unknown): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return isUnavailable(error) ? new LedgerUnavailable(error) : error;
}

/** The only place that touches `pg`: a pool that outlives the database's absences, and its errors in two classes. */
export class Database {
  readonly #pool: pg.Pool;

  constructor(options: DatabaseOptions) {
    const statementTimeoutMs = options.statementTimeoutMs ?? 5000;
    this.#pool = new pg.Pool({
      connectionString: options.databaseUrl,
      application_name: 'flowlog-ledger',
      max: options.maxConnections ?? 10,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 5000,
      statement_timeout: statementTimeoutMs,
      // A server that vanished answers nothing at all, not even that time is up.
      query_timeout: statementTimeoutMs + 1000,
      keepAlive: true,
    });
    // An idle connection that breaks has nobody to tell. The pool has dropped it already and the next query takes a new one.
    this.#pool.on('error', () => undefined);
  }

  /** Runs one statement, which is one transaction. @throws {LedgerUnavailable} */
  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, [...values])).rows;
    } catch (error) {
      throw translated(error);
    }
  }

  /** Calls one function of the schema `ledger` and answers what it returned. @throws {LedgerUnavailable} */
  async call<Answer>(name: string, ...values: readonly unknown[]): Promise<Answer> {
    const places = values.map((_, index) => `$${index + 1}`).join(', ');
    const [row] = await this.query<{ answer: Answer }>(`select ledger.${name}(${places}) as answer`, values);
    return (row as { answer: Answer }).answer;
  }

  /**
   * The rows of several queries from one unchanging picture of the database, in constant memory.
   * Statement timeouts do not hold here: a long read is expected. @throws {LedgerUnavailable}
   */
  async snapshot<Result>(read: (stream: Stream) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw translated(error);
    });
    let failure: Error | undefined;
    const onError = (error: Error): void => void (failure = error);
    client.on('error', onError);
    try {
      await client.query(
        'begin transaction isolation level repeatable read read only; set local statement_timeout = 0',
      );
      const result = await read((text, values) => cursor(client, text, values));
      await client.query('commit');
      return result;
    } catch (error) {
      failure = translated(error);
      throw failure;
    } finally {
      client.off('error', onError);
      // After a failure the connection is in an unknown state: closed, not handed on.
      client.release(failure ?? false);
    }
  }

  /** Lets what is under way finish, then closes every connection. */
  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** The rows of a query, a batch at a time. */
export type Stream = <Row extends object>(text: string, values?: readonly unknown[]) => AsyncGenerator<Row>;

let cursors = 0;

async function* cursor<Row extends object>(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
): AsyncGenerator<Row> {
  const name = `stream_${++cursors}`;
  await client.query(`declare ${name} no scroll cursor for ${text}`, [...values]);
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${STREAM_BATCH_ROWS} from ${name}`);
    yield* rows;
    if (rows.length < STREAM_BATCH_ROWS) break;
  }
  await client.query(`close ${name}`);
}
