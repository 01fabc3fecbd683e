import { createHash } from 'node:crypto';
import type { Call } from './action.js';
import type { ListedFlowLog } from './listing.js';

/** Random draws for each page of a list of flow logs: its age and the order of its rows. */

/** From text to 64 hexadecimal digits that look random, and are the same for the same text. */
const drawn = (...parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join(' ')).digest('hex');

/** Age of the data on this page, in ms. */
export function lagOf({ config, seq }: Call): number {
  const { listLag, listLagMs, listSeed } = config;
  if (listLag === 'uniform') return listLagMs;
  const share = parseInt(drawn(listSeed, 'lag', seq).slice(0, 8), 16) / 0xffffffff;
  return Math.round(share * listLagMs);
}

/** Sort key of a row in the configured order; it rises from row to row. */
export function sortKey({ config: { listOrder, listSeed }, seq }: Call, { log }: ListedFlowLog): number | string {
  switch (listOrder) {
    case 'oldest-first':
      return log.ordinal;
    case 'newest-first':
      return Number.MAX_SAFE_INTEGER - log.ordinal;
    case 'by-id':
      return log.id;
    case 'random':
      return drawn(listSeed, log.id);
    case 'changing':
      return drawn(listSeed, seq, log.id);
  }
}

/** Rows, which come oldest first, in the configured order. */
export function inListOrder(call: Call, oldestFirst: readonly ListedFlowLog[]): ListedFlowLog[] {
  if (call.config.listOrder === 'oldest-first') return [...oldestFirst];
  const placed = oldestFirst.map((listed) => ({ listed, place: sortKey(call, listed) }));
  return placed.sort((one, other) => (one.place < other.place ? -1 : 1)).map(({ listed }) => listed);
}
