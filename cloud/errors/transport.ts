import type { ErrorRow } from './row.js';

const source = 'this program: what can happen between it and the cloud';
const looks = 'Nothing to do: the operation looks before it sends again.';
const reach = "Check the worker's network, proxy and FLOWLOG_NETWORK; it is tried again until the deadline.";

/** Our own names, in the place of a code, for calls that ended without one. */
export const transportErrors: readonly ErrorRow[] = [
  // The request did not leave: nothing can have happened.
  {
    code: 'ConnectionRefused',
    kind: 'unavailable',
    scope: 'account',
    meaning: 'The endpoint takes no connections.',
    advice: reach,
    source,
  },
  {
    code: 'NameNotResolved',
    kind: 'unavailable',
    scope: 'account',
    meaning: "The endpoint's name does not resolve.",
    advice: 'Check the region and the DNS of the worker; it is tried again until the deadline.',
    source,
  },
  {
    code: 'Unreachable',
    kind: 'unavailable',
    scope: 'account',
    meaning: 'There is no way to the endpoint.',
    advice: reach,
    source,
  },
  {
    code: 'ConnectTimeout',
    kind: 'unavailable',
    scope: 'account',
    meaning: 'No connection to the endpoint within the connect timeout.',
    advice: reach,
    source,
  },
  {
    code: 'TlsFailed',
    kind: 'unavailable',
    scope: 'account',
    meaning: "The endpoint's certificate was not accepted.",
    advice: "Check the worker's clock, its certificates (NODE_EXTRA_CA_CERTS) and any proxy in between.",
    source,
  },
  {
    code: 'CredentialsUnavailable',
    kind: 'denied',
    scope: 'account',
    untilDeadline: true,
    meaning: 'No credentials could be had for the account.',
    advice:
      'Check the ALIBABA_CLOUD_* environment or the accounts file with `flowlog accounts test`; the operation goes on by itself.',
    source,
  },
  {
    code: 'AccountUnknown',
    kind: 'denied',
    scope: 'account',
    meaning: 'The worker has no credentials for this account.',
    advice: 'Add the uid to FLOWLOG_ACCOUNTS, or set FLOWLOG_ACCOUNT_ID to it.',
    source,
  },
  {
    code: 'AccountMismatch',
    kind: 'denied',
    scope: 'account',
    meaning: 'The credentials belong to another account than the one they are listed for.',
    advice: 'Correct the uid or the credentials in FLOWLOG_ACCOUNTS, or FLOWLOG_ACCOUNT_ID.',
    source,
  },
  {
    code: 'MalformedParameter',
    kind: 'invalid',
    meaning: 'A parameter holds half a character and cannot be encoded.',
    advice: 'Correct the text that the message names.',
    source,
  },
  {
    code: 'NotSent',
    kind: 'invalid',
    meaning: 'The request could not be made.',
    advice: 'Report it: a request of this program is not well formed, or an endpoint is not.',
    source,
  },

  // It left, and no clear answer came back: it may have happened.
  { code: 'ReadTimeout', kind: 'ambiguous', meaning: 'No answer within the read timeout.', advice: looks, source },
  {
    code: 'ConnectionReset',
    kind: 'ambiguous',
    meaning: 'The connection broke before the answer was complete.',
    advice: looks,
    source,
  },
  { code: 'Aborted', kind: 'ambiguous', meaning: 'This program gave the call up.', advice: looks, source },
  { code: 'EmptyBody', kind: 'ambiguous', meaning: 'The answer was empty.', advice: looks, source },
  {
    code: 'NotJson',
    kind: 'ambiguous',
    meaning: 'The answer is not JSON: a page of a proxy, or cut short.',
    advice: looks,
    source,
  },
  {
    code: 'Redirect',
    kind: 'ambiguous',
    meaning: 'The endpoint points elsewhere; the token service does so when it throttles.',
    advice: 'Nothing to do at first; if it stays, check FLOWLOG_ENDPOINT and any proxy in between.',
    source,
  },
  { code: 'NoCode', kind: 'ambiguous', meaning: 'The answer is an error without a code.', advice: looks, source },
  {
    code: 'NotSuccessful',
    kind: 'ambiguous',
    meaning: 'The answer says neither that it succeeded nor why it did not.',
    advice: looks,
    source,
  },
  {
    code: 'UnexpectedBody',
    kind: 'ambiguous',
    meaning: 'The answer has another shape than documented.',
    advice: 'Nothing to do at first; if it stays, report it with the request id.',
    source,
  },
  {
    code: 'TransportError',
    kind: 'ambiguous',
    meaning: 'The call failed on its way in a manner not seen before.',
    advice: looks,
    source,
  },
];
