import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { specFor } from '../../../cloud/discovery/selector.js';
import type { DiscoveredResource } from '../../../workflows/contract/bulk.js';
import { UsageError } from '../exit-codes.js';
import type { Coverages } from './coverage.js';

/**
 * Writes the uncovered resources as a manifest for `enable -f`. Every item holds all of its spec, so that no default of a reader changes it.
 * @throws UsageError where no destination of the records is given
 */
export async function* manifestOf({ uncovered, selectors, report }: Coverages): AsyncGenerator<string> {
  const items = uncovered.map((resource) => discoveredItem(resource, selectors));
  yield `# What was not covered at ${report.readAt}. Look through it, then: npx flowlog enable -f FILE --wait\n`;
  yield `version: 1\nflowLogs:${items.length === 0 ? ' []' : ''}\n`;
  for (const [index, item] of items.entries()) yield `  - ${JSON.stringify(item)} # ${uncovered[index]?.coverage}\n`;
}

function discoveredItem({ target, selector }: DiscoveredResource, selectors: Coverages['selectors']): object {
  const by = selectors[selector];
  const spec = by && specFor(by, target.accountId);
  if (!spec?.destination)
    throw new UsageError('a manifest must say where records go: give --project and --log-store, or selectors by -f');
  const { product, accountId, region, resource } = target;
  return { product, accountId, ...omitUndefined({ region }), resource, ...spec };
}
