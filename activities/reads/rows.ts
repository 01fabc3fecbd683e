import type { ReadRowsInput, ReadRowsReport } from '../../workflows/contract/bulk.js';
import type { Dependencies } from '../dependencies.js';

/** Rows of a bulk's report are named so; all others by the run that made them. */
const BULK = 'bulk:';

/** A page of an answer too long for one payload. */
export const readRows = ({ store }: Dependencies, { rows, after }: ReadRowsInput): Promise<ReadRowsReport> =>
  rows.startsWith(BULK) ? store.bulks.readReport(rows.slice(BULK.length), after) : store.rows.read(rows, after);
