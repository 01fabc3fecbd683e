import { randomStream } from '../../../simulator/control/random.js';
import {
  bulkProgressQuery,
  bulkSignals,
  failuresSignalName,
  pageControlSignalName,
} from '../../../workflows/contract/bulk.js';
import { joinSignalName, progressQueryName } from '../../../workflows/contract/operation.js';
import { DEADLINE, MOST_TARGETS, idFor, innerTypes, registeredTypes, rightInputs } from './right.js';
import { type Random, type RawPayload, altered, below, largestPayload, pick, treeOf, wrongPayload } from './values.js';

/** Something sent to a run that is at work. */
export interface Message {
  readonly kind: 'signal' | 'query' | 'update';
  readonly name: string;
  readonly payloads: readonly RawPayload[];
  /** Obeyed and put on the record by itself; else it is ignored and counted. */
  readonly isRight: boolean;
}

/** A workflow that a caller starts, and the messages sent to it while it runs. */
export interface Call {
  readonly type: string;
  readonly workflowId: string;
  readonly payloads: readonly RawPayload[];
  /** Sent by the SDK, as values, where it can write them. */
  readonly bySdk: boolean;
  /** Payloads sent beside the argument: nothing of ours reads them. */
  readonly beside: Readonly<Partial<Record<'memo' | 'header', RawPayload>>>;
  /** `refused`: it is wrong. `done`: it is right. `closed`: chance made it, so it may be either. */
  readonly end: 'refused' | 'done' | 'closed';
  /** Places that have exactly one flow log of ours once it is done. */
  readonly places: readonly string[];
  readonly messages: readonly Message[];
  /** Started when this one has ended well. */
  readonly next?: Call;
}

/** Largest payload that Temporal lets through, in bytes: 2 MiB less the frame around it. */
const LARGEST = 2 * 1_024 * 1_024 - 4_096;

const jsonOf = (value: unknown): RawPayload => ({ encoding: 'json/plain', data: Buffer.from(JSON.stringify(value)) });
const someone = jsonOf({ requestedBy: 'someone' });

const signals = [...Object.values(bulkSignals), joinSignalName, pageControlSignalName, failuresSignalName];
const queries = [
  progressQueryName,
  bulkProgressQuery,
  '__stack_trace',
  '__enhanced_stack_trace',
  '__temporal_workflow_metadata',
];
const strangeNames = [
  'noSuch',
  '',
  '__temporal_x',
  '__stack_trace',
  'constructor',
  '__proto__',
  'toString',
  'x'.repeat(900),
  '流',
  'a b',
  '\u001b]0;x',
];
const nameOf = (random: Random, known: readonly string[]) => pick(random, random() < 0.7 ? known : strangeNames);

/** Calls that have so many inputs in all: starts and messages. The same seed makes the same ones, but for ids that are free to choose. */
export function planCalls(seed: number, inputs: number): readonly Call[] {
  const random = randomStream(seed);
  const calls: Call[] = [];
  let number = 0;
  const nextNumber = () => (number += MOST_TARGETS);
  for (let left = inputs; left > 0;) {
    const call = pickKind(random)(random, nextNumber(), left - 1);
    calls.push(call);
    left -= sizeOf(call);
  }
  return calls;
}

/** Inputs of a call: itself, what is sent to it, and what follows it. */
export const sizeOf = ({ messages, next }: Call): number => 1 + messages.length + (next ? sizeOf(next) : 0);

type MakeCall = (random: Random, number: number, messages: number) => Call;

function pickKind(random: Random): MakeCall {
  let chance = random();
  for (const [share, make] of kinds) if ((chance -= share) < 0) return make;
  return wrong;
}

const wrong: MakeCall = (random, number) => {
  const type = pick(random, registeredTypes);
  const isEmptyRight = type === 'diagnose' || type === 'inspectBulks' || type === 'listDoubts';
  const payloads = Array.from({ length: random() < 0.9 ? 1 : below(random, 4) }, () => wrongPayload(random));
  return called({ random, type, payloads, workflowId: idFor(type, number), end: isEmptyRight ? 'closed' : 'refused' });
};

const largest: MakeCall = (random, number) => {
  const type = pick(random, registeredTypes);
  return called({ random, type, payloads: [largestPayload(random, LARGEST)], workflowId: idFor(type, number) });
};

const unknown: MakeCall = (random, number) =>
  called({ random, type: pick(random, strangeNames), payloads: [wrongPayload(random)], workflowId: idFor('', number) });

