import type { Client } from '@temporalio/client';
import {
  manyWorkflowTypes,
  type DiscoveredResource,
  type DiscoverInput,
  type DiscoverReport,
} from '../../workflows/contract/bulk.js';
import { parseDiscoverInput } from '../../workflows/contract/selector-schema.js';
import { bulkRows } from './bulk.js';
import { InvalidInputError } from '../errors.js';
import { translated } from '../failure.js';
import { type Patience, readLong } from '../reads.js';

/** Result of a discovery: the resources, page by page as they are read, and their sums. */
export interface Discovered extends AsyncIterable<DiscoveredResource> {
  readonly report: DiscoverReport;
}

/**
 * Looks by selectors. The worker does the looking and keeps the rows for a week; iterating again reads them again.
 * @throws InvalidInputError with all problems; nothing was read
 */
export async function discoverWith(
  client: Client,
  address: string,
  input: DiscoverInput,
  patience: Patience = {},
): Promise<Discovered> {
  const parsed = parseDiscoverInput(input);
  if ('problems' in parsed) throw new InvalidInputError(parsed.problems);
  const report = await translated({ address }, () =>
    readLong<DiscoverReport>(client, manyWorkflowTypes.discover, parsed.input, patience),
  );
  const rows = () => bulkRows(client, address, report.rows, patience) as AsyncGenerator<DiscoveredResource>;
  return { report, [Symbol.asyncIterator]: rows };
}
