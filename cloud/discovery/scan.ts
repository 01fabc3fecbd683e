import type { Cursor } from '../lists/wire.js';
import { MAX_PAGES } from '../lists/read-list.js';
import { CloudError } from '../errors/cloud-error.js';
import type { Service } from '../call/port.js';

/** One page of a list. */
export interface ScannedPage<Row> {
  readonly rows: readonly Row[];
  /** Number of rows on all pages, where the cloud tells. */
  readonly total?: number;
  /** Names the next page; absent on the last one. */
  readonly next?: Cursor;
}

/** A list that can be read page by page. */
export interface Scannable<Row> {
  readonly page: (cursor: Cursor | undefined) => Promise<ScannedPage<Row>>;
  readonly idOf: (row: Row) => string;
  /** Asks for the number of all rows, for a list whose pages do not tell it. Called after a pass. */
  readonly count?: () => Promise<number | undefined>;
  /** Pages are cut by number: a row that goes makes those behind it move up, over the border of a page. */
  readonly shifts: boolean;
  /** Service and action of the list, for the error. */
  readonly service: Service;
  readonly action: string;
}

/** A list that changes under the reader is read again this often before it is judged by all passes together. */
const PASSES = 4;

interface ScanPass<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  readonly pages: number;
  /** The greatest number of rows that the cloud spoke of; infinite for a pass that came to no end. */
  readonly told: number;
  /** As many distinct rows as the cloud spoke of, the same number on every page. */
  readonly addsUp: boolean;
}

/**
 * Reads every row of a list that others may change meanwhile. A pass over its pages is believed when it shows as many distinct rows as the
 * cloud says there are, the same on every page.
 *
 * Pages by number need more: a row that goes pulls another over the border of a page that was read, and one that comes makes the number
 * right again. Such a pass has shown the row that went. So it is believed only when the next one shows exactly the same: then none that
 * had been shown went, and none was pulled past us.
 *
 * If no pass is believed, all of them together are, if they show at least as many rows as the cloud counted in the last: a row that is there
 * all the time is missed by every pass only by the rarest chance. Otherwise it is an error, never a shorter list.
 * @throws CloudError `unavailable`, code `ListChangedWhileReading`
 */
export async function scan<Row>(list: Scannable<Row>): Promise<readonly Row[]> {
  const together = new Map<string, Row>();
  let last: ScanPass<Row> | undefined;
  for (let count = 0; count < PASSES; count++) {
    const before = last;
    last = await passOver(list);
    const isSafe = !list.shifts || last.pages === 1 || (before !== undefined && showTheSame(before, last));
    if (last.addsUp && isSafe) return [...last.rows.values()];
    for (const [id, row] of last.rows) together.set(id, row);
  }
  if (last && together.size >= last.told) return [...together.values()];
  const { service, action } = list;
  throw new CloudError({
    kind: 'unavailable',
    scope: 'target',
    code: 'ListChangedWhileReading',
    message: `the list changed under each of ${PASSES} reads of all its pages, or its pages do not add up`,
    service,
    action,
    advice: 'Ask again: what is there cannot be told from these pages.',
  });
}

const showTheSame = <Row>(one: ScanPass<Row>, other: ScanPass<Row>): boolean =>
  one.rows.size === other.rows.size && [...one.rows.keys()].every((id) => other.rows.has(id));

/** One pass over all pages. */
async function passOver<Row>({ page, idOf, count }: Scannable<Row>): Promise<ScanPass<Row>> {
  const rows = new Map<string, Row>();
  const named = new Set<string>();
  const totals = new Set<number | undefined>();
  let cursor: Cursor | undefined;
  for (let pages = 1; pages <= MAX_PAGES; pages++) {
    const part = await page(cursor);
    const before = rows.size;
    totals.add(part.total);
    for (const row of part.rows) rows.set(idOf(row), row);
    cursor = part.next;
    if (!cursor) return { rows, pages, ...judgedPass(rows, count ? new Set([await count()]) : totals) };
    // A list that names a page again, or shows the same one under every name, would be read round and round.
    const name = JSON.stringify(cursor);
    if (named.has(name) || (part.rows.length > 0 && rows.size === before)) break;
    named.add(name);
  }
  return { rows, pages: MAX_PAGES, told: Infinity, addsUp: false };
}

function judgedPass(rows: ReadonlyMap<string, unknown>, totals: ReadonlySet<number | undefined>) {
  const told = [...totals].filter((total) => total !== undefined);
  const isSteady = totals.size <= 1 && told.every((total) => total === rows.size);
  return { told: Math.max(0, ...told), addsUp: isSteady };
}
