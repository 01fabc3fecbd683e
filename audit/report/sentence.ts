import { anchorChain, freezeChain, type Entry } from '../entry.js';

/** Fields of the bodies that sentences speak of. */
interface BodyFields {
  readonly workflowType?: string;
  readonly requestedBy?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly code?: string;
  readonly message?: string;
  readonly requestId?: string;
  readonly answered?: boolean;
  readonly durationMs?: number;
  readonly readAt?: string;
  readonly outcome?: string;
  readonly scope?: Record<string, string>;
  readonly principal?: { readonly arn?: string };
  readonly body?: { readonly failure?: { readonly code?: string; readonly message?: string } };
  readonly heads?: readonly unknown[];
  /** Of a resolution by a person's word. */
  readonly byHand?: { readonly requestedBy: string; readonly reason: string };
  readonly as?: string;
}

/** Joins what is there: an absent part leaves no trace. */
const join = (...parts: (string | undefined | false)[]): string => parts.filter(Boolean).join(' ');
const quoted = (text: string | undefined): string | undefined => text && `"${text}"`;

/** Only a repetition is worth a word. */
const repetition = (entry: Entry): string | undefined =>
  (entry.attempt ?? 1) > 1 ? `(attempt ${entry.attempt})` : undefined;

const scopeWords = (scope: Record<string, string> = {}): string =>
  Object.entries(scope)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || 'everything';

const callResults: Readonly<Record<string, string>> = {
  accepted: 'was accepted',
  refused: 'was refused',
  ambiguous: 'may or may not have happened: it ended without a clear answer,',
  'not-sent': 'was not sent',
};

/** An ambiguous end that was answered. */
const answeredInDoubt = 'may or may not have happened: it was answered';

/** Resolutions of a change in doubt, in words. */
const resolutionWords: Readonly<Record<string, string>> = {
  'effect-seen': 'had taken effect',
  'effect-absent': 'had not taken effect',
  'not-seen': 'was not seen yet, so that the same may be sent again',
};

const callEnd = (entry: Entry, words: BodyFields): string =>
  join(
    `${entry.action} ${words.answered ? answeredInDoubt : (callResults[entry.result ?? ''] ?? entry.result)}`,
    entry.flow_log_id ? `for ${entry.flow_log_id}` : undefined,
    words.code && `with ${words.code}`,
    words.message && `(${words.message})`,
    words.durationMs !== undefined && `after ${words.durationMs} ms`,
    words.requestId && `, request ${words.requestId}`,
    repetition(entry),
  );

function failureWords({ outcome, body }: BodyFields): string | undefined {
  const { code, message } = body?.failure ?? {};
  const isSaid = code === undefined || code === outcome || message?.includes(code);
  const said = [isSaid ? undefined : code, message].filter(Boolean).join(': ');
  return said && `(${said})`;
}

/** The chains that are no operation's. */
const titles: Readonly<Record<string, string>> = {
  [anchorChain.workflowId]: 'Anchors',
  [freezeChain.workflowId]: 'Freezes and thaws',
};

/** Names the subject of a chain in words: the parts of its target, else its target's own text, a fixed title or the workflow id. */
export function title(workflowId: string, target: string | null | undefined): string {
  const [owner, product, accountId, place, ...key] = target?.split('/') ?? [];
  if (key.length > 0) return `${product} ${key.join('/')} in ${place}, account ${accountId}, owner ${owner}`;
  return target ?? titles[workflowId] ?? workflowId;
}

/** A sentence per kind of row; an event of another kind is its own name. */
const sentences: Readonly<Record<string, (entry: Entry, words: BodyFields) => string>> = {
  opened: (_, words) =>
    join(`${words.requestedBy} asked for ${words.workflowType}`, words.reason && `because ${quoted(words.reason)}`),
  intent: (entry, words) =>
    join(
      `${entry.action} is about to be sent`,
      entry.flow_log_id ? `for ${entry.flow_log_id}` : undefined,
      words.principal?.arn && `as ${words.principal.arn}`,
      repetition(entry),
    ),
  'dry-run': (entry) => join(`${entry.action} is about to be rehearsed; nothing is changed`, repetition(entry)),
  outcome: callEnd,
  orphan: (entry, words) => join('the ledger had lost the intent of a call:', callEnd(entry, words)),
  'late-outcome': (entry, words) => join('too late to count:', callEnd(entry, words)),
  unknown: (entry) => join(`nobody was told how ${entry.action} ended: closed as unknown`, repetition(entry)),
  resolution: (entry, words) =>
    join(
      words.byHand &&
        `${words.byHand.requestedBy} said that ${entry.action} had ${entry.result === 'effect-seen' ? '' : 'not '}taken effect, because ${quoted(words.byHand.reason)};`,
      `a look at ${words.readAt} showed that ${entry.action}`,
      resolutionWords[entry.result ?? ''],
      entry.flow_log_id ? `(${entry.flow_log_id})` : undefined,
      repetition(entry),
    ),
  breaker: (entry, words) =>
    join(
      `${entry.action} is not asked for again in this bulk: the account is refused it`,
      words.code && `with ${words.code}`,
      words.message && `(${words.message})`,
      words.requestId && `, request ${words.requestId}`,
    ),
  'doubt-kept': (entry, words) =>
    join(`${entry.action} was not settled as ${words.as};`, `it stays in doubt: ${words.message}`),
  joined: (_, words) => join(`${words.requestedBy} joined`, words.reason && `because ${quoted(words.reason)}`),
  closed: (_, words) => join(`the operation ended: ${words.outcome}`, failureWords(words)),
  freeze: (_, words) => `${words.by} froze ${scopeWords(words.scope)} because ${quoted(words.reason)}`,
  thaw: (_, words) => `${words.by} thawed ${scopeWords(words.scope)} because ${quoted(words.reason)}`,
  anchor: (_, words) => `anchored ${words.heads?.length} chains`,
};

/** Puts the row into words for a person; `body` is the row's, parsed. Has words for any row, even one that was changed. */
export function sentence(entry: Entry, body: unknown): string {
  const words = typeof body === 'object' && body !== null ? (body as BodyFields) : {};
  const text = Object.hasOwn(sentences, entry.kind) ? sentences[entry.kind]?.(entry, words) : entry.kind;
  return (text ?? entry.kind).replaceAll(' ,', ',');
}
