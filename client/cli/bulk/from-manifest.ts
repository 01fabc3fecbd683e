import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { BulkOptions } from '../../../workflows/contract/bulk.js';
import type { Operation, OperationOptions } from '../../../workflows/contract/operation.js';
import type { EffectiveItem } from '../../manifest/effective.js';
import { readWithMistakes } from '../../manifest/manifest.js';
import { runOptions } from '../../manifest/schema.js';
import type { EffectiveSelector } from '../../manifest/selectors.js';
import type { BulkItemRequest, BulkRequest } from '../../bulks/bulk.js';
import { UsageError } from '../exit-codes.js';
import { inputFromFlags, optionFlags, specFlags } from '../flags.js';
import { readTextFile } from '../manifest-file.js';
import type { Session } from '../session.js';
import { bulkOptionsOf, type BulkFlags } from './flags.js';
import { itemsAndSelectors } from './items-and-selectors.js';

/** Flags beside `-f` that say who asks, why, and how. */
export type ManifestFlags = Readonly<Record<string, unknown>> &
  BulkFlags & { readonly requestedBy?: string; readonly reason?: string };

/** Request of a manifest: as one bulk, and item by item. */
export interface ManifestRequest {
  readonly bulk: BulkRequest;
  readonly items: readonly EffectiveItem[];
  readonly selectors: readonly EffectiveSelector[];
}

/**
 * Reads a manifest for an operation, defaults merged in; flags beat the manifest's options.
 * @throws ManifestError with every problem, UsageError for flags that belong into the manifest
 */
export async function askedByManifest(
  operation: Operation,
  file: string,
  flags: ManifestFlags,
  session: Session,
): Promise<ManifestRequest> {
  if (Object.keys(inputFromFlags(specFlags, flags)).length > 0)
    throw new UsageError('with -f the wishes are in the manifest; only options such as --adopt can be added here');
  const { surroundings } = session;
  const text = await readTextFile(file, surroundings);
  const located = readWithMistakes(file, text);
  const { options: given = {} } = inputFromFlags(optionFlags, flags) as { options?: OperationOptions };
  const { requestedBy = surroundings.userName, reason } = flags;
  const who = { requestedBy, ...omitUndefined({ reason: reason || undefined }) };
  const asked = { accounts: await session.accounts(), options: given, ...who };
  const [items, selectors] = itemsAndSelectors(located, operation, asked, flags['unlistedRegion'] === true);
  const options = { ...located.manifest.options, ...given, ...bulkOptionsOf(flags) } as BulkOptions;
  return {
    items,
    selectors,
    bulk: {
      operation,
      ...omitUndefined({ name: flags.bulk || undefined }),
      items: items.map((item) => itemOf(item, options)),
      selectors: selectors.map(({ selector }) => selector),
      ...who,
      ...omitUndefined({ options: Object.keys(options).length > 0 ? options : undefined }),
    },
  };
}

/** An item with the options that are its own: those of the bulk go along once. */
function itemOf({ input }: EffectiveItem, common: BulkOptions): BulkItemRequest {
  const { target, spec, options = {} } = input;
  const own = Object.entries(options).filter(([name, value]) => common[name as keyof BulkOptions] !== value);
  return { target, ...omitUndefined({ spec, options: own.length > 0 ? Object.fromEntries(own) : undefined }) };
}

/** Items that are done one by one where nothing asks for a bulk. */
export const ONE_BY_ONE = 20;

/** Tells whether the request takes a bulk: many targets, selectors, or anything that only a bulk can do. */
export function needsBulk({ items, bulk }: ManifestRequest, { bulk: name }: ManifestFlags): boolean {
  // A few operations can keep these two by themselves.
  const bulkOnly = [...Object.keys(runOptions), 'expect'].filter((name) => name !== 'window' && name !== 'maxTargets');
  const asksForBulk = bulkOnly.some((option) => Object.hasOwn(bulk.options ?? {}, option));
  return name !== undefined || asksForBulk || items.length > ONE_BY_ONE || (bulk.selectors?.length ?? 0) > 0;
}
