import type { ClientBase } from 'pg';

/**
 * Moves the clock that all functions of the database ask, as a jump of the server's wall clock would: `ledger.clock_now()` is replaced,
 * which only the schema's owner can do.
 * @param more adds to what it was moved by before
 * @returns by how much it was moved before, in ms
 */
export async function setDatabaseClock(owner: ClientBase, ms: number, { more = false } = {}): Promise<number> {
  const { rows } = await owner.query<{ ms: number }>(
    `select coalesce(round(extract(epoch from ledger.clock_now() - clock_timestamp()) * 1000), 0)::float8 as ms`,
  );
  const before = rows[0]?.ms ?? 0;
  const moved = more ? before + ms : ms;
  await owner.query(
    `create or replace function ledger.clock_now() returns timestamptz language sql volatile
       return clock_timestamp() + interval '${moved} milliseconds'`,
  );
  return before;
}
