import { randomUUID } from 'node:crypto';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { canonicalJson, type RedactText } from '../database/canonical-json.js';
import { attemptColumns, entryArgument, holderText, type NewEntry, targetText } from './columns.js';
import type { Database } from '../database/database.js';
import { DatabaseUnavailable } from '../database/unavailable.js';
import { IntentRefused } from './ledger.js';
import type {
  AcceptedChange,
  CallOutcome,
  DoubtfulAnswer,
  Intent,
  Ledger,
  PendingIntent,
  RefusalReason,
  Resolution,
  TargetState,
} from './ledger.js';

/** The part of the ledger that decides whether a change may be sent, and keeps how it ended. */
export type Changes = Pick<
  Ledger,
  'takeFence' | 'readTarget' | 'readTargets' | 'commitIntent' | 'recordOutcome' | 'closeUnknown' | 'resolveIntent'
>;

/** Law 2 over the functions of `migrations/0003_changes.sql`. */
export function changesOn(database: Database, redact?: RedactText): Changes {
  return {
    takeFence: async (target, attempt) =>
      targetState(await database.call('take_fence_and_recall', targetText(target), holderText(attempt))),
    readTarget: async (target) => targetState(await database.call('recall_target', targetText(target))),
    readTargets: async (targets) =>
      (await database.call<StoredState[]>('recall_targets', targets.map(targetText))).map(targetState),
    commitIntent: (intent) => commitIntent(database, intent, redact),
    recordOutcome: (outcome) => recordOutcome(database, outcome, redact),
    async closeUnknown(intentId, by) {
      requireIntent(
        intentId,
        await database.call(
          'close_unknown',
          entryArgument({ ...attemptColumns(by), kind: 'unknown', intent_id: intentId }),
        ),
      );
    },
    async resolveIntent(resolution) {
      requireIntent(resolution.intentId, await database.call('resolve_intent', resolutionEntry(resolution, redact)));
    },
  };
}

async function commitIntent(database: Database, intent: Intent, redact?: RedactText): Promise<{ intentId: string }> {
  const intentId = randomUUID();
  const { attempt, fence } = intent;
  const entry = entryArgument(intentEntry(intentId, intent, {}, redact));
  type Answer = { refused?: RefusalReason; detail: Record<string, unknown> };
  const limits = [intent.inFlightAtMost ?? null, intent.graceMs ?? 0];
  const answer = await database
    .call<Answer>('admit_intent', entry, fence, holderText(attempt), ...limits)
    .catch((error: unknown) => {
      if (error instanceof DatabaseUnavailable) error.intentId = intentId;
      throw error;
    });
  if (!answer.refused) {
    database.remember(intentId, attempt.operation);
    return { intentId };
  }
  const detail =
    answer.refused === 'pending' ? { ...pendingIntent(answer.detail as unknown as StoredIntent) } : answer.detail;
  throw new IntentRefused(answer.refused, detail);
}

function intentEntry(intentId: string, intent: Intent, more: object, redact?: RedactText): NewEntry {
  const { attempt, target, fence, verb, action, flowLogId, params, clientToken, principal } = intent;
  return {
    ...attemptColumns(attempt),
    kind: intent.dryRun ? 'dry-run' : 'intent',
    intent_id: intentId,
    target: targetText(target),
    verb,
    action,
    flow_log_id: flowLogId,
    body: canonicalJson({ fence, params, clientToken, principal, ...more }, redact),
  };
}

async function recordOutcome(database: Database, outcome: CallOutcome, redact?: RedactText): Promise<void> {
  const { intentId, attempt, result, kind, flowLogId, accountWide = false, intent, ...call } = outcome;
  const entry = {
    ...attemptColumns(attempt),
    intent_id: intentId,
    result,
    error_kind: kind,
    flow_log_id: flowLogId,
    body: canonicalJson(call, redact),
  };
  const said = { result, kind, flowLogId, accountWide, ...call };
  const recorded = await database.call<string>(
    'record_call',
    entryArgument(entry),
    accountWide,
    intent ? entryArgument(intentEntry(intentId, intent, { lost: true }, redact)) : null,
    intent ? orphanBody(said, intent, redact) : null,
  );
  // A commit whose answer was lost may have failed as well: then nothing was sent and there is nothing to close.
  if (result !== 'not-sent') requireIntent(intentId, recorded);
}

