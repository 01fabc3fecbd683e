import { failureText } from '../errors.js';
import type { OperationProgress, PendingAttempt } from '../operations/progress.js';

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const withoutDetails = ({ type, message }: { type: string; message: string }) => ({
  kind: type,
  code: type,
  message,
  advice: '',
});

/** Describes an attempt in a few words: the cloud's status word, its last problem, the reason for the retry. */
function attemptText({ attempt, lastFailure, heartbeat, running, nextAttemptAt }: PendingAttempt): string[] {
  const rawStatus = field(heartbeat, 'rawStatus');
  const lastError = field(heartbeat, 'lastError');
  const notDelivering = field(heartbeat, 'notDelivering');
  const failure = lastFailure && failureText(lastFailure.details ?? withoutDetails(lastFailure));
  return [
    ...(typeof rawStatus === 'string' ? [rawStatus] : []),
    ...(field(heartbeat, 'unexpected') === true ? ['a status nobody has documented'] : []),
    ...(typeof notDelivering === 'string' ? [`not delivering yet: ${notDelivering}`] : []),
    ...(typeof lastError === 'string' ? [`last look failed: ${lastError}`] : []),
    ...(attempt > 1 && failure ? [`attempt ${attempt} after ${failure}`] : []),
    ...(!running && nextAttemptAt ? [`next at ${nextAttemptAt}`] : []),
  ];
}

/** Tells a person in one line where an operation stands. */
export function phaseText({ state, progress, pending }: OperationProgress): string {
  if (state !== 'running') return state;
  const phase = progress?.phase ?? 'no answer from a worker yet';
  const details = pending.flatMap(attemptText);
  // An attempt under way has looked later than the workflow knows.
  const looked = pending.some(({ heartbeat }) => field(heartbeat, 'rawStatus') !== undefined);
  const seen = !looked && progress?.rawStatus ? [progress.rawStatus] : [];
  return [phase, ...seen, ...details].join(' · ');
}
