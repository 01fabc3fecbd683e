import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { csvLine } from '../../cloud/text.js';
import type { Database } from '../../database/database.js';
import { entryColumns, type Entry } from '../entry.js';
import { htmlPage } from './export-html.js';
import { isJson, isoOf } from './story.js';
import { verify } from '../verify.js';

/** `jsonl`: one row a line, exact; `csv`: for spreadsheets; `html`: one self-contained page for people. */
export const exportFormats = ['jsonl', 'csv', 'html'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Rows to export, and their format. */
export interface ExportOptions {
  readonly format: ExportFormat;
  /** Rows written at this time or later. Default: from the beginning. */
  readonly since?: Date;
  /** Rows written before this time. Default: to the end. */
  readonly until?: Date;
}

/** Rows in one of the two orders: by the ids of their chains, or chains as they began. */
export type OrderedRows = (order: keyof typeof orders) => AsyncIterable<Entry>;

/** Turns rows, which can be read more than once, into the pieces of a file. */
export type Format = (rows: OrderedRows) => AsyncGenerator<string>;

/**
 * Writes the record to a stream in constant memory, chain by chain, and leaves the stream open.
 * @throws {DatabaseUnavailable}
 */
export async function exportLedger(database: Database, sink: Writable, options: ExportOptions): Promise<void> {
  const format = await formatWriters[options.format](database, options);
  await database.snapshot(async (stream) => {
    const between = [options.since ?? null, options.until ?? null];
    await pipeline(
      format((order) => stream<Entry>(orders[order], between)),
      sink,
      { end: false },
    );
  });
}

const formatWriters: Readonly<
  Record<ExportFormat, (database: Database, options: ExportOptions) => Promise<Format> | Format>
> = {
  jsonl: () => jsonLines,
  csv: () => csv,
  // The page is to be believed by somebody who has no database: it begins with what verification found.
  html: async (database, { since, until }) =>
    htmlPage({
      madeAt: new Date(),
      verification: await verify(database),
      ...(since && { since }),
      ...(until && { until }),
    }),
};

const ENTRIES_BETWEEN = `
  select ${entryColumns} from ledger.entries
  where ($1::timestamptz is null or at >= $1) and ($2::timestamptz is null or at < $2)`;

const orders = {
  byId: `${ENTRIES_BETWEEN} order by workflow_id, run_id, seq`,
  byBeginning: `
    with rows as (${ENTRIES_BETWEEN})
    select rows.* from rows
      left join (select workflow_id, run_id, at as began from ledger.entries where seq = 1) f using (workflow_id, run_id)
    order by began, workflow_id, run_id, seq`,
} as const;

/** Every column, absent ones left out; the body as the very text that was hashed. */
async function* jsonLines(rows: OrderedRows): AsyncGenerator<string> {
  for await (const row of rows('byId')) {
    const { body, ...rest } = row;
    const present = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
    const head = JSON.stringify({ at: isoOf(row), ...present }).slice(0, -1);
    yield `${head},"body":${isJson(body) ? body : JSON.stringify(body)}}\n`;
  }
}

const csvColumns = [
  'at',
  'workflow_id',
  'run_id',
  'seq',
  'kind',
  'activity_id',
  'attempt',
  'intent_id',
  'target',
  'verb',
].concat('action', 'flow_log_id', 'result', 'error_kind', 'body', 'prev_hash', 'hash');

async function* csv(rows: OrderedRows): AsyncGenerator<string> {
  yield csvLine(csvColumns);
  for await (const row of rows('byId')) {
    const cells: Readonly<Record<string, string | number | null>> = { ...row, at: isoOf(row) };
    yield csvLine(csvColumns.map((column) => cells[column] ?? ''));
  }
}
