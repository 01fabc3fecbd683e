import { failureText } from '../errors.js';
import type { Progress } from '../../workflows/contract/operation.js';
import type { OperationProgress, PendingAttempt } from '../operations/progress.js';

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const withoutDetails = ({ type, message }: { type: string; message: string }) => ({
  kind: type,
  code: type,
  message,
  advice: '',
});

const cloudSays = (rawStatus: string): string => `the cloud says ${rawStatus}`;

/** Words for what is being waited for, by the last change that was made. */
const waitingFor: Readonly<Record<string, string>> = {
  create: 'creating',
  activate: 'activating',
  deactivate: 'deactivating',
  modify: 'modifying',
  tag: 'modifying',
  move: 'modifying',
  delete: 'deleting',
};

/** The work under way: while the cloud works on a change, that change. */
function doing({ phase, steps }: Progress): string {
  if (phase !== 'waiting') return phase;
  const change = steps.findLast(({ step }) => Object.hasOwn(waitingFor, step));
  return waitingFor[change?.step ?? ''] ?? 'waiting for the cloud';
}

/** Describes an attempt in a few words: the cloud's status word, its last problem, the reason for the retry. */
function attemptText({ attempt, lastFailure, heartbeat, running, nextAttemptAt }: PendingAttempt): string[] {
  const rawStatus = field(heartbeat, 'rawStatus');
  const lastError = field(heartbeat, 'lastError');
  const notDelivering = field(heartbeat, 'notDelivering');
  const failure = lastFailure && failureText(lastFailure.details ?? withoutDetails(lastFailure));
  return [
    ...(typeof rawStatus === 'string' ? [cloudSays(rawStatus)] : []),
    ...(field(heartbeat, 'unexpected') === true ? ['a status nobody has documented'] : []),
    ...(typeof notDelivering === 'string' ? [`not delivering yet: ${notDelivering}`] : []),
    ...(typeof lastError === 'string' ? [`last look failed: ${lastError}`] : []),
    ...(attempt > 1 && failure ? [`attempt ${attempt} after ${failure}`] : []),
    ...(!running && nextAttemptAt ? [`next at ${nextAttemptAt}`] : []),
  ];
}

/** Names the first caller of an operation under way, and the bulk that it is part of: `, asked for by mika, part of flow-log-bulk/july`. */
export const callerText = ({ progress }: OperationProgress): string =>
  [
    ...(progress?.requestedBy ? [`, asked for by ${progress.requestedBy}`] : []),
    ...(progress?.bulk ? [`, part of ${progress.bulk}`] : []),
  ].join('');

/** Tells a person in one line where an operation stands. */
export function phaseText({ state, progress, pending }: OperationProgress): string {
  if (state !== 'running') return state;
  const phase = progress ? doing(progress) : 'no answer from a worker yet';
  const details = pending.flatMap(attemptText);
  // An attempt under way has looked later than the workflow knows.
  const looked = pending.some(({ heartbeat }) => field(heartbeat, 'rawStatus') !== undefined);
  const seen = !looked && progress?.rawStatus ? [cloudSays(progress.rawStatus)] : [];
  return [phase, ...seen, ...details].join(' · ');
}
