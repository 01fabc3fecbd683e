import { inspect } from 'node:util';
import type { StartedOperation } from '../../client/index.js';
import type { Place } from './needles.js';
import type { Service } from './service.js';

/** Every text in a message of Temporal's API: field names, strings, and bytes (payloads, encoded attributes) decoded. */
function* textsOf(message: unknown): Generator<string> {
  if (typeof message === 'string') yield message;
  else if (message instanceof Uint8Array) yield Buffer.from(message).toString('utf8');
  else if (typeof message === 'object' && message !== null) {
    for (const [name, value] of Object.entries(message)) {
      yield name;
      yield* textsOf(value);
    }
  }
}

/** Encodings of all payloads in a message: what is encoded otherwise than as plain JSON would have to be decoded first. */
function* encodingsOf(message: unknown): Generator<string> {
  if (typeof message !== 'object' || message === null || message instanceof Uint8Array) return;
  const { encoding } = ('metadata' in message ? (message.metadata ?? {}) : {}) as { encoding?: Uint8Array };
  if (encoding) yield Buffer.from(encoding).toString();
  for (const value of Object.values(message)) yield* encodingsOf(value);
}

const plain: ReadonlySet<string> = new Set(['json/plain', 'binary/null']);

function placeOf(where: string, message: unknown): Place {
  for (const encoding of encodingsOf(message)) {
    if (!plain.has(encoding))
      throw new Error(`${where} holds a payload encoded as ${encoding}, which cannot be searched`);
  }
  return { where, text: [...textsOf(message)].join('\n') };
}

/** Every execution of the namespace: what a list shows of it (memo, search attributes), its description, its history. */
export async function everyHistory({ client }: Service): Promise<Place[]> {
  const places: Place[] = [];
  for await (const { workflowId, runId, raw } of client.workflow.list()) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const history = await handle.fetchHistory();
    const described = await handle.describe();
    places.push(
      placeOf('history', history),
      placeOf('memo and search attributes', raw),
      placeOf('description', described.raw),
    );
  }
  return places;
}

/** The server's data on activities under way: heartbeats, last failures. */
export async function pendingOf({ client }: Service, operation: StartedOperation): Promise<Place> {
  const { raw } = await client.workflow.getHandle(operation.workflowId, operation.runId).describe();
  return placeOf('pending activities', raw.pendingActivities ?? []);
}

/** Every row of every table of the ledger. */
export async function everyRow({ query }: Service): Promise<Place[]> {
  const tables = await query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  );
  const rows = await Promise.all(tables.map(({ name }) => query(`select * from ${name}`)));
  return rows.map((each) => placeOf('ledger', each));
}

/** An error with everything that a program could print of it: hidden fields, stack and causes too. */
export const printed = (error: unknown): Place => ({
  where: 'client',
  text: [
    inspect(error, {
      depth: Infinity,
      showHidden: true,
      maxStringLength: null,
      maxArrayLength: null,
      breakLength: 120,
    }),
    JSON.stringify(error),
    String(error),
  ].join('\n'),
});
