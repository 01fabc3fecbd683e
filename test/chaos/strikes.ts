import type { Client } from '@temporalio/client';
import type { FaultRuleInput, JournalEntry, Simulator } from '../../simulator/index.js';
import type { Fleet } from './fleet.js';
import type { Strike } from './plan.js';
import { type Mortal, type Servers, outage } from './servers.js';
import { RETRY_AFTER_MS, type Storm, changing, stormRules } from './storm.js';
import { Missed, changes, patiently, workerOf } from './marks.js';
import { jumpOfClock, suspend } from './suspensions.js';
import { leafOf, placesOf } from './targets.js';

/** The campaign that strikes fall upon. */
export interface Scene {
  readonly simulator: Simulator;
  readonly fleet: Fleet;
  readonly servers: Servers;
  readonly client: Client;
  /** Workflow id of the operations on a place. */
  workflowIdOf(place: string): string;
  /** Lets more operations start; false when all have. */
  letIn(): boolean;
  /** Faults that calls meet between strikes. */
  readonly storm: Storm;
  /** Longer than a change can be in doubt, in ms. */
  readonly graceMs: number;
  /** Seed of the faults' chances until the next strike. */
  nextSeed(): number;
  /** Time at which each held call was let go, by request id, on the journal's monotonic clock. */
  readonly releasedMs: Map<string, number>;
}

/** Observations made when a process was gone: enough to tell, with the whole journal, that the strike fell where it should. */
export interface Blow {
  readonly strike: Strike;
  /** The process that was ended. */
  readonly pid: number;
  /** Place that the marked call was about. */
  readonly place: string;
  /** The marked call as the journal had it when the process was gone; a worker that is suspended had not made it. */
  readonly call?: JournalEntry;
  /** Times at which a suspended worker was stopped and went on, on the journal's monotonic clock. */
  readonly stood?: { readonly fromMs: number; readonly untilMs: number };
  /** Other calls about the place that were under way then. */
  readonly othersPending: number;
  /** Last entry of the journal then. */
  readonly lastSeq: number;
  /** Time for which the call had been held, or since the change was accepted, in ms. */
  readonly sinceMs: number;
}

/** Durations of moments, in ms: the workers' read timeout for a held call, the cloud's list lag for a wait. */
export interface Moments {
  readonly heldMs: number;
  readonly waitingMs: number;
}

/** Strikes the workers, or what they stand on, and tells what was seen. */
export async function fall(strike: Strike, scene: Scene, moments: Moments): Promise<Blow> {
  await scene.fleet.ready();
  try {
    return await blows[strike](scene, moments);
  } finally {
    arm(scene);
  }
}

/** Size of the jump of the database's clock, in ms. */
const JUMP_MS = 600_000;

const blows: Record<Strike, (scene: Scene, moments: Moments) => Promise<Blow>> = {
  async 'before-send'(scene, moments) {
    const refused = await hold(scene, { ...refusal, action: changing, barrier: 'refused' });
    const look = arm(scene, { action: '^Describe', resource: leafOf(refused.place), barrier: 'look' });
    refused.release();
    return killAt(scene, 'before-send', await look, moments.heldMs);
  },
  async 'in-flight'(scene, moments) {
    const held = await hold(scene, { action: changing, when: 'before', barrier: 'in-flight' });
    return killAt(scene, 'in-flight', held, moments.heldMs);
  },
  async 'after-commit'(scene, moments) {
    const held = await hold(scene, { action: changing, when: 'after', barrier: 'after-commit' });
    return killAt(scene, 'after-commit', held, moments.heldMs);
  },
  async waiting(scene, moments) {
    const accepted = await hold(scene, { action: changing, when: 'after', barrier: 'accepted' });
    accepted.release();
    return killWaiting(scene, accepted, moments.waitingMs);
  },
  temporal: (scene) => unanswered(scene, 'temporal', scene.servers.temporal),
  database: (scene) => unanswered(scene, 'database', scene.servers.database),
  suspended: (scene) => suspend(scene, 'suspended'),
  asleep: (scene) => suspend(scene, 'asleep'),
  'clock-ahead': (scene) => jumped(scene, 'clock-ahead', JUMP_MS),
  'clock-back': (scene) => jumped(scene, 'clock-back', -JUMP_MS),
};

/** Refused, not done, and tried again soon: every attempt after the first looks before it sends. */
const refusal = {
  when: 'before',
  effect: 'code',
  code: 'Throttling.User',
  status: 400,
  retryAfterMs: RETRY_AFTER_MS,
} as const;

