import { patched, workflowInfo } from '@temporalio/workflow';
import { listRefusal } from './activities.js';
import type { BulkInput } from './bulk-contract.js';
import { admitBulk, saidOf } from './bulk-input.js';
import { detailsOfFailure } from './failure.js';

/** The input, or its refusal: which is listed, as every bulk is, with the reason. */
export async function admittedBulk(raw: unknown): Promise<BulkInput> {
  try {
    return admitBulk(raw);
  } catch (error) {
    const { workflowId, firstExecutionRunId: run } = workflowInfo();
    const { message: why } = detailsOfFailure(error);
    // Listing it is a courtesy: where the database is away the refusal is told all the same.
    if (patched('refusals-are-listed'))
      await listRefusal({ bulk: workflowId, run, ...saidOf(raw), why }).catch(() => undefined);
    throw error;
  }
}
