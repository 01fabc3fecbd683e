import { bulkReads } from './activities.js';
import { onlyArgument } from './arguments.js';
import type {
  InspectBulksInput,
  InspectBulksReport,
  ReadRowsInput,
  ReadRowsReport,
  StoreManifestInput,
} from './bulk-contract.js';
import { itemProblems } from './bulk-input.js';
import { invalidInput, operationFailure } from './failure.js';

/** Keeps one page of a manifest that is too long for one payload. The same page again changes nothing. */
export async function storeManifest(...args: [StoreManifestInput]): Promise<void> {
  const input = onlyArgument(args);
  const problems = itemProblems(input.operation, input.items);
  if (problems.length > 0)
    throw operationFailure(invalidInput(problems, 'Correct the items named, all of them; nothing was stored.'));
  await bulkReads.storeManifestPage(input);
}

/** The newest bulks, or the runs of one, as the database keeps them. Changes nothing. */
export const inspectBulks = async (...args: [InspectBulksInput]): Promise<InspectBulksReport> =>
  bulkReads.inspectBulks(onlyArgument(args));

/** A page of rows that the worker keeps: a bulk's report, or what a discovery or a plan found. Changes nothing. */
export const readRows = async (...args: [ReadRowsInput]): Promise<ReadRowsReport> =>
  bulkReads.readRows(onlyArgument(args));
