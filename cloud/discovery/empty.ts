import type { Finding } from './survey.js';

/** Number of resources that one selector found in one place. */
export interface ResourceCount {
  /** Index of the selector in the request, from 0. */
  readonly selector: number;
  /** Resources it found there, of any coverage, including those that other selectors find too. */
  readonly found: number;
  /** The place, or the places of an account, could not be read: their resources are unknown. */
  readonly unread?: true;
}

/** Selectors that match nothing, told only of those that could look everywhere they wanted to. */
export class EmptySelectors {
  private readonly cleared = new Set<number>();

  constructor(private readonly count: number) {}

  add({ seen }: Pick<Finding, 'seen'>): void {
    for (const { selector, found, unread } of seen) if (found > 0 || unread) this.cleared.add(selector);
  }

  /** By their places in the request, from 0; once everything is added. */
  get all(): readonly number[] {
    return Array.from({ length: this.count }, (_, selector) => selector).filter((one) => !this.cleared.has(one));
  }
}
