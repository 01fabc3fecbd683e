import { canonicalJson, type Database } from '../audit/index.js';
import type { BulkItem, StoredManifest } from '../workflows/bulk-contract.js';

/** Manifests too long for one payload of Temporal. */
export interface Manifests {
  /** Keeps one page; the same page again changes nothing. */
  storePage(sha256: string, page: number, items: readonly BulkItem[]): Promise<void>;
  /** All items in order. Absent where pages are missing. */
  read(manifest: StoredManifest): Promise<readonly BulkItem[] | undefined>;
}

export function manifestsOn(database: Database): Manifests {
  return {
    async storePage(sha256, page, items) {
      await database.query(
        'insert into flowlog.manifests (sha256, page, items) values ($1, $2, $3) on conflict (sha256, page) do nothing',
        [sha256, page, canonicalJson(items)],
      );
    },
    async read({ sha256, items: count }) {
      const pages = await database.query<{ items: readonly BulkItem[] }>(
        'select items from flowlog.manifests where sha256 = $1 order by page',
        [sha256],
      );
      const items = pages.flatMap((page) => page.items);
      return items.length === count ? items : undefined;
    },
  };
}
