import type { ErrorKind } from '../../cloud/errors/cloud-error.js';
import { seedErrors } from '../cloud/seed-errors.js';
import { type ProductUnderTest, destination } from './targets.js';

/** Wait that a throttled call is told, in ms. */
export const RETRY_AFTER_MS = 1_500;

/** One answer of the cloud to one action. */
export interface Answer {
  readonly product: ProductUnderTest['product'];
  readonly action: string;
  readonly code: string;
  readonly message: string;
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
}

/** Kinds the documents' tables have no row of, and codes that are a fact of creation on the other products. */
const beyondTheSeeds: readonly Answer[] = [
  ...(['CreateFlowLog', 'ActiveFlowLog'] as const).map((action) => ({
    product: 'vpc' as const,
    action,
    code: 'Throttling.User',
    message: 'Request was denied due to user flow control.',
    kind: 'throttled' as const,
    retryAfterMs: RETRY_AFTER_MS,
    reason: 'refused, not done; the header says how long to wait',
  })),
  {
    product: 'ecr',
    action: 'ActivateFlowLog',
    code: 'Throttling',
    message: 'Request was denied due to request throttling.',
    kind: 'throttled',
    reason: 'refused, not done; without the header the pauses are our own',
  },
  {
    product: 'cen',
    action: 'CreateFlowlog',
    code: 'ServiceUnavailable',
    message: 'The request has failed due to a temporary failure of the server.',
    kind: 'unavailable',
    status: 503,
    reason: 'not now',
  },
  ...(['CreateFlowlog', 'ActiveFlowLog'] as const).map((action) => ({
    product: 'cen' as const,
    action,
    code: 'NobodyHasSeen.ThisCode',
    message: 'Something happened.',
    kind: 'unknown' as const,
    reason: 'no row of the catalogue: it may have happened',
  })),
  {
    product: 'vpc',
    action: 'CreateFlowLog',
    code: 'InvalidResourceId.NotFound',
    message: 'This resourceId already has flowlog instance existed.',
    kind: 'exists',
    reason: 'the code says one thing and its message another; the message is right',
  },
  {
    product: 'cen',
    action: 'CreateFlowlog',
    code: 'InvalidFlowlogId.exist',
    message: 'This cenId already has flowlog instance existed.',
    kind: 'exists',
    reason: 'a fact to look at',
  },
];

const answers: readonly Answer[] = [...seedErrors, ...beyondTheSeeds];

/** End of an operation when the answer is always the same: written from the table of kinds, not from the code. */
interface End {
  readonly as: 'the code' | 'the deadline';
  /** Sends of the action; absent where only the deadline counts. */
  readonly sends?: number;
  /** Sends with one such answer, then a good one. Absent: the first answer is the end. */
  readonly sendsOnce?: number;
}
const permanent: End = { as: 'the code', sends: 1 };
const ends: Readonly<Record<ErrorKind, End>> = {
  throttled: { as: 'the deadline', sendsOnce: 2 },
  unavailable: { as: 'the deadline', sendsOnce: 2 },
  busy: { as: 'the code', sends: 9, sendsOnce: 2 },
  ambiguous: { as: 'the deadline', sendsOnce: 2 },
  exists: { as: 'the code', sends: 1 },
  'not-found': { as: 'the code', sends: 9, sendsOnce: 2 },
  unknown: { as: 'the code', sends: 6, sendsOnce: 2 },
  invalid: permanent,
  denied: permanent,
  quota: permanent,
  unsupported: permanent,
  prerequisite: permanent,
};

/** Each answer, given for ever. */
export const always = answers.map((answer) => ({ ...answer, ...ends[answer.kind], how: 'always' as const }));
/** Those after which there is more to do, given once. */
export const once = answers.flatMap((answer) => {
  const { sendsOnce } = ends[answer.kind];
  return sendsOnce === undefined ? [] : [{ ...answer, sends: sendsOnce, how: 'once' as const }];
});

const takenBy = [
  { who: 'one that fits, it is adopted', logStore: destination.logStore, end: { report: { outcome: 'adopted' } } },
  { who: 'one that differs, it is in conflict', logStore: 'another', end: { error: { kind: 'Conflict' } } },
];
const existsCodes = [
  {
    product: 'vpc',
    code: 'InvalidResourceId.NotFound',
    message: 'This resourceId already has flowlog instance existed.',
  },
  { product: 'cen', code: 'Flowlog.AlreayExist', message: 'This attachment already has existed flowlog instance.' },
  {
    product: 'ecr',
    code: 'ResourceAlreadyExist.FlowLogId',
    message: 'The specified resource of FlowLogId[fl-x] already exists.',
  },
];
/** One operation's encounter with one answer. */
export type Meeting = (typeof always)[number] | (typeof once)[number];

/** A create that finds the place taken since its look: by whom, and how the operation ends. */
export const taken = existsCodes.flatMap((exists) => takenBy.map((other) => ({ ...exists, ...other })));
