import { canonicalJson } from '../database/canonical-json.js';
import type { Database } from '../database/database.js';
import type { BulkItem, StoredManifest } from '../workflows/contract/bulk.js';
import type { Operation } from '../workflows/contract/operation.js';

/** The stored part of a manifest. */
export interface KeptManifest {
  /** All of them, in order. */
  readonly items: readonly BulkItem[];
  /** Operations for which every page of it was stored; absent where an earlier release stored a page, and did not say. */
  readonly operations?: readonly string[];
}

/** Manifests too long for one payload of Temporal. */
export interface Manifests {
  /** Keeps one page, whose items were checked for the operation; the same page again only adds the operation. */
  storePage(sha256: string, page: number, operation: Operation, items: readonly BulkItem[]): Promise<void>;
  /** Undefined where pages are missing. */
  read(manifest: StoredManifest): Promise<KeptManifest | undefined>;
}

export function manifestsOn(database: Database): Manifests {
  return {
    async storePage(sha256, page, operation, items) {
      await database.query(
        `insert into flowlog.manifests as kept (sha256, page, items, operations) values ($1, $2, $3, array[$4])
         on conflict (sha256, page) do update set operations = kept.operations || excluded.operations
         where not kept.operations @> excluded.operations`,
        [sha256, page, canonicalJson(items), operation],
      );
    },
    async read({ sha256, items: count }) {
      const pages = await database.query<{ items: readonly BulkItem[]; operations: readonly string[] | null }>(
        'select items, operations from flowlog.manifests where sha256 = $1 order by page',
        [sha256],
      );
      const items = pages.flatMap((page) => page.items);
      if (items.length !== count) return undefined;
      const [first, ...others] = pages.flatMap(({ operations }) => (operations ? [operations] : []));
      if (!first || others.length + 1 < pages.length) return { items };
      return { items, operations: first.filter((operation) => others.every((each) => each.includes(operation))) };
    },
  };
}
