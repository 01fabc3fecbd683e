import type { Database } from '../database/database.js';
import { DatabaseUnavailable } from '../database/unavailable.js';

/** The end of the global chain: keep it outside, and no row up to it can be changed or removed unseen. */
export interface Anchor {
  /** Rows of the anchors' chain up to this one. */
  readonly count: number;
  /** SHA-256 (hex) of this one. */
  readonly head: string;
  /** Time of the anchor, ISO 8601 UTC, by the database's clock. */
  readonly at: string;
}

/** An anchor that was kept outside the ledger. */
export interface OutsideAnchor extends Pick<Anchor, 'count' | 'head'> {
  /** Source of the anchor, in words: a file's name, or the flag that gave it. */
  readonly from: string;
  /** Time of the anchor, where that was kept too. */
  readonly at?: string;
}

/** An anchor as one word, `<count>:<head>`: what is printed, kept outside, and given back to verification. */
export const anchorText = ({ count, head }: Pick<Anchor, 'count' | 'head'>): string => `${count}:${head}`;

/** Reads {@link anchorText}. @throws {TypeError} for any other text */
export function parseAnchor(text: string): Pick<Anchor, 'count' | 'head'> {
  const [, count, head] = /^([1-9]\d{0,8}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  if (!count || !head) throw new TypeError(`an anchor reads <count>:<64 hex digits>, not "${text}"`);
  return { count: Number(count), head };
}

/** As much of a structured logger as the ledger needs; pino's fits. */
export interface LedgerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Intervals at which a worker anchors heads, and the places where it keeps the anchors. */
export interface AnchoringOptions {
  /** Operations that this worker closes before it makes an anchor at once. Default 500. */
  readonly anchorEveryClosings?: number;
  /** The longest time that a moved chain waits for its anchor, in ms. Default 60000; 0: never by itself. */
  readonly anchorEveryMs?: number;
  /** Anchors are written here too: a log kept elsewhere is an outside witness. */
  readonly log?: LedgerLog;
  /** Takes every anchor out of the database's reach, also those that other workers made. The next round tries again after a rejection. */
  readonly keepOutside?: (anchor: Anchor) => Promise<void>;
}

/** Chains in one anchor row: keeps the row below 256 KB. */
const MAX_CHAINS_PER_ANCHOR = 500;

/**
 * Anchors every chain that has moved, in as many rows as it takes; nothing where the last anchor is younger than `minAgeMs`.
 * @returns the last anchor there is; undefined where nothing was ever recorded
 * @throws {DatabaseUnavailable}
 */
export async function anchorMoved(database: Database, minAgeMs: number, log?: LedgerLog): Promise<Anchor | undefined> {
  type Answer = Anchor & { readonly covered: number; readonly left: number };
  for (let ageMs = minAgeMs; ; ageMs = 0) {
    const answer = await database.call<Answer | null>('anchor', `${ageMs} ms`, MAX_CHAINS_PER_ANCHOR);
    if (!answer) return undefined;
    const { covered, left, ...last } = answer;
    if (covered > 0) log?.info({ anchor: last, chains: covered }, 'ledger anchored');
    if (covered < MAX_CHAINS_PER_ANCHOR || left === 0) return last;
  }
}

/** Anchoring that goes on by itself. */
export interface Anchoring {
  /** Counts an operation that was closed. */
  closed(): void;
  /** Ends it; what is under way is finished first. */
  stop(): Promise<void>;
}

/**
 * Anchors at once, and then now and then until stopped. Whether an anchor is due depends on what is new and on the age of the last anchor,
 * never on how long this process has lived: workers that restart often anchor too. Any number of workers may do it.
 */
export async function startAnchoring(database: Database, options: AnchoringOptions): Promise<Anchoring> {
  const { anchorEveryMs: everyMs = 60_000, anchorEveryClosings: everyClosings = 500, log, keepOutside } = options;
  let closings = 0;
  let keptCount = 0;
  const round = async (minAgeMs: number): Promise<void> => {
    const last = await anchorMoved(database, minAgeMs, log);
    // The last one covers all before it.
    if (!last || last.count <= keptCount || !keepOutside) return;
    await keepOutside(last);
    keptCount = last.count;
  };
  let running: Promise<unknown> = Promise.resolve();
  const run = (minAgeMs: number): void => {
    closings = 0;
    // A chain that this round did not anchor stays marked as moved, and the next round anchors it: nothing is lost but time.
    running = running
      .then(() => round(minAgeMs))
      .catch((error: unknown) => {
        const reason = error instanceof DatabaseUnavailable ? 'database not available' : 'failed';
        log?.warn({ err: error }, `ledger not anchored: ${reason}`);
      });
  };
  // Half of it: this worker's own last anchor is a moment younger than its timer.
  const minAgeMs = everyMs / 2;
  if (everyMs > 0) run(minAgeMs);
  await running;
  const timer = everyMs > 0 ? setInterval(() => run(minAgeMs), everyMs) : undefined;
  timer?.unref();
  return {
    closed() {
      closings += 1;
      if (everyMs > 0 && closings >= everyClosings) run(0);
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
