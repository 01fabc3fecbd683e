import type { Client } from '@temporalio/client';
import {
  manyWorkflowTypes,
  type DiscoveredResource,
  type DiscoverInput,
  type DiscoverReport,
} from '../workflows/bulk-contract.js';
import { taskQueues } from '../workflows/contract.js';
import { parseDiscoverInput } from '../workflows/selector-schema.js';
import { readRows } from './bulk.js';
import { InvalidInputError } from './errors.js';
import { translated } from './failure.js';

/** What a discovery found: the resources, page by page as they are read, and the sum of it. */
export interface Discovered extends AsyncIterable<DiscoveredResource> {
  readonly report: DiscoverReport;
}

/** Longest discovery. Each place is bounded by itself; this is for hundreds of them. */
const TIMEOUT = '30 minutes';

/**
 * Looks by selectors. The worker does the looking and keeps the rows for a week; iterating again reads them again.
 * @param signal stops the looking
 * @throws InvalidInputError with all problems; nothing was read
 */
export async function discoverWith(
  client: Client,
  address: string,
  input: DiscoverInput,
  signal?: AbortSignal,
): Promise<Discovered> {
  const parsed = parseDiscoverInput(input);
  if ('problems' in parsed) throw new InvalidInputError(parsed.problems);
  const report = await translated({ address }, async () => {
    const handle = await client.workflow.start(manyWorkflowTypes.discover, {
      workflowId: `${manyWorkflowTypes.discover}/${crypto.randomUUID()}`,
      taskQueue: taskQueues.workflows,
      args: [parsed.input],
      workflowExecutionTimeout: TIMEOUT,
    });
    const stop = () => void handle.cancel().catch(() => undefined);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return (await handle.result()) as DiscoverReport;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  });
  const rows = () => readRows(client, address, report.rows) as AsyncGenerator<DiscoveredResource>;
  return { report, [Symbol.asyncIterator]: rows };
}
