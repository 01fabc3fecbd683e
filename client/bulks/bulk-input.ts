import type { Client } from '@temporalio/client';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BulkInput, BulkItem } from '../../workflows/contract/bulk.js';
import type { Patience } from '../reads.js';
import { fitsInline, uploadManifest } from './manifest-store.js';

/** Server that keeps items which are too many for the argument of a workflow. */
interface ManifestServer {
  readonly client: Client;
  readonly address: string;
  readonly patience: Patience;
}

/** Makes the argument of a bulk from items that were checked; stores them first where they are too many for it. */
export async function bulkInputOf(
  { operation, selectors = [], requestedBy, reason, options }: Omit<BulkInput, 'items' | 'manifest'>,
  items: readonly BulkItem[],
  { client, address, patience }: ManifestServer,
): Promise<BulkInput> {
  const inline = fitsInline(items);
  const manifest = inline ? undefined : await uploadManifest(client, address, operation, items, patience);
  return {
    operation,
    requestedBy,
    ...omitUndefined({
      items: inline && items.length > 0 ? items : undefined,
      manifest,
      selectors: selectors.length > 0 ? selectors : undefined,
      reason: reason || undefined,
      options,
    }),
  };
}
