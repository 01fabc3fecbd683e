import { setTimeout as sleep } from 'node:timers/promises';
import { setDatabaseClock } from '../service/fixtures/database-clock.js';
import type { Strike } from './plan.js';
import { Missed, changes, patiently, workerOf } from './marks.js';
import type { Blow, Scene } from './strikes.js';
import { placeOfTarget } from './targets.js';

/** A commit whose answer is held is seen by others within this long, or it was refused. */
const COMMIT_MS = 1_500;

/** The statement by which an intent is committed. */
const COMMITS_INTENT = 'ledger.admit_intent';

/**
 * Stops a worker between the commit of an intent and the send: the answer to the commit is held on its way, and let go when the worker
 * stands. It goes on when the grace is over. Asleep, its monotonic clock has stood still with it.
 */
export async function suspend(scene: Scene, strike: 'suspended' | 'asleep'): Promise<Blow> {
  const { servers, simulator, fleet } = scene;
  const answer = await patiently(scene, servers.database.line.holdAnswer(COMMITS_INTENT), strike);
  try {
    const place = await placeOfIntent(scene, strike, /"intent_id": ?"([0-9a-f-]{36})"/.exec(answer.message)?.[1]);
    const pid = await workerOf(scene, place, changes);
    if (pid === undefined) throw new Missed(`${strike}: no worker is at a change of ${place}`);
    const fromMs = journalMs();
    const lastSeq = simulator.journal().at(-1)?.seq ?? 0;
    await fleet.suspend(pid, scene.graceMs + BEYOND_MS, strike === 'asleep', answer.release);
    return { strike, pid, place, stood: { fromMs, untilMs: journalMs() }, othersPending: 0, lastSeq, sinceMs: 0 };
  } finally {
    answer.release();
  }
}

/** It stands so much longer than the grace. */
const BEYOND_MS = 500;

/** On the clock of the simulator's journal. */
const journalMs = (): number => performance.timeOrigin + performance.now();

/** The place of an intent, as soon as it is committed. */
async function placeOfIntent({ servers }: Scene, strike: Strike, intentId = ''): Promise<string> {
  const sql = `select target from ledger.entries where kind = 'intent' and intent_id = $1`;
  for (const beganMs = performance.now(); performance.now() - beganMs < COMMIT_MS; await sleep(20)) {
    const [row] = await servers.query<{ target: string }>(sql, [intentId]);
    if (row) return placeOfTarget(row.target);
  }
  throw new Missed(`${strike}: the intent ${intentId} was refused`);
}

/** The database's clock jumps by so much from where it is. */
export const jumpOfClock = ({ servers }: Pick<Scene, 'servers'>, ms: number): Promise<number> =>
  servers.owner((owner) => setDatabaseClock(owner, ms, { more: true }));
