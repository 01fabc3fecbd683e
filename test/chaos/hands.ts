import { setTimeout as sleep } from 'node:timers/promises';
import type { DoubtRow, SettledDoubt, Verdict } from '../../workflows/contract/doubts.js';
import type { FlowLogs } from '../../client/index.js';
import { randomStream } from '../../simulator/control/random.js';

/** Results of a person's hasty requests to settle changes. */
export interface Said {
  settled: number;
  refused: number;
  /** Asked while Temporal or the database was away. */
  unanswered: number;
}

/** Longest pause between two looks at what is in doubt, in ms. */
const PAUSE_MS = 1_500;

/** Changes in doubt that are spoken of at once. */
const AT_ONCE = 4;

/**
 * A person who settles changes in doubt by hand while everything happens, at random moments, and says whatever comes to mind: as often
 * wrong as right, the same of one change twice at once, and now and then of all changes of a product. Nothing may be doubled by it.
 */
export async function hastyHands(
  { flowLogs, seed, limit }: { readonly flowLogs: FlowLogs; readonly seed: number; readonly limit: AbortSignal },
  isOver: () => boolean,
): Promise<Said> {
  const random = randomStream(seed);
  const said: Said = { settled: 0, refused: 0, unanswered: 0 };
  const verdict = (): Verdict => (random() < 0.6 ? 'not-done' : 'done');
  const resolve = async (what: Pick<DoubtRow, 'intentId'> | Pick<DoubtRow, 'product'>, as: Verdict): Promise<void> => {
    const words = { ...what, as, requestedBy: 'a hasty person', reason: 'it has taken long enough' };
    const rows: SettledDoubt[] = [];
    for await (const page of flowLogs.doubts.resolve(words, limit)) rows.push(...page.rows);
    for (const row of rows) said[row.settled ? 'settled' : 'refused'] += 1;
  };
  while (!isOver() && !limit.aborted) {
    try {
      const doubts = await flowLogs.doubts.list();
      const chosen = doubts.filter(() => random() < 0.5).slice(0, AT_ONCE);
      const [another] = doubts;
      const calls = chosen.flatMap(({ intentId }) => [
        resolve({ intentId }, verdict()),
        resolve({ intentId }, verdict()),
      ]);
      // Once in a while all at once, while others speak of one of them.
      if (another && random() < 0.2) calls.push(resolve({ product: another.product }, verdict()));
      const ends = await Promise.allSettled(calls);
      said.unanswered += ends.filter(({ status }) => status === 'rejected').length;
    } catch {
      said.unanswered += 1;
    }
    await sleep(random() * PAUSE_MS, undefined, { signal: limit }).catch(() => undefined);
  }
  return said;
}

/** In words, for the findings. */
export const handsText = ({ settled, refused, unanswered }: Said): string =>
  `${settled} settled, ${refused} refused, ${unanswered} asked in vain`;