/** A call at a barrier. */
interface Held {
  readonly call: JournalEntry;
  readonly place: string;
  readonly atMs: number;
  release(): void;
}

type Mark = FaultRuleInput & { readonly barrier: string };

/** Puts the storm in force, and before it a barrier that holds one call, where one is given. Resolves when a call is held. */
function arm(scene: Scene, mark: Mark): Promise<Held>;
function arm(scene: Scene): undefined;
function arm(scene: Scene, mark?: Mark): Promise<Held> | undefined {
  const { simulator, nextSeed, storm } = scene;
  const marks = mark ? [{ ...mark, count: 1 }] : [];
  simulator.faults([...marks, ...stormRules(simulator.journal(), storm)], nextSeed());
  return mark && arrival(scene, mark.barrier);
}

async function arrival({ simulator, releasedMs }: Scene, barrier: string): Promise<Held> {
  await simulator.barriers.waiting(barrier);
  const atMs = performance.now();
  const [call] = simulator.barriers.list().find(({ name }) => name === barrier)?.waiting ?? [];
  if (!call) throw new Error(`nobody waits at ${barrier}`);
  const place = placesOf(simulator.flowLogs({ gone: true }))(call);
  return {
    call,
    place,
    atMs,
    release() {
      if (simulator.barriers.release(barrier) === 0) return;
      releasedMs.set(call.requestId, performance.timeOrigin + performance.now());
    },
  };
}

/** Arms a barrier and lets operations in until a call stands at it. */
const hold = (scene: Scene, mark: Mark): Promise<Held> => patiently(scene, arm(scene, mark), mark.barrier);

/** Kills the worker whose attempt made the held call. The call itself goes on afterwards: it has reached the cloud. */
async function killAt(scene: Scene, strike: Strike, held: Held, momentMs: number): Promise<Blow> {
  try {
    const pid = await workerOf(scene, held.place, changes);
    if (pid === undefined) throw new Missed(`${strike}: no worker is at a change of ${held.place}`);
    await scene.fleet.kill(pid);
    return timely(blowOf(scene, strike, held, pid), momentMs);
  } finally {
    held.release();
  }
}

/** Kills the worker that waits for an accepted change, long before the cloud can show it. */
async function killWaiting(scene: Scene, accepted: Held, momentMs: number): Promise<Blow> {
  for (;;) {
    const pid = await workerOf(scene, accepted.place, ['waitUntilSettled']);
    if (pid !== undefined) {
      await scene.fleet.kill(pid);
      return timely(blowOf(scene, 'waiting', accepted, pid), momentMs);
    }
    if (performance.now() - accepted.atMs > momentMs) throw new Missed(`nobody waits for ${accepted.place}`);
  }
}

/** Takes a server away while the answer to a change is on its way, so that nothing can be said of it for a while. */
async function unanswered(scene: Scene, strike: Strike, server: Mortal): Promise<Blow> {
  const held = await hold(scene, { action: changing, when: 'after', barrier: strike });
  const pid = server.pid();
  try {
    return await outage(server, () => {
      const blow = blowOf(scene, strike, held, pid);
      held.release();
      return blow;
    });
  } finally {
    held.release();
  }
}

/** Moves the database's clock while it is not known whether a change was done. */
async function jumped(scene: Scene, strike: Strike, ms: number): Promise<Blow> {
  const held = await hold(scene, { action: changing, when: 'after', effect: 'reset', barrier: strike });
  try {
    await jumpOfClock(scene, ms);
    return blowOf(scene, strike, held, scene.servers.database.pid());
  } finally {
    held.release();
  }
}

function blowOf({ simulator }: Scene, strike: Strike, { call, place, atMs }: Held, pid: number): Blow {
  const journal = simulator.journal();
  const placeOf = placesOf(simulator.flowLogs({ gone: true }));
  const others = journal.filter((each) => each !== call && each.outcome === 'pending' && placeOf(each) === place);
  return {
    strike,
    pid,
    place,
    call: { ...call },
    othersPending: others.length,
    lastSeq: journal.at(-1)?.seq ?? 0,
    sinceMs: Math.round(performance.now() - atMs),
  };
}

function timely(blow: Blow, momentMs: number): Blow {
  if (blow.sinceMs <= momentMs) return blow;
  throw new Missed(`${blow.strike}: the process was gone ${blow.sinceMs} ms after the moment began, too late`);
}
