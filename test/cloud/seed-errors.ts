import type { ErrorKind } from '../../cloud/errors/cloud-error.js';
import type { Product } from '../../cloud/flow-log.js';

/** End of an operation when the cloud gives this answer and never another. */
export type End =
  /** The code, after one send. */
  | 'the code at once'
  /** The code, after nine sends: the first, and eight more with a look before each. */
  | 'the code after 9 sends'
  /** Sent again after each grace, until the deadline. */
  | 'the deadline'
  /** Looked for; what is found is adopted or in conflict; not sent again. */
  | 'what a look finds';

/** One row of an error table of the five API documents. */
export interface SeedError {
  readonly product: Product;
  readonly action: string;
  readonly code: string;
  /** As the document words it. */
  readonly message: string;
  readonly kind: ErrorKind;
  readonly end: End;
  /** Reason for this kind. */
  readonly reason: string;
}

type Row = readonly [code: string, message: string, kind: ErrorKind, reason: string];

const ends: Readonly<Partial<Record<ErrorKind, End>>> = {
  busy: 'the code after 9 sends',
  'not-found': 'the code after 9 sends',
  ambiguous: 'the deadline',
  exists: 'what a look finds',
};

const table = (product: Product, action: string, rows: readonly Row[]): SeedError[] =>
  rows.map(([code, message, kind, reason]) => ({
    product,
    action,
    code,
    message,
    kind,
    reason,
    end: ends[kind] ?? 'the code at once',
  }));

/**
 * Written by hand from the error tables of the documents, and not from the catalogue: vpc ActiveFlowLog (two editions, the later one
 * holds all of the earlier), cen ActiveFlowLog, vpc CreateFlowLog, ecr CreateFlowLog.
 */
export const seedErrors: readonly SeedError[] = [
  ...table('vpc', 'ActiveFlowLog', [
    [
      'IncorrectBusinessStatus.FlowLog',
      'The business status of flowLog is incorrect.',
      'prerequisite',
      'an unpaid bill is a person’s to settle',
    ],
    ['InvalidInstanceId', 'Instance does not exist.', 'not-found', 'a young absence, or deleted by somebody'],
    ['InvalidStatus', 'Current instance status is not valid for this action.', 'busy', 'the state passes'],
    [
      'InvalidRegionId.NotFound',
      'The RegionId provided does not exist in our records.',
      'invalid',
      'a wrong region stays wrong',
    ],
    [
      'InvalidInstanceId.NotFound',
      'The specfied instance is not existed.',
      'not-found',
      'a young absence, or deleted by somebody',
    ],
    [
      'IncorrectStatus.flowlog',
      'Invalid flowlog status.',
      'busy',
      'the state passes; so does the cool-down after an activation',
    ],
    [
      'Forbidden.OperateManagedFlowLog',
      'Authentication is failed for operate managed flowlog.',
      'denied',
      'the Log Service owns it',
    ],
    [
      'OperationDenied.FlowLogDeliverFailed',
      'The operation is not allowed due to an invalid delivery address.',
      'prerequisite',
      'the log store must be made',
    ],
    [
      'OperationDenied.NisTrafficAnalyzerAggregationIntervalMismatch',
      'The sampling interval of the FlowLog is greater than the sampling interval of the NIS Traffic Analyzer.',
      'invalid',
      'the interval must be changed',
    ],
    [
      'OperationDenied.NisTrafficAnalyzerNotActive',
      'The specified NIS Traffic Analyzer is not enabled.',
      'prerequisite',
      'the analyzer must be enabled',
    ],
    [
      'OperationDenied.NisTrafficAnalyzerNotFound',
      'The specified NIS Traffic Analyzer does not exist.',
      'prerequisite',
      'the analyzer is missing, not the flow log: looking again finds nothing new',
    ],
    [
      'OperationFailed.InternalError',
      'The request processing has failed due to some unknown error.',
      'ambiguous',
      'it may have happened',
    ],
  ]),
  ...table('cen', 'ActiveFlowLog', [
    [
      'ProjectOrLogstoreNotExist',
      'The specified project or logstore does not exist.',
      'prerequisite',
      'the log store must be made',
    ],
    [
      'SourceProjectNotExist',
      'The Source Project or logstore does not exist.',
      'prerequisite',
      'the log store must be made',
    ],
    ['OperationUnsupported.action', 'This action is not support.', 'unsupported', 'the region does not offer it'],
    ['RuleExist', 'The rule has already existed.', 'exists', 'a fact to look at'],
    [
      'QuotaExceeded.FlowlogCount',
      'This user has reached the maximum instance number of flowlog.',
      'quota',
      'the quota must be raised',
    ],
    ['InvalidFlowlogId.exist', 'This cenId already has flowlog instance existed.', 'exists', 'a fact to look at'],
    [
      'InvalidFlowlogId.NotFound',
      'The specified flowlog id does not exist or does not match the cen Id.',
      'not-found',
      'a young absence, or deleted by somebody',
    ],
    ['IncorrectStatus.flowlog', 'Invalid flowlog status.', 'busy', 'the document says: try again later'],
    [
      'IncorrectStatus.TrFlowlog',
      'Flowlog status for specified TransitRouter is invalid for this operation.',
      'busy',
      'a neighbour is changing',
    ],
    ['InvalidParameter', 'Invalid parameter.', 'invalid', 'a wrong parameter stays wrong'],
    ['Unauthorized', 'The AccessKeyId is unauthorized.', 'denied', 'a permission is missing'],
    [
      'InvalidParameter.FlowLogId',
      'The specified parameter FlowLogId is invalid.',
      'invalid',
      'not the id of a flow log; a missing one has another code',
    ],
  ]),
  ...table('vpc', 'CreateFlowLog', [
    [
      'OperationUnsupported.AdvancedFeature',
      'Advanced features of the vpc is unsupported.',
      'unsupported',
      'this VPC never will',
    ],
    ['INVALID_PARAMETER', 'The parameter invalid.', 'invalid', 'a wrong parameter stays wrong'],
    ['MissingParameter', 'Missing mandatory parameter', 'invalid', 'a missing parameter stays missing'],
  ]),
  ...table('ecr', 'CreateFlowLog', [
    [
      'IncorrectStatus.Ecr',
      'Ecr Status does not allow current operation.',
      'busy',
      'the document says: try again later',
    ],
    [
      'OperationDenied.ForceDeleting',
      'The current instance is being deleted.',
      'busy',
      'the document says: try again later; eight times, then it is the result',
    ],
    ['UnsupportedRegion', 'Feature not supported in specified region.', 'unsupported', 'the region does not offer it'],
    [
      'ResourceAlreadyExist.FlowLogId',
      'The specified resource of FlowLogId[%s] already exists.',
      'exists',
      'adopted if it is the same, else a conflict',
    ],
    [
      'InternalErrorTemp',
      'The request processing has failed due to some unknown error.',
      'ambiguous',
      'it may have happened',
    ],
  ]),
];
