// Converts values to payloads and failures, and back, for workers and our own clients. CommonJS, because the SDK loads it by its path, with
// `require` outside and with webpack inside workflows. Encodings are the SDK's own: every history and every client stays readable.
const { defaultFailureConverter, defaultPayloadConverter } = require('@temporalio/common');

/** Marks what stands for a payload that cannot be read; `isUnreadable` in bounds.ts knows it. No JSON can hold a symbol, so no caller can make one. */
const unreadable = Symbol.for('flowlog.unreadable');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Two further on each has the one that closes it. */
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** Lists and objects inside each other at most; no input may have a tenth of it. A worker copies what it has read, memos too, from thread to thread. */
const MOST_DEEP = 200;

const isTree = (value) => typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);

/** Tells whether a JSON text, as bytes, nests deeper than that. Counts brackets outside of strings. */
function isTooDeep(data) {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < data.length; at++) {
    const byte = data[at];
    if (inText && byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) inText = !inText;
    else if (!inText && (byte === BRACE || byte === BRACKET)) depth += 1;
    else if (!inText && (byte === BRACE + 2 || byte === BRACKET + 2)) depth -= 1;
    if (depth > MOST_DEEP) return true;
  }
  return false;
}

/** Never throws when it reads: a payload that fails here would fail its workflow task, again and again. Each reader of the mark refuses it. */
const payloadConverter = {
  toPayload: (value, ...about) => defaultPayloadConverter.toPayload(value, ...about),
  fromPayload(payload, ...about) {
    try {
      const value = defaultPayloadConverter.fromPayload(payload, ...about);
      if (isTree(value) && isTooDeep(payload.data)) throw new Error(`nested more than ${MOST_DEEP} deep`);
      return value;
    } catch (error) {
      return { [unreadable]: String(error instanceof Error ? error.message : error).slice(0, 200) };
    }
  },
};

/** Bytes of one failure at most, its causes, details and stacks included: 64 KB less what Temporal puts around it. */
const MOST_BYTES = 60_000;

/** Failures one below the other at most. */
const MOST_CAUSES = 6;

/** Every failure stays small, whatever threw it: one that Temporal does not take would be sent again and again, until the worker ends. */
const failureConverter = {
  failureToError: (failure, ...about) => defaultFailureConverter.failureToError(failure, ...about),
  errorToFailure(error, ...about) {
    const failure = defaultFailureConverter.errorToFailure(error, ...about);
    for (const texts of [4_000, 1_000, 250]) {
      if (sizeOf(failure) <= MOST_BYTES) return failure;
      shorten(failure, texts, (texts * MOST_BYTES) / 8_000);
    }
    return failure;
  },
};

/** Texts are counted as if each character took the three bytes that it may take. */
const sizeOf = (failure) =>
  failure === undefined || failure === null
    ? 0
    : 3 * ((failure.message ?? '').length + (failure.stackTrace ?? '').length) +
      payloadsOf(failure).reduce((sum, { data }) => sum + (data?.length ?? 0), 200) +
      sizeOf(failure.cause);

const payloadsOf = (failure) =>
  ['applicationFailureInfo', 'canceledFailureInfo', 'timeoutFailureInfo', 'resetWorkflowFailureInfo'].flatMap(
    (info) => [...(failure[info]?.details?.payloads ?? []), ...(failure[info]?.lastHeartbeatDetails?.payloads ?? [])],
  );

/** Cuts the texts of a failure and of its causes, and leaves out details that are larger than `detailBytes`. */
function shorten(failure, texts, detailBytes) {
  let depth = 0;
  for (let each = failure; each; each = each.cause) {
    each.message = cut(each.message, texts);
    each.stackTrace = cut(each.stackTrace, texts);
    for (const payload of payloadsOf(each)) if ((payload.data?.length ?? 0) > detailBytes) replace(payload);
    if (++depth === MOST_CAUSES) each.cause = undefined;
  }
}

const cut = (text, most) => (text && text.length > most ? `${text.slice(0, most - 1)}…` : text);

function replace(payload) {
  const { data, metadata } = defaultPayloadConverter.toPayload({
    leftOut: `${payload.data.length} bytes: too many for a failure`,
  });
  payload.data = data;
  payload.metadata = metadata;
}

module.exports = { payloadConverter, failureConverter };
