import { setTimeout as sleep } from 'node:timers/promises';
import type { Seed, Simulator } from '../../simulator/index.js';

/** Another program in the account, whose flow logs come and go while lists are read. */
export interface Neighbour {
  readonly simulator: Simulator;
  readonly region: string;
  /** Its flow log number `index`. */
  readonly flowLogOf: (index: number) => NonNullable<Seed['flowLogs']>[number];
  /** It replaces one of its flow logs, the oldest, so often, and keeps so many. */
  readonly everyMs: number;
  readonly keeps: number;
  /** It began with these already, numbered from 0. */
  readonly there?: readonly string[];
  readonly isOver: () => boolean;
}

/** Goes on until it is over. Resolves with how many flow logs it has made. */
export async function comeAndGo({ simulator, region, there = [], keeps, ...neighbour }: Neighbour): Promise<number> {
  const kept = there.map((flowLogId, index) => ({ index, flowLogId }));
  for (let index = kept.length; ; index++) {
    const isOver = neighbour.isOver();
    const leaving = kept.splice(0, isOver ? kept.length : Math.max(0, kept.length + 1 - keeps));
    const gone = leaving.map((one) => ({
      ...neighbour.flowLogOf(one.index),
      flowLogId: one.flowLogId,
      deleted: true,
    }));
    const next = isOver ? [] : [neighbour.flowLogOf(index)];
    const ids = await simulator.seed({ region, flowLogs: [...gone, ...next] });
    if (isOver) return index - there.length;
    kept.push({ index, flowLogId: ids.at(-1) ?? '' });
    await sleep(neighbour.everyMs);
  }
}
