import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Operation, OperationRequest } from '../../client/index.js';
import type { Seed } from '../../simulator/index.js';
import { randomStream } from '../../simulator/control/random.js';
import { type ChaosTarget, region, targetNumber } from './targets.js';

/** Size of a campaign, and the seed that repeats it. */
export interface Size {
  readonly targets: number;
  /** Workers to be killed, each in a place of its own (see `strikes.ts`). At least four. */
  readonly kills: number;
  /** Decides targets, programs, order of strikes and faults. The machine's own timing it cannot decide. */
  readonly seed: number;
}

/** One operation of a target's program, and how it must end whatever happens on the way. */
export interface PlannedOperation {
  readonly operation: Operation;
  readonly request: OperationRequest;
  readonly outcome: string;
}

/** State that a target must have in the end. */
export interface Wanted {
  /** Status of our own flow log; absent: there is none. */
  readonly status?: 'Active' | 'Inactive';
  /** Its description, where it was modified. */
  readonly description?: string;
  /** Creates that the program needs: not one more may have happened. */
  readonly creates: number;
}

/** One target and what is asked of it, one operation after the other. */
export interface Program extends ChaosTarget {
  readonly operations: readonly PlannedOperation[];
  readonly wanted: Wanted;
}

/** Blows from outside, in the order in which they fall. */
export type Strike =
  | 'before-send'
  | 'in-flight'
  | 'after-commit'
  | 'waiting'
  | 'temporal'
  | 'database'
  | 'suspended'
  | 'asleep'
  | 'clock-ahead'
  | 'clock-back';

/** Moments in the life of a change at which a worker is killed. */
export const killPlaces = ['before-send', 'in-flight', 'after-commit', 'waiting'] as const satisfies readonly Strike[];

/**
 * A worker is stopped between intent and send, for longer than the grace; or its machine sleeps so long, and its monotonic clock with it. The
 * database's clock jumps.
 */
export const clockStrikes = ['suspended', 'asleep', 'clock-ahead', 'clock-back'] as const satisfies readonly Strike[];

export interface Plan {
  readonly programs: readonly Program[];
  /** Flow logs of others, some of them on our targets. */
  readonly foreign: Seed;
  readonly strikes: readonly Strike[];
}

const destination = { project: 'netlogs', logStore: 'flow' };
const requestedBy = 'chaos';
/** Longer than any campaign: what is still at work at the end is counted as lost, not as failed. */
const deadlineMs = 1_800_000;

/** Operations after the first enable. */
const shapes: readonly (readonly Operation[])[] = [
  [],
  ['enable'],
  ['disable'],
  ['modify'],
  ['delete'],
  ['disable', 'enable'],
  ['modify', 'disable'],
  ['delete', 'enable'],
  ['modify', 'delete', 'enable'],
];

/** A flow log of another owner on a target of ours. */
type Neighbour = 'none' | 'unlike' | 'of-another-deployment' | 'alike';

/** Every tenth target has each of them; `alike` is adopted, beside the other two we make our own. */
const neighbours: readonly Neighbour[] = ['unlike', 'of-another-deployment', 'alike'];

/** Everything that is decided before the first call. @param more strikes beside the kills and the outages */
export function makePlan({ targets, kills, seed }: Size, more: readonly Strike[] = []): Plan {
  const random = randomStream(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const numbers = Array.from({ length: targets }, (_, index) => index);
  const all = numbers.map((index) => {
    const neighbour = neighbours[index % 10] ?? 'none';
    const program = programOf(targetNumber(index), neighbour, pick(shapes), `chaos ${seed}`);
    return { program, flowLogs: foreignOn(program, neighbour) };
  });
  const elsewhere = numbers.slice(0, 12).map((index) => foreignFlowLog(targetNumber(targets + index), 'elsewhere'));
  const places = Array.from({ length: kills }, (_, index) => killPlaces[index % killPlaces.length] as Strike);
  return {
    programs: shuffled(all, random).map(({ program }) => program),
    foreign: { region, flowLogs: [...all.flatMap(({ flowLogs }) => flowLogs), ...elsewhere] },
    strikes: shuffled([...places, 'temporal', 'database', ...more], random),
  };
}

function programOf(
  place: ChaosTarget,
  neighbour: Neighbour,
  shape: readonly Operation[],
  description: string,
): Program {
  // Beside a flow log that is adopted there is nothing of ours to disable, modify or delete.
  const names: readonly Operation[] = neighbour === 'alike' ? ['enable', 'enable'] : ['enable', ...shape];
  const operations: PlannedOperation[] = [];
  let wanted: Wanted = { creates: 0 };
  for (const operation of names) {
    const next = neighbour === 'alike' ? { wanted, outcome: 'adopted' } : expected[operation](wanted, description);
    operations.push({ operation, request: requestOf(operation, place, description), outcome: next.outcome });
    wanted = next.wanted;
  }
  return { ...place, operations, wanted };
}

/** State of a target after an operation, and the outcome that the operation reports. */
const expected: Record<Operation, (before: Wanted, description: string) => { wanted: Wanted; outcome: string }> = {
  enable({ status, creates, ...kept }) {
    if (status === undefined) return { wanted: { status: 'Active', creates: creates + 1 }, outcome: 'created' };
    const outcome = status === 'Active' ? 'unchanged' : 'activated';
    return { wanted: { ...kept, status: 'Active', creates }, outcome };
  },
  disable: (before) => ({ wanted: { ...before, status: 'Inactive' }, outcome: 'deactivated' }),
  modify: (before, description) => ({ wanted: { ...before, description }, outcome: 'modified' }),
  delete: ({ creates }) => ({ wanted: { creates }, outcome: 'deleted' }),
};

function requestOf(operation: Operation, { target }: ChaosTarget, description: string): OperationRequest {
  const spec = { enable: { destination }, modify: { description, aggregationIntervalSeconds: 60 } }[
    operation as string
  ];
  const options = {
    deadlineMs,
    ...omitUndefined({ onExisting: operation === 'enable' ? ('alongside' as const) : undefined }),
  };
  return { target, requestedBy, options, ...omitUndefined({ spec }) };
}

type SeededFlowLog = NonNullable<Seed['flowLogs']>[number];

function foreignFlowLog({ target: { product, resource } }: ChaosTarget, logStore: string, tags = {}): SeededFlowLog {
  return { product, resource: { ...resource }, destination: { project: destination.project, logStore }, tags };
}

function foreignOn(place: ChaosTarget, neighbour: Neighbour): readonly SeededFlowLog[] {
  const made: Record<Neighbour, readonly SeededFlowLog[]> = {
    none: [],
    unlike: [foreignFlowLog(place, 'by-hand')],
    // The tags of ours, with another owner's name in them.
    'of-another-deployment': [
      foreignFlowLog(place, 'theirs', { 'flowlog:owner': 'other', 'flowlog:key': 'other:0123456789abcdef' }),
    ],
    alike: [foreignFlowLog(place, destination.logStore)],
  };
  return made[neighbour];
}

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] as Item, result[last] as Item];
  }
  return result;
}
