import type { Client } from '@temporalio/client';
import { omitUndefined } from '../cloud/omit-undefined.js';
import type { InspectReport } from '../workflows/contract/operation.js';
import { bulkRows } from './bulks/bulk.js';
import type { Patience } from './reads.js';

/** An inspection that did not fit into its answer. */
interface Divided {
  readonly report: Omit<InspectReport, 'rest'>;
  readonly rest: NonNullable<InspectReport['rest']>;
  readonly patience: Patience;
}

/** Everything that an inspection found: its answer, and the rows that did not fit into it. */
export async function readOn(
  client: Client,
  address: string,
  { report, rest, patience }: Divided,
): Promise<Omit<InspectReport, 'rest'>> {
  const { flowLogs, remembered = [] } = report;
  const beyond = async <Row>(rows: string | undefined): Promise<Row[]> => {
    const read: Row[] = [];
    if (rows !== undefined) for await (const row of bulkRows(client, address, rows, patience)) read.push(row as Row);
    return read;
  };
  const all = {
    flowLogs: [...flowLogs, ...(await beyond<(typeof flowLogs)[number]>(rest.flowLogs))],
    remembered: [...remembered, ...(await beyond<(typeof remembered)[number]>(rest.remembered))],
  };
  return {
    ...report,
    flowLogs: all.flowLogs,
    ...omitUndefined({ remembered: all.remembered.length > 0 ? all.remembered : undefined }),
  };
}
