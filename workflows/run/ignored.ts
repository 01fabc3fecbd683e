import { oneLine } from '../../cloud/text.js';
import type { Ignored } from '../contract/operation.js';

/** Signal names told apart in one run; the rest counts as one. Any client may send any name. */
const MOST_NAMES = 20;
const REST = '(others)';
const SHOWN_NAME = 100;

/** Counts signals that were no signal of ours, or whose argument was wrong: the run goes on as if they had not come. */
export class IgnoredSignals {
  private readonly byName = new Map<string, Ignored>();

  add(signal: string, problem: string, count = 1): void {
    const known = this.byName.has(signal) || this.byName.size < MOST_NAMES;
    const name = known ? oneLine(signal.slice(0, SHOWN_NAME)) : REST;
    const before = this.byName.get(name);
    this.byName.set(name, { signal: name, count: (before?.count ?? 0) + count, problem: before?.problem ?? problem });
  }

  /** Counts again what an earlier run of the chain, or a part of this one, has counted. */
  addAll(ignored: readonly Ignored[] = []): void {
    for (const { signal, count, problem } of ignored) this.add(signal, problem, count);
  }

  get all(): readonly Ignored[] {
    return [...this.byName.values()];
  }

  /** Names of which more signals have come since `told` was all there was, with their counts in all. */
  since(told: readonly Ignored[]): readonly Ignored[] {
    const before = new Map(told.map(({ signal, count }) => [signal, count]));
    return this.all.filter(({ signal, count }) => count > (before.get(signal) ?? 0));
  }
}

/** Of this run: each workflow has its own copy of this module's state. A function, because Temporal freezes what shared modules export. */
const ignoredOfThisRun = new IgnoredSignals();
export const ignoredSignals = (): IgnoredSignals => ignoredOfThisRun;
