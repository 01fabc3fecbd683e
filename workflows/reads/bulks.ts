import { bulkReads } from '../activities.js';
import { admitted } from '../run/admit.js';
import { onlyArgument } from '../run/arguments.js';
import {
  type InspectBulksInput,
  type InspectBulksReport,
  type ReadRowsInput,
  type ReadRowsReport,
  type StoreManifestInput,
  manyWorkflowTypes,
} from '../contract/bulk.js';
import { parseInspectBulksInput, parseManifestPage, parseReadRowsInput } from '../contract/read-input.js';
import { typed } from './inspect.js';

/** Keeps one page of a manifest that is too long for one payload. The same page again changes nothing. */
export async function storeManifest(...args: [StoreManifestInput]): Promise<void> {
  const advice = 'Correct what is named, all of it; nothing was stored.';
  const input = admitted(parseManifestPage(onlyArgument(args)), manyWorkflowTypes.storeManifest, advice);
  await typed(bulkReads.storeManifestPage(input));
}

/** The newest bulks, or the runs of one, as the database keeps them. Changes nothing. */
export async function inspectBulks(...args: [InspectBulksInput]): Promise<InspectBulksReport> {
  const input = admitted(parseInspectBulksInput(onlyArgument(args)), manyWorkflowTypes.inspectBulks);
  return typed(bulkReads.inspectBulks(input));
}

/** A page of rows that the worker keeps: a bulk's report, or what a discovery or a plan found. Changes nothing. */
export async function readRows(...args: [ReadRowsInput]): Promise<ReadRowsReport> {
  return typed(bulkReads.readRows(admitted(parseReadRowsInput(onlyArgument(args)), manyWorkflowTypes.readRows)));
}
