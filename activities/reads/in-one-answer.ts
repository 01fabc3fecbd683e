import { omitUndefined } from '../../cloud/omit-undefined.js';
import { fitting } from '../../cloud/json-size.js';
import type { InspectReport } from '../../workflows/contract/operation.js';
import { rowsOfAttempt } from '../operation/attempt.js';
import type { Dependencies } from '../dependencies.js';

/** Bytes of JSON that each list of an inspection may have in its answer. */
const HERE = { flowLogs: 40_000, remembered: 12_000 } as const;

/** Rows handed to the database at a time. */
export const ROWS_AT_ONCE = 500;

/** An inspection as long as an answer may be: flow logs that do not fit are kept as rows, and the answer says under which name. */
export async function inOneAnswer(
  { store }: Pick<Dependencies, 'store'>,
  report: InspectReport,
): Promise<InspectReport> {
  const { flowLogs, remembered } = report;
  const rest: { -readonly [Name in keyof typeof HERE]?: string } = {};
  const shortened = async <Entry>(name: keyof typeof HERE, entries: readonly Entry[]): Promise<readonly Entry[]> => {
    const here = fitting(entries, HERE[name]);
    if (here.length === entries.length) return entries;
    const rows = `${rowsOfAttempt()}/${name}`;
    for (let first = here.length; first < entries.length; first += ROWS_AT_ONCE)
      await store.rows.append(rows, first - here.length, entries.slice(first, first + ROWS_AT_ONCE));
    rest[name] = rows;
    return here;
  };
  const short = {
    ...report,
    flowLogs: await shortened('flowLogs', flowLogs),
    ...omitUndefined({ remembered: remembered ? await shortened('remembered', remembered) : undefined }),
  };
  return Object.keys(rest).length > 0 ? { ...short, rest } : report;
}
