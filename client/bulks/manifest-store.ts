import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Client } from '@temporalio/client';
import { type BulkItem, type StoredManifest, manyWorkflowTypes } from '../../workflows/contract/bulk.js';
import type { Operation } from '../../workflows/contract/operation.js';
import { canonicalRequestJson } from '../../workflows/contract/request-hash.js';
import { translated } from '../failure.js';
import { type Patience, read } from '../reads.js';

/** Items of one page at most, and the bytes of their JSON: below what one payload of Temporal may have, with room for the rest. */
const ITEMS_PAGE = { items: 500, bytes: 150_000 } as const;

/** Pages on their way at once. */
const PAGES_AT_ONCE = 4;

/** Cuts items into pages that fit a payload. */
export function manifestPages(items: readonly BulkItem[]): readonly (readonly BulkItem[])[] {
  const pages: BulkItem[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const size = utf8ToBytes(JSON.stringify(item)).length + 1;
    const last = pages.at(-1);
    if (last && last.length < ITEMS_PAGE.items && bytes + size <= ITEMS_PAGE.bytes) {
      last.push(item);
      bytes += size;
    } else {
      pages.push([item]);
      bytes = size;
    }
  }
  return pages;
}

/** Tells whether items may go with the request itself. */
export const fitsInline = (items: readonly BulkItem[]): boolean => manifestPages(items).length <= 1;

/** The digest by which a stored manifest is named, in workflow inputs, schedules and the ledger. */
export function digestOf(items: readonly BulkItem[]): string {
  // Item by item: the whole text of a large manifest is never in memory.
  const hash = sha256.create();
  items.forEach((item, index) => hash.update(utf8ToBytes(`${index === 0 ? '[' : ','}${canonicalRequestJson(item)}`)));
  return bytesToHex(hash.update(utf8ToBytes(items.length === 0 ? '[]' : ']')).digest());
}

/** Stores a manifest through the worker; the same manifest again changes nothing. */
export async function uploadManifest(
  client: Client,
  address: string,
  operation: Operation,
  items: readonly BulkItem[],
  patience?: Patience,
): Promise<StoredManifest> {
  const digest = digestOf(items);
  const pages = manifestPages(items).entries();
  const lane = async () => {
    for (const [page, part] of pages)
      await translated({ address }, () =>
        read(client, manyWorkflowTypes.storeManifest, { sha256: digest, page, operation, items: part }, patience),
      );
  };
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, lane));
  return { sha256: digest, items: items.length };
}