/** Makes a call of a type that a client must not start, with input that looks right. */
const inner: MakeCall = (random, number) => {
  const type = pick(random, innerTypes);
  const { input, workflowId } = right('enableFlowLog', number);
  const { target } = input as { target: { resource?: unknown } };
  const found = pick(random, [input, { request: input, resource: target }, { bulk: { id: workflowId } }]);
  return called({ random, type, payloads: [jsonOf(found)], workflowId });
};

const nearlyRight: MakeCall = (random, number) => {
  const type = pick(random, Object.keys(rightInputs));
  const { input, workflowId } = right(type, number);
  return called({ random, type, payloads: [jsonOf(altered(random, input, DEADLINE))], workflowId, end: 'closed' });
};

const lookedUp: MakeCall = (random, number) => {
  const type = pick(
    random,
    Object.keys(rightInputs).filter((name) => right(name, number).places.length === 0),
  );
  const { input, workflowId } = right(type, number);
  return called({ random, type, payloads: [jsonOf(input)], workflowId, end: 'done' });
};

/** A flow log that is made, spoken to meanwhile, and now and then changed. */
const operated: MakeCall = (random, number, most) => {
  const follower = random() < 0.4 ? pick(random, ['disableFlowLog', 'modifyFlowLog', 'deleteFlowLog']) : undefined;
  const enable = (type: string) => {
    const { input, workflowId, places } = right(type, number);
    return { random, type, payloads: [jsonOf(input)], workflowId, places, end: 'done' as const };
  };
  const joins = (index: number) =>
    message('signal', joinSignalName, [jsonOf({ requestedBy: `joiner ${index}` })], true);
  const messages = messagesTo(random, Math.min(most, 10 + below(random, 20)), joins);
  const next = follower && messages.length < most ? { next: called(enable(follower)) } : {};
  return called({ ...enable('enableFlowLog'), messages, ...next });
};

/** A bulk that waits for an approval, is spoken to meanwhile, and approved. */
const approved: MakeCall = (random, number, most) => {
  const { input, workflowId, places } = right('bulkFlowLogs', number);
  const { options, ...fields } = input as { options: object };
  const asked = { ...fields, options: { ...options, canary: 1, canaryApproval: 'manual' } };
  const byPerson = (name: string) => message('signal', name, [someone], true);
  const pauses = () => byPerson(pick(random, [bulkSignals.pause, bulkSignals.resume]));
  const said = messagesTo(random, Math.max(0, Math.min(most, 10 + below(random, 20)) - 2), pauses);
  const messages = [...said, byPerson(bulkSignals.resume), byPerson(bulkSignals.approve)];
  return called({ random, type: 'bulkFlowLogs', payloads: [jsonOf(asked)], workflowId, places, end: 'done', messages });
};

/** Of 1; the rest is wrong from the ground up. */
const kinds: readonly (readonly [share: number, make: MakeCall])[] = [
  [0.05, operated],
  [0.015, approved],
  [0.05, lookedUp],
  [0.25, nearlyRight],
  [0.08, unknown],
  [0.06, inner],
  [0.008, largest],
];

function right(type: string, number: number) {
  const make = rightInputs[type];
  if (!make) throw new Error(`no right input of ${type}`);
  return make(number);
}

function called({
  random,
  ...call
}: { random: Random } & Pick<Call, 'type' | 'workflowId' | 'payloads'> & Partial<Call>): Call {
  const beside = random() < 0.05 ? { [pick(random, ['memo', 'header'] as const)]: wrongPayload(random) } : {};
  return { bySdk: random() < 0.3, beside, end: 'refused', places: [], messages: [], ...call };
}

const message = (kind: Message['kind'], name: string, payloads: readonly RawPayload[], isRight = false): Message => ({
  kind,
  name,
  payloads,
  isRight,
});

function messagesTo(random: Random, count: number, rightOne: (index: number) => Message): Message[] {
  return Array.from({ length: count }, (_, index) => {
    const chance = random();
    if (chance < 0.2) return rightOne(index);
    const payloads = Array.from({ length: random() < 0.8 ? 1 : below(random, 3) }, () => wrongMessage(random));
    if (chance < 0.7) return message('signal', nameOf(random, signals), payloads);
    if (chance < 0.85) return message('query', nameOf(random, queries), payloads);
    return message('update', nameOf(random, signals), payloads);
  });
}

/** Makes a wrong signal. Chance must not make a right one, or the number that a run has to count would be unknown. */
function wrongMessage(random: Random): RawPayload {
  if (random() < 0.2) return jsonOf({ requestedBy: 'a\u0000b', more: treeOf(random, 2) });
  const payload = wrongPayload(random);
  return Buffer.from(payload.data ?? []).includes('requestedBy') ? jsonOf(null) : payload;
}
