import { createHash } from 'node:crypto';
import { canonicalJson } from '../../audit/index.js';
import type { BulkInput } from '../../workflows/contract/bulk.js';

/** SHA-256 (hex) of a value's canonical JSON. */
export const sha256Of = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

/**
 * Names what a bulk was asked to do, for the ledger: the digest of its items, the same that a stored manifest of them has; of a bulk with
 * selectors, or of a retry, the digest of `{ items?, manifest?, selectors?, retryOf? }`.
 */
export function requestDigest({ items, manifest, selectors, retryOf }: BulkInput): string {
  if (selectors?.length || retryOf) return sha256Of({ items, manifest, selectors, retryOf });
  return manifest?.sha256 ?? sha256Of(items ?? []);
}
