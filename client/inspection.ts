import type { Client } from '@temporalio/client';
import type { InspectReport } from '../workflows/contract.js';
import { readRows } from './bulk.js';

/** Everything that an inspection found: its answer, and the rows that did not fit into it. */
export async function readOn(
  client: Client,
  address: string,
  { flowLogs, remembered, ...report }: InspectReport,
  rest: NonNullable<InspectReport['rest']>,
): Promise<InspectReport> {
  const beyond = async <Row>(rows: string | undefined): Promise<Row[]> => {
    const read: Row[] = [];
    if (rows !== undefined) for await (const row of readRows(client, address, rows)) read.push(row as Row);
    return read;
  };
  return {
    ...report,
    flowLogs: [...flowLogs, ...(await beyond<(typeof flowLogs)[number]>(rest.flowLogs))],
    ...(remembered
      ? { remembered: [...remembered, ...(await beyond<(typeof remembered)[number]>(rest.remembered))] }
      : {}),
  };
}
