import { bulkReads } from './activities.js';
import { onlyArgument } from './arguments.js';
import type { DiscoverInput, DiscoverReport } from './bulk-contract.js';
import { invalidInput, operationFailure } from './failure.js';
import { typed } from './reads.js';
import { parseDiscoverInput } from './selector-schema.js';

/**
 * What there is in the cloud and how it stands, by selectors. The resources are read with `readRows` under the `rows` of the report.
 * Changes nothing.
 */
export async function discoverFlowLogs(...args: [DiscoverInput]): Promise<DiscoverReport> {
  const parsed = parseDiscoverInput(onlyArgument(args));
  if ('input' in parsed) return typed(bulkReads.discover(parsed.input));
  const advice = 'Correct what is named, all of it; nothing was read.';
  throw operationFailure(invalidInput(parsed.problems, advice, 'discoverFlowLogs'));
}
