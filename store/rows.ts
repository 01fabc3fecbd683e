import { omitUndefined } from '../cloud/omit-undefined.js';
import { canonicalJson } from '../database/canonical-json.js';
import type { Database } from '../database/database.js';
import { ANSWER_BYTES, fitting } from '../cloud/json-size.js';

/** A page of stored rows. */
export interface RowsPage {
  readonly rows: readonly unknown[];
  /** Value of `after` for the next page; absent on the last page. */
  readonly next?: number;
}

/** Rows of an answer that is too long for one payload of Temporal, kept for a while under the run that made it. */
export interface StoredRows {
  /** Replaces rows from `first` on; the same call again changes nothing. */
  append(run: string, first: number, rows: readonly unknown[]): Promise<void>;
  /** Rows after `after` (0: from the beginning), at most 500 and as many as one answer holds. */
  read(run: string, after: number): Promise<RowsPage>;
}

const PAGE_ROWS = 500;

/** Time for which rows are kept: a caller reads an answer at once or not at all. */
const ROWS_KEPT_FOR = '7 days';

export function storedRowsOn(database: Database): StoredRows {
  return {
    async append(run, first, rows) {
      await database.query(
        `delete from flowlog.rows where written_at < ledger.clock_now() - interval '${ROWS_KEPT_FOR}'`,
      );
      await database.query(
        `insert into flowlog.rows (run, ordinal, body)
         select $1, $2 + place::int, body from jsonb_array_elements($3::jsonb) with ordinality as each (body, place)
         on conflict (run, ordinal) do update set body = excluded.body`,
        [run, first, canonicalJson(rows)],
      );
    },
    read: async (run, after) =>
      pageOf(
        await database.query(
          `select ordinal, body from flowlog.rows where run = $1 and ordinal > $2 order by ordinal limit ${FETCHED_ROWS}`,
          [run, after],
        ),
      ),
  };
}

/** Rows to fetch for a page: one more than it holds, to know whether there is another page. */
export const FETCHED_ROWS = PAGE_ROWS + 1;

/** Cuts a page off rows in order, {@link FETCHED_ROWS} of them or all. A row alone may be longer than a page. */
export function pageOf(found: readonly { readonly ordinal: number; readonly body: unknown }[]): RowsPage {
  const bodies = found.map(({ body }) => body);
  const count = Math.max(1, fitting(bodies, ANSWER_BYTES, PAGE_ROWS).length);
  const last = found[count - 1]?.ordinal;
  const more = found.length > count && last !== undefined;
  return { rows: bodies.slice(0, count), ...omitUndefined({ next: more ? last : undefined }) };
}
