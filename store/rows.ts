import type { Database } from '../audit/index.js';

/** A page of stored rows. */
export interface RowsPage {
  readonly rows: readonly unknown[];
  /** Ask again with this as `after`; absent on the last page. */
  readonly next?: number;
}

/** Rows of an answer that is too long for one payload of Temporal, kept for a while under the run that made it. */
export interface StoredRows {
  /** Replaces rows from `first` on; the same call again changes nothing. */
  append(run: string, first: number, rows: readonly unknown[]): Promise<void>;
  /** Rows after `after` (0: from the beginning), at most 500 and about 150 KB of them. */
  read(run: string, after: number): Promise<RowsPage>;
}

const PAGE_ROWS = 500;

/** Of JSON; well under the 256 KB that one payload of Temporal may have. */
const PAGE_BYTES = 150_000;

/** Answers are read at once or not at all. */
const KEPT = '7 days';

export function storedRowsOn(database: Database): StoredRows {
  return {
    async append(run, first, rows) {
      await database.query(`delete from flowlog.rows where written_at < now() - interval '${KEPT}'`);
      await database.query(
        `insert into flowlog.rows (run, ordinal, body)
         select $1, $2 + place::int, body from jsonb_array_elements($3::jsonb) with ordinality as each (body, place)
         on conflict (run, ordinal) do update set body = excluded.body`,
        [run, first, JSON.stringify(rows)],
      );
    },
    async read(run, after) {
      const found = await database.query<{ ordinal: number; body: unknown }>(
        `select ordinal, body from (
           select ordinal, body, sum(octet_length(body::text)) over (order by ordinal) as bytes, row_number() over (order by ordinal) as place
           from flowlog.rows where run = $1 and ordinal > $2 order by ordinal limit ${PAGE_ROWS + 1}
         ) as page where place <= ${PAGE_ROWS} and (bytes <= ${PAGE_BYTES} or place = 1) order by ordinal`,
        [run, after],
      );
      const last = found.at(-1)?.ordinal;
      if (last === undefined) return { rows: [] };
      const [more] = await database.query(`select 1 from flowlog.rows where run = $1 and ordinal > $2 limit 1`, [
        run,
        last,
      ]);
      return { rows: found.map(({ body }) => body), ...(more ? { next: last } : {}) };
    },
  };
}
