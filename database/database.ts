import pg from 'pg';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { storable } from '../cloud/text.js';
import { DatabaseUnavailable } from './unavailable.js';
import type { LedgerMachine } from './machine.js';

/** Address of the database, and its limits of time and connections. */
export interface DatabaseOptions {
  /** PostgreSQL ≥ 14, as a connection URL. */
  readonly databaseUrl: string;
  /** For a connection, waiting for a free one of the pool included. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** For one statement, by the server; the client gives up one second later. Default 5000. */
  readonly statementTimeoutMs?: number;
  /** Connections at most. Default 10. */
  readonly maxConnections?: number;
  /** Machine whose clock judges ages beside the database's. Default: none; then the database's clock alone tells ages. */
  readonly machine?: LedgerMachine;
}

/** Run of a workflow that writes. */
interface RunRef {
  readonly workflowId: string;
  readonly runId: string;
}

/** Rows fetched at a time when streaming: enough to hide the round trip, few enough to keep memory flat. */
const BATCH_ROWS = 500;

/** So often is the database's clock read before it is said to have jumped: one answer may have been long on its way. */
const MEASUREMENTS = 3;

const CLOCK_NOW = 'select extract(epoch from ledger.clock_now())::double precision * 1000 as ms';

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

/** Messages of `pg` without a code, for a connection that ended or a time that is up. */
const PASSING_MESSAGES = /terminated|timeout|not queryable|Connection (ended|error)|Cannot use a pool after/i;

function isUnavailable(error: Error & { code?: unknown }): boolean {
  const { code } = error;
  if (typeof code !== 'string') return error instanceof AggregateError || PASSING_MESSAGES.test(error.message);
  return SOCKET_CODES.has(code) || PASSING_STATES.some((prefix) => code.startsWith(prefix));
}

/** Every failure that waiting can cure becomes a {@link DatabaseUnavailable}; the rest is a defect and stays what it is. */
export async function passing<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    throw isUnavailable(error) ? new DatabaseUnavailable(error) : error;
  }
}

/** The only place that touches `pg`: a pool that outlives the database's absences, and its errors in two classes. */
export class Database {
  readonly #connection: pg.ClientConfig;
  readonly #pool: pg.Pool;
  readonly #machine: LedgerMachine | undefined;
  #agreeing: Promise<void> | undefined;
  #lastIntent: { readonly intentId: string; readonly operation: RunRef } | undefined;

  constructor(options: DatabaseOptions) {
    this.#machine = options.machine;
    const statementTimeoutMs = options.statementTimeoutMs ?? 5000;
    this.#connection = {
      connectionString: options.databaseUrl,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 5000,
      keepAlive: true,
    };
    this.#pool = new pg.Pool({
      ...this.#connection,
      application_name: 'flowlog-ledger',
      max: options.maxConnections ?? 10,
      statement_timeout: statementTimeoutMs,
      // A server that vanished answers nothing at all, not even that time is up.
      query_timeout: statementTimeoutMs + 1000,
      // Before anything is asked over a connection: it may lead to another server than the last one.
      ...omitUndefined({ onConnect: options.machine ? (this.#meet as (client: pg.ClientBase) => void) : undefined }),
    });
    // An idle connection that breaks has no caller to tell. The pool has dropped it already and the next query takes a new one.
    this.#pool.on('error', () => undefined);
  }

