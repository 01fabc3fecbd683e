import type { Client } from '@temporalio/client';
import { manyWorkflowTypes } from '../../workflows/contract/bulk.js';
import type { PlanInput, PlanReport, PlanRow } from '../../workflows/contract/plan.js';
import { type BulkRequest, bulkRows } from './bulk.js';
import { translated } from '../failure.js';
import { type Patience, readLong } from '../reads.js';

/** Request of a bulk to plan; a plan changes nothing. */
export interface PlanRequest extends Omit<BulkRequest, 'name' | 'retryOf'> {
  /** Ask the cloud itself, where it can rehearse (ecr), about what would be created; each rehearsal is on the record. Default false. */
  readonly validate?: boolean;
}

/** Result of a plan: a row for each target, page by page as they are read, and the sum of them. Iterating again reads them again. */
export interface Plan extends AsyncIterable<PlanRow> {
  readonly report: PlanReport;
}

/** Has the worker make a plan of a checked input. */
export async function planOf(client: Client, address: string, input: PlanInput, patience: Patience): Promise<Plan> {
  const report = await translated({ address }, () =>
    readLong<PlanReport>(client, manyWorkflowTypes.plan, input, patience),
  );
  const rows = () => bulkRows(client, address, report.rows, patience) as AsyncGenerator<PlanRow>;
  return { report, [Symbol.asyncIterator]: rows };
}