/** All that is known of a call whose intent the ledger has lost. */
function orphanBody(said: object, intent: Intent, redact?: RedactText): string {
  const { verb, action, params, clientToken, principal } = intent;
  return canonicalJson({ ...said, intent: { verb, action, params, clientToken, principal } }, redact);
}

function resolutionEntry({ intentId, by, resolution, flowLogId, readAt }: Resolution, redact?: RedactText): string {
  return entryArgument({
    ...attemptColumns(by),
    kind: 'resolution',
    intent_id: intentId,
    result: resolution,
    flow_log_id: flowLogId,
    body: canonicalJson({ readAt }, redact),
  });
}

function requireIntent(intentId: string, recorded: string): void {
  if (recorded === 'no-intent') throw new Error(`the ledger holds no intent ${intentId}`);
}

/** Answers of the database: null for an absent field, the intent's body still as text. */
type StoredIntent = Omit<PendingIntent, 'flowLogId'> & { readonly flowLogId: string | null; readonly body: string };
type StoredChange = Omit<AcceptedChange, 'flowLogId' | 'version'> & {
  readonly flowLogId: string | null;
  readonly version: number | null;
};
type StoredAnswer = Pick<DoubtfulAnswer, 'intentId' | 'operation' | 'verb' | 'action' | 'kind' | 'ageMs'> & {
  readonly flowLogId: string | null;
  readonly body: string;
};
interface StoredCreate {
  readonly flowLogId: string | null;
  readonly ageMs: number;
}
export interface StoredState {
  readonly fence: number;
  readonly version: number;
  readonly pending: readonly StoredIntent[];
  readonly lastAccepted: StoredChange | null;
  readonly lastAnswer: StoredAnswer | null;
  readonly known?: readonly string[];
  readonly lastCreated: StoredCreate | null;
  readonly failedOverMs: number | null;
  readonly unproven?: true;
}

const filled = <Name extends string>(name: Name, value: string | null | undefined): { [key in Name]?: string } =>
  (value === null || value === undefined ? {} : { [name]: value }) as { [key in Name]?: string };

function pendingIntent({ body, flowLogId, ...intent }: StoredIntent): PendingIntent {
  const { clientToken } = JSON.parse(body) as { clientToken?: string };
  return { ...intent, ...filled('flowLogId', flowLogId), ...filled('clientToken', clientToken) };
}

function acceptedChange({ flowLogId, version, ...change }: StoredChange): AcceptedChange {
  return {
    ...change,
    ...filled('flowLogId', flowLogId),
    ...omitUndefined({ version: version === null ? undefined : version }),
  };
}

function doubtfulAnswer({ flowLogId, body, ...answer }: StoredAnswer): DoubtfulAnswer {
  const { code, message, requestId, httpStatus } = JSON.parse(body) as DoubtfulAnswer;
  const said = {
    code,
    message,
    ...filled('requestId', requestId),
    ...omitUndefined({ httpStatus: httpStatus || undefined }),
  };
  return { ...answer, ...said, ...filled('flowLogId', flowLogId) };
}

export function targetState(stored: StoredState): TargetState {
  const { fence, version, pending, lastAccepted, lastAnswer, lastCreated, failedOverMs, known = [] } = stored;
  return {
    fence,
    version,
    pending: pending.map(pendingIntent),
    ...(lastAccepted && { lastAccepted: acceptedChange(lastAccepted) }),
    ...(lastAnswer && { lastAnswer: doubtfulAnswer(lastAnswer) }),
    ...(known.length > 0 && { known }),
    ...(lastCreated && {
      lastCreated: { ageMs: lastCreated.ageMs, ...filled('flowLogId', lastCreated.flowLogId) },
    }),
    ...(failedOverMs !== null && { failedOverMs }),
    ...(stored.unproven && { unproven: true }),
  };
}
