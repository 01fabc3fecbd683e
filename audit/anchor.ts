import type { Database } from './database.js';
import { LedgerUnavailable } from './ledger.js';

/** The end of the global chain: keep it outside, and no row up to it can be changed or removed unseen. */
export interface Anchor {
  /** Rows of the anchors' chain up to this one. */
  readonly count: number;
  /** SHA-256 (hex) of this one. */
  readonly head: string;
  /** When it was made, ISO 8601 UTC, by the database's clock. */
  readonly at: string;
}

/** As much of a structured logger as the ledger needs; pino's fits. */
export interface LedgerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** How often heads are anchored. */
export interface AnchoringOptions {
  /** Chains that have moved before an anchor is made at once. Default 500. */
  readonly anchorEveryChains?: number;
  /** The longest time that a moved chain waits for its anchor, in ms. Default 60000; 0: never by itself. */
  readonly anchorEveryMs?: number;
  /** Anchors are written here too: a log kept elsewhere is an outside witness. */
  readonly log?: LedgerLog;
}

/** Chains in one anchor row: keeps the row below 256 KB. */
const MAX_CHAINS_PER_ANCHOR = 500;

type AnchorAnswer = Anchor & { readonly covered: number; readonly left: number };

/**
 * Anchors every chain that has moved, in as many rows as it takes.
 * @returns the last anchor there is; undefined where nothing was ever recorded
 * @throws {LedgerUnavailable}
 */
export async function anchorNow(database: Database, log?: LedgerLog): Promise<Anchor | undefined> {
  return anchor(database, 0, 0, true, log);
}

async function anchor(
  database: Database,
  minChains: number,
  maxAgeMs: number,
  forced: boolean,
  log?: LedgerLog,
): Promise<Anchor | undefined> {
  for (;;) {
    const values = [minChains, `${maxAgeMs} ms`, MAX_CHAINS_PER_ANCHOR, forced];
    const answer = await database.call<AnchorAnswer | null>('anchor', ...values);
    if (!answer) return undefined;
    const { covered, left, ...last } = answer;
    if (covered > 0) log?.info({ anchor: last, chains: covered }, 'ledger anchored');
    if (covered < MAX_CHAINS_PER_ANCHOR || left === 0) return last;
  }
}

/** Anchors now and then, until stopped. Any number of workers may do it: whoever comes second finds nothing to do. */
export function startAnchoring(
  database: Database,
  options: AnchoringOptions,
): { closed(): void; stop(): Promise<void> } {
  const everyMs = options.anchorEveryMs ?? 60_000;
  const everyChains = options.anchorEveryChains ?? 500;
  let closings = 0;
  let running: Promise<void> = Promise.resolve();
  const run = (): void => {
    closings = 0;
    running = running
      .then(async () => {
        await anchor(database, everyChains, everyMs, false, options.log);
      })
      .catch((error: unknown) => {
        // The heads stay marked as moved and the next round takes them: nothing is lost but time.
        const reason = error instanceof LedgerUnavailable ? 'database not available' : 'failed';
        options.log?.warn({ err: error }, `ledger not anchored: ${reason}`);
      });
  };
  const timer = everyMs > 0 ? setInterval(run, everyMs) : undefined;
  timer?.unref();
  return {
    closed() {
      if (everyMs > 0 && ++closings >= everyChains) run();
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
