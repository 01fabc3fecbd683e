import { bulkReads } from '../activities.js';
import { admitted } from '../run/admit.js';
import { onlyArgument } from '../run/arguments.js';
import { type DiscoverInput, type DiscoverReport, manyWorkflowTypes } from '../contract/bulk.js';
import { typed } from './inspect.js';
import { parseDiscoverInput } from '../contract/selector-schema.js';

/**
 * Finds resources in the cloud and their coverage, by selectors. The resources are read with `readRows` under the `rows` of the report.
 * Changes nothing.
 */
export async function discoverFlowLogs(...args: [DiscoverInput]): Promise<DiscoverReport> {
  return typed(bulkReads.discover(admitted(parseDiscoverInput(onlyArgument(args)), manyWorkflowTypes.discover)));
}