  /** Runs one statement, which is one transaction. @throws {DatabaseUnavailable} */
  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#ask<Row>(text, () => [...values]);
  }

  /**
   * Calls one function, of the schema `ledger` where it names none, and answers what it returned. Where the machine is known, ages are
   * told by its clock too (`migrations/0030_clocks.sql`). @throws {DatabaseUnavailable}
   */
  async call<Answer>(name: string, ...values: readonly unknown[]): Promise<Answer> {
    const machine = this.#machine;
    const places = values.map((_, index) => `$${index + 1}`).join(', ');
    const called = `select ${name.includes('.') ? name : `ledger.${name}`}(${places}) as answer`;
    const [boot, bootMs] = [`$${values.length + 1}`, `$${values.length + 2}`];
    const text = machine ? `${called}, clock from ledger.begin_work(${boot}, ${bootMs}) as clock` : called;
    const given = () => (machine ? [...values, machine.bootId, machine.bootMs()] : [...values]);
    const [row] = await this.#ask<{ answer: Answer; clock?: string }>(text, given);
    if (machine && row?.clock) await this.#agree(machine);
    return (row as { answer: Answer }).answer;
  }

  /** The intent that was committed last: where it is gone at a later connection, the database has lost what it promised to keep. */
  remember(intentId: string, operation: RunRef): void {
    this.#lastIntent = { intentId, operation };
  }

  /** `values` are asked for when there is a connection: what a clock says must not grow old in a queue. */
  async #ask<Row extends object>(text: string, values: () => unknown[]): Promise<Row[]> {
    const client = await passing(this.#pool.connect());
    // A connection that breaks rejects the query under way; without a listener the event would end the process.
    const broken = () => undefined;
    client.on('error', broken);
    let failed: Error | undefined;
    try {
      return (await passing(client.query<Row>(text, values().map(held)))).rows;
    } catch (error) {
      failed = error as Error;
      throw error;
    } finally {
      client.removeListener('error', broken);
      client.release(failed);
    }
  }

  /** Compares the history of the server with the one that is kept. */
  readonly #meet = async (client: pg.ClientBase): Promise<void> => {
    const { intentId = null, operation } = this.#lastIntent ?? {};
    const { rows } = await client.query<{ changed: boolean }>('select ledger.meet_cluster($1, $2, $3) as changed', [
      intentId,
      operation?.workflowId ?? null,
      operation?.runId ?? null,
    ]);
    if (rows[0]?.changed) this.#lastIntent = undefined;
  };

  /** Measures how far ahead the database's clock is, as well as can be, and says it. */
  #agree(machine: LedgerMachine): Promise<void> {
    this.#agreeing ??= (async () => {
      let offsetMs = Infinity;
      for (let count = 0; count < MEASUREMENTS; count++) {
        let bootMs = 0;
        const read = () => {
          bootMs = machine.bootMs();
          return [];
        };
        const [row] = await this.#ask<{ ms: number }>(CLOCK_NOW, read);
        // The answer that came fastest tells best.
        offsetMs = Math.min(offsetMs, (row?.ms ?? Infinity) - bootMs);
      }
      await this.query('select ledger.agree_clock($1, $2)', [machine.bootId, offsetMs]);
    })().finally(() => (this.#agreeing = undefined));
    return this.#agreeing;
  }

  /**
   * Reads one unchanging picture of the database, in constant memory, over a connection of its own without statement timeout:
   * a long read is expected. Plans are made for whole results: a nested loop, which a planner without statistics likes, would take
   * time that grows with the square of the rows. @throws {DatabaseUnavailable}
   */
  async snapshot<Result>(read: (stream: Stream) => Promise<Result>): Promise<Result> {
    const client = new pg.Client({ ...this.#connection, application_name: 'flowlog-audit' });
    // A connection that breaks rejects the query under way; without a listener the event would end the process.
    client.on('error', () => undefined);
    try {
      await passing(client.connect());
      await passing(client.query(BEGIN_SNAPSHOT));
      return await read((text, values) => rowsOf(client, text, values));
    } finally {
      await client.end();
    }
  }

  /**
   * Runs statements of a person's over a connection of its own without statement timeout, as `role` where the login may take it: what it may
   * do is then no more than that. @throws {DatabaseUnavailable}
   */
  async session<Result>(role: string, use: (session: SqlSession) => Promise<Result>): Promise<Result> {
    const client = new pg.Client({ ...this.#connection, application_name: 'flowlog-archive' });
    client.on('error', () => undefined);
    try {
      await passing(client.connect());
      const query: SqlSession['query'] = async <Row extends object>(text: string, values: readonly unknown[] = []) =>
        (await passing(client.query<Row>(text, [...values]))).rows;
      const [may] = await query(
        `select from pg_roles where rolname = $1 and pg_has_role(current_user, oid, 'member')`,
        [role],
      );
      if (may) await query(`set role ${pg.escapeIdentifier(role)}`);
      return await use({ query, stream: (text, values) => rowsOf(client, text, values) });
    } finally {
      await client.end();
    }
  }

  /** Lets what is under way finish, then closes every connection. */
  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** A value as PostgreSQL takes it: a text that it cannot hold would be refused again and again. */
const held = (value: unknown): unknown => (typeof value === 'string' ? storable(value) : value);
const BEGIN_SNAPSHOT = `
  begin transaction isolation level repeatable read read only;
  set local cursor_tuple_fraction = 1; set local enable_nestloop = off; set local work_mem = '64MB'`;

/** The first row of a query; undefined where it has none. */
export async function first<Row extends object>(
  stream: Stream,
  query: string,
  values: readonly unknown[] = [],
): Promise<Row | undefined> {
  for await (const row of stream<Row>(query, values)) return row;
  return undefined;
}

/** One connection. `stream` works within a transaction. */
export interface SqlSession {
  readonly query: <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>;
  readonly stream: Stream;
}

/** The rows of a query, a batch at a time. */
export type Stream = <Row extends object>(text: string, values?: readonly unknown[]) => AsyncGenerator<Row>;

let cursors = 0;

async function* rowsOf<Row extends object>(
  client: pg.Client,
  text: string,
  values: readonly unknown[] = [],
): AsyncGenerator<Row> {
  const cursor = `rows_${++cursors}`;
  await passing(client.query(`declare ${cursor} no scroll cursor for ${text}`, [...values]));
  for (;;) {
    const { rows } = await passing(client.query<Row>(`fetch ${BATCH_ROWS} from ${cursor}`));
    yield* rows;
    if (rows.length < BATCH_ROWS) break;
  }
  await passing(client.query(`close ${cursor}`));
}
