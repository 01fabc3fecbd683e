import type { Entry } from '../entry.js';
import type { OperationRef } from '../ledger.js';

/** The first place where the record is not what it was. */
export interface Broken {
  readonly operation: OperationRef;
  /** The row in that chain, from 1; 0 where it is not one row. */
  readonly seq: number;
  /** The fault, as a sentence. */
  readonly what: string;
}

/** A row that is wrong, by the columns that name it. */
export type WrongRow = Pick<Entry, 'workflow_id' | 'run_id' | 'seq'>;

/** Names a wrong row, and says in words what is wrong with it: "row 3 of … (run …) `what`". */
export const brokenAt = (
  { workflow_id, run_id }: Pick<Entry, 'workflow_id' | 'run_id'>,
  seq: number,
  what: string,
): Broken => ({
  operation: { workflowId: workflow_id, runId: run_id },
  seq,
  what: `row ${seq} of ${workflow_id} (run ${run_id}) ${what}`,
});
