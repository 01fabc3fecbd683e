import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { BulkOptions } from '../../../workflows/contract/bulk.js';
import type { Operation, OperationOptions } from '../../../workflows/contract/operation.js';
import { effectiveItems, type EffectiveItem } from '../../manifest/effective.js';
import { type LocatedManifest, ManifestError, inOrder, problemAt, readWithMistakes } from '../../manifest/manifest.js';
import type { ManifestProblem, PathStep } from '../../manifest/source.js';
import { runOptions } from '../../manifest/schema.js';
import { effectiveSelectors, type EffectiveSelector } from '../../manifest/selectors.js';
import type { BulkItemRequest, BulkRequest } from '../../bulks/bulk.js';
import { UsageError } from '../exit-codes.js';
import { inputFromFlags, optionFlags, specFlags } from '../flags.js';
import { regionTypo } from '../region-check.js';
import { readTextFile } from '../manifest-file.js';
import type { Session } from '../session.js';
import { bulkOptionsOf, type BulkFlags } from './flags.js';

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
  const regions = flags['unlistedRegion'] === true ? [] : misspeltIn(located);
  const [items, selectors] = allOrProblems(
    [() => effectiveItems(located, operation, asked), () => effectiveSelectors(located, operation, asked)],
    regions,
  );
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

/** Makes both, or throws everything that is wrong with either. */
function allOrProblems<One, Other>(
  [makeOne, makeOther]: readonly [() => One, () => Other],
  beside: readonly ManifestProblem[],
): [One, Other] {
  const problems = [...beside];
  const made = [makeOne, makeOther].map((make) => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new ManifestError(inOrder(problems));
  return made as [One, Other];
}

/** Regions of a manifest that miss a public one by a letter or two. */
function misspeltIn({ manifest, source }: LocatedManifest): ManifestProblem[] {
  const { defaults = {}, flowLogs = [], selectors = [] } = manifest;
  const written: [PathStep[], unknown][] = [
    [['defaults', 'region'], defaults['region']],
    ...flowLogs.map((item, at): [PathStep[], unknown] => [['flowLogs', at, 'region'], item['region']]),
    ...selectors.flatMap(({ regions = [] }, at) =>
      [regions].flat().map((region, place): [PathStep[], unknown] => [['selectors', at, 'regions', place], region]),
    ),
  ];
  return written.flatMap(([path, region]) => {
    const meant = typeof region === 'string' && region !== 'all' ? regionTypo(region) : undefined;
    if (meant === undefined) return [];
    const message = `${JSON.stringify(region)}: no public region has this name; did you mean ${meant}? If it is meant, add --unlisted-region`;
    return [problemAt(source, path, message)];
  });
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
