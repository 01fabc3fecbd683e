import { patched, workflowInfo } from '@temporalio/workflow';
import { listRefusal } from '../activities.js';
import { saidOf } from './input.js';
import { detailsOfFailure } from '../operation/failure.js';

/** Lists a bulk that was refused, as every bulk is, with the reason. */
export async function listRefused(raw: unknown, error: unknown): Promise<void> {
  const { workflowId, firstExecutionRunId: run } = workflowInfo();
  const { message: why } = detailsOfFailure(error);
  // Listing it is a courtesy: if the database is away, the refusal is told without it.
  if (patched('refusals-are-listed'))
    await listRefusal({ bulk: workflowId, run, ...saidOf(raw), why }).catch(() => undefined);
}
