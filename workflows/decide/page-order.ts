import type { BulkPage } from '../contract/bulk-activities.js';

/** Pages of one bulk at work at once, at most: each costs its workflow a history and the root a share of the window. */
const PAGES_AT_ONCE = 20;

/** Number of pages that run at once, and of operations that each may run. */
export interface Shares {
  readonly pages: number;
  readonly operations: number;
}

/** Divides the window among pages, so that no more than `window` operations run and none of it lies idle while there are pages. */
export function sharesOf(window: number, pages: number): Shares {
  const atOnce = Math.max(1, Math.min(PAGES_AT_ONCE, pages, window));
  return { pages: atOnce, operations: Math.max(1, Math.floor(window / atOnce)) };
}

/** Account and region of a page: its lists are slow or dead together, whatever the product. */
const neighbourhood = ({ place }: BulkPage): string => place.slice(place.indexOf('/') + 1);

/**
 * The page to start next: of the account and region with the fewest pages at work, so that a dead one holds back no other; among
 * those, the first.
 */
export function nextPage(waiting: readonly BulkPage[], running: readonly BulkPage[]): BulkPage | undefined {
  const load = new Map<string, number>();
  for (const page of running) load.set(neighbourhood(page), (load.get(neighbourhood(page)) ?? 0) + 1);
  const loadOf = (page: BulkPage) => load.get(neighbourhood(page)) ?? 0;
  return waiting.reduce<BulkPage | undefined>(
    (best, page) => (best === undefined || loadOf(page) < loadOf(best) ? page : best),
    undefined,
  );
}
