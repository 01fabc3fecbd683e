import { gatewayPages as pages, terraform, type ErrorRow } from './row.js';

const slower =
  'Nothing to do: calls of this kind slow down and go on. If it lasts, lower the share of the limit or find who else calls.';
const again = 'Nothing to do: it is sent again until the deadline.';
const looks =
  'Nothing to do: the operation looks before it sends again. If it stays, open a ticket with the request id.';
const settle = 'Nothing to do: the operation waits until things have settled and looks again.';

/** What any service may answer when it is too busy, broken or in the middle of something; some codes only clients in the field have seen. */
export const gatewayErrors: readonly ErrorRow[] = [
  {
    code: 'Throttling',
    kind: 'throttled',
    scope: 'account',
    meaning: 'Too many calls in a short time.',
    advice: slower,
    source: pages,
  },
  {
    code: 'Throttling.User',
    kind: 'throttled',
    scope: 'account',
    meaning: "Too many calls of this account's users in a short time.",
    advice: slower,
    source: pages,
  },
  {
    code: 'Throttling.Api',
    kind: 'throttled',
    scope: 'account',
    meaning: 'Too many calls of this operation in a short time.',
    advice: slower,
    source: pages,
  },
  {
    code: 'Throttling.Api.Concurrency',
    kind: 'throttled',
    scope: 'account',
    meaning: 'Too many calls of this operation at once.',
    advice: slower,
    source: pages,
  },
  {
    code: 'Rejected.Throttling',
    kind: 'throttled',
    scope: 'account',
    meaning: 'Too many calls in a short time.',
    advice: slower,
    source: `${pages}; ${terraform}`,
  },
  {
    code: '*Throttling*',
    kind: 'throttled',
    scope: 'account',
    meaning: 'Too many calls in a short time.',
    advice: slower,
    source: 'the official SDKs and terraform match this part of a code',
  },
  {
    code: 'ServiceUnavailable',
    kind: 'unavailable',
    scope: 'account',
    meaning: 'The service cannot answer for the moment.',
    advice: again,
    source: pages,
  },
  {
    code: 'SystemBusy',
    kind: 'unavailable',
    scope: 'account',
    meaning: 'The service cannot take more for the moment.',
    advice: again,
    source: terraform,
  },
  {
    code: 'OperationFailed.SystemBusy',
    kind: 'unavailable',
    scope: 'account',
    meaning: 'The service cannot take more for the moment.',
    advice: again,
    source: terraform,
  },
  {
    code: 'InternalError',
    kind: 'ambiguous',
    meaning: 'The cloud failed for an unknown reason; the change may have happened.',
    advice: looks,
    source: pages,
  },
  {
    code: 'InternalError*',
    kind: 'ambiguous',
    meaning: 'The cloud failed for an unknown reason; the change may have happened.',
    advice: looks,
    source: 'kin of InternalError and InternalErrorTemp',
  },
  {
    code: 'UnknownError',
    kind: 'ambiguous',
    meaning: 'The cloud failed for an unknown reason; the change may have happened.',
    advice: looks,
    source: `${pages}; ${terraform}`,
  },
  {
    code: 'SignatureNonceUsed',
    kind: 'ambiguous',
    meaning: 'The cloud has seen this very request before: a copy arrived, so the change may have happened.',
    advice: looks,
    source: pages,
  },
  {
    code: 'TaskConflict',
    kind: 'busy',
    meaning: 'Operations follow each other too fast.',
    advice: settle,
    source: terraform,
  },
  {
    code: 'OperationFailed.TaskConflict',
    kind: 'busy',
    meaning: 'Operations follow each other too fast.',
    advice: settle,
    source: terraform,
  },
  {
    code: 'OperationConflict',
    kind: 'busy',
    meaning: 'An earlier request has not ended.',
    advice: settle,
    source: terraform,
  },
  {
    code: 'IncorrectStatus',
    kind: 'busy',
    meaning: 'The state of a resource does not allow this now.',
    advice: settle,
    source: terraform,
  },
  {
    code: 'IncorrectStatus.*',
    kind: 'busy',
    meaning: 'The state of the resource in the code does not allow this now.',
    advice: settle,
    source: terraform,
  },
  {
    code: 'LastTokenProcessing',
    kind: 'busy',
    meaning: 'An earlier request with the same ClientToken has not ended.',
    advice: settle,
    source: `${pages}; ${terraform}`,
  },
  {
    code: 'OperationFailed.LastTokenProcessing',
    kind: 'busy',
    meaning: 'An earlier request with the same ClientToken has not ended.',
    advice: settle,
    source: terraform,
  },
];
