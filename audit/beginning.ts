import type { Database } from '../database/database.js';
import type { Ledger } from './ledger.js';

/** Beginning of a ledger. `lost`: it is empty and stands in the place of one that is lost; it admits no change until a person adopts it. */
export interface Beginning {
  readonly how: 'first-start' | 'lost' | 'adopted';
  /** ISO 8601 UTC, by the database's clock. */
  readonly since: string;
  /** Evidence of a lost one, or the reason for which a person adopted it. */
  readonly why?: string | null;
}

/** Over the functions of `migrations/0086_beginning.sql`. */
export function beginningOn(database: Database): Pick<Ledger, 'beginning' | 'begin'> {
  return {
    beginning: async () => (await database.call<Beginning | null>('how_it_began')) ?? undefined,
    begin: (evidence) => database.call<Beginning>('begin_ledger', evidence ?? null),
  };
}
