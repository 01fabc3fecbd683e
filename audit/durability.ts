import type { Database } from '../database/database.js';
import type { Durability } from './ledger.js';

const DURABILITY = `
  select current_setting('fsync') = 'on' as fsync, current_setting('full_page_writes') = 'on' as "fullPageWrites",
    coalesce(ledger.cluster_identity(), 'a replica') as history`;

/** Reads what the server does for what it has promised to keep. @throws {DatabaseUnavailable} */
export async function durabilityOf(database: Database): Promise<Durability> {
  const [row] = await database.query<Durability>(DURABILITY);
  return row as Durability;
}
