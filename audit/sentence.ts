import type { Entry } from './entry.js';

/** Fields of the bodies that sentences speak of. */
interface Words {
  readonly workflowType?: string;
  readonly requestedBy?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly code?: string;
  readonly message?: string;
  readonly requestId?: string;
  readonly durationMs?: number;
  readonly readAt?: string;
  readonly outcome?: string;
  readonly scope?: Record<string, string>;
  readonly heads?: readonly unknown[];
}

/** Joins what is there: an absent part leaves no trace. */
const join = (...parts: (string | undefined | false)[]): string => parts.filter(Boolean).join(' ');
const quoted = (text: string | undefined): string | undefined => text && `"${text}"`;

const attempt = (entry: Entry): string | undefined =>
  entry.activity_id === null ? undefined : `(attempt ${entry.attempt} of activity ${entry.activity_id})`;

const scopeText = (scope: Record<string, string> = {}): string =>
  Object.entries(scope)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || 'everything';

const callResults: Readonly<Record<string, string>> = {
  accepted: 'was accepted',
  refused: 'was refused',
  ambiguous: 'ended without a clear answer: it may or may not have happened',
  'not-sent': 'was not sent',
};

const callEnd = (entry: Entry, words: Words): string =>
  join(
    `${entry.action} ${callResults[entry.result ?? ''] ?? entry.result}`,
    entry.flow_log_id ? `for ${entry.flow_log_id}` : undefined,
    words.code && `with ${words.code}`,
    words.message && `(${words.message})`,
    words.durationMs !== undefined && `after ${words.durationMs} ms`,
    words.requestId && `, request ${words.requestId}`,
    attempt(entry),
  );

/** A sentence per kind of row; an event of another kind is its own name. */
const sentences: Readonly<Record<string, (entry: Entry, words: Words) => string>> = {
  opened: (entry, words) =>
    join(
      `${words.requestedBy} asked for ${words.workflowType} of ${entry.target}`,
      words.reason && `because ${quoted(words.reason)}`,
    ),
  intent: (entry) =>
    join(
      `${entry.action} is about to be sent`,
      entry.flow_log_id ? `for ${entry.flow_log_id}` : undefined,
      attempt(entry),
    ),
  'dry-run': (entry) => join(`${entry.action} is about to be rehearsed; nothing is changed`, attempt(entry)),
  outcome: callEnd,
  'late-outcome': (entry, words) => join('too late to count:', callEnd(entry, words)),
  unknown: (entry) => join(`nobody was told how ${entry.action} ended: closed as unknown`, attempt(entry)),
  resolution: (entry, words) =>
    join(
      `a look at ${words.readAt} showed that ${entry.action}`,
      entry.result === 'effect-seen' ? 'had taken effect' : 'had not taken effect',
      entry.flow_log_id ? `(${entry.flow_log_id})` : undefined,
      attempt(entry),
    ),
  joined: (_, words) => join(`${words.requestedBy} joined`, words.reason && `because ${quoted(words.reason)}`),
  closed: (_, words) => `the operation ended: ${words.outcome}`,
  freeze: (_, words) => `${words.by} froze ${scopeText(words.scope)} because ${quoted(words.reason)}`,
  thaw: (_, words) => `${words.by} thawed ${scopeText(words.scope)} because ${quoted(words.reason)}`,
  anchor: (_, words) => `anchored ${words.heads?.length} chains`,
};

/** What the row says, in words for a person; `body` is the row's, parsed. Says something for any row, even one that was changed. */
export function sentence(entry: Entry, body: unknown): string {
  const words = typeof body === 'object' && body !== null ? (body as Words) : {};
  const text = Object.hasOwn(sentences, entry.kind) ? sentences[entry.kind]?.(entry, words) : entry.kind;
  return (text ?? entry.kind).replaceAll(' ,', ',');
}
