import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { ask, type Product } from './fixtures/caller.js';

/** Every code of the five documents' tables can be injected at its very action, and says what the document says. */

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const noInstance = 'Instance does not exist.';
const badStatus = 'Invalid flowlog status.';
const managed = 'Authentication is failed for operate managed flowlog.';
const noDelivery = 'The operation is not allowed due to an invalid delivery address.';
const unknown = 'The request processing has failed due to some unknown error.';
const analyzer = 'OperationDenied.NisTrafficAnalyzer';

const documented: readonly [document: string, Product, 'activate' | 'create', code: string, message: string][] = [
  ['000', 'vpc', 'activate', 'InvalidInstanceId', noInstance],
  ['000', 'vpc', 'activate', 'IncorrectStatus.flowlog', badStatus],
  ['000', 'vpc', 'activate', 'Forbidden.OperateManagedFlowLog', managed],
  ['000', 'vpc', 'activate', 'OperationDenied.FlowLogDeliverFailed', noDelivery],
  ['001', 'vpc', 'activate', 'IncorrectBusinessStatus.FlowLog', 'The business status of flowLog is incorrect.'],
  ['001', 'vpc', 'activate', 'InvalidInstanceId', noInstance],
  ['001', 'vpc', 'activate', 'InvalidStatus', 'Current instance status is not valid for this action.'],
  ['001', 'vpc', 'activate', 'InvalidRegionId.NotFound', 'The RegionId provided does not exist in our records.'],
  ['001', 'vpc', 'activate', 'InvalidInstanceId.NotFound', 'The specfied instance is not existed.'],
  ['001', 'vpc', 'activate', 'IncorrectStatus.flowlog', badStatus],
  ['001', 'vpc', 'activate', 'Forbidden.OperateManagedFlowLog', managed],
  ['001', 'vpc', 'activate', 'OperationDenied.FlowLogDeliverFailed', noDelivery],
  [
    '001',
    'vpc',
    'activate',
    `${analyzer}AggregationIntervalMismatch`,
    'The sampling interval of the FlowLog is greater than the sampling interval of the NIS Traffic Analyzer.',
  ],
  ['001', 'vpc', 'activate', `${analyzer}NotActive`, 'The specified NIS Traffic Analyzer is not enabled.'],
  ['001', 'vpc', 'activate', `${analyzer}NotFound`, 'The specified NIS Traffic Analyzer does not exist.'],
  ['001', 'vpc', 'activate', 'OperationFailed.InternalError', unknown],
  ['002', 'cen', 'activate', 'ProjectOrLogstoreNotExist', 'The specified project or logstore does not exist.'],
  ['002', 'cen', 'activate', 'SourceProjectNotExist', 'The Source Project or logstore does not exist.'],
  ['002', 'cen', 'activate', 'OperationUnsupported.action', 'This action is not support.'],
  ['002', 'cen', 'activate', 'RuleExist', 'The rule has already existed.'],
  [
    '002',
    'cen',
    'activate',
    'QuotaExceeded.FlowlogCount',
    'This user has reached the maximum instance number of flowlog.',
  ],
  ['002', 'cen', 'activate', 'InvalidFlowlogId.exist', 'This cenId already has flowlog instance existed.'],
  [
    '002',
    'cen',
    'activate',
    'InvalidFlowlogId.NotFound',
    'The specified flowlog id does not exist or does not match the cen Id.',
  ],
  ['002', 'cen', 'activate', 'IncorrectStatus.flowlog', badStatus],
  [
    '002',
    'cen',
    'activate',
    'IncorrectStatus.TrFlowlog',
    'Flowlog status for specified TransitRouter is invalid for this operation.',
  ],
  ['002', 'cen', 'activate', 'InvalidParameter', 'Invalid parameter.'],
  ['002', 'cen', 'activate', 'Unauthorized', 'The AccessKeyId is unauthorized.'],
  ['002', 'cen', 'activate', 'InvalidParameter.FlowLogId', 'The specified parameter FlowLogId is invalid.'],
  ['003', 'vpc', 'create', 'OperationUnsupported.AdvancedFeature', 'Advanced features of the vpc is unsupported.'],
  ['003', 'vpc', 'create', 'INVALID_PARAMETER', 'The parameter invalid.'],
  ['003', 'vpc', 'create', 'MissingParameter', 'Missing mandatory parameter'],
  ['004', 'ecr', 'create', 'IncorrectStatus.Ecr', 'Ecr Status does not allow current operation.'],
  ['004', 'ecr', 'create', 'OperationDenied.ForceDeleting', 'The current instance is being deleted.'],
  ['004', 'ecr', 'create', 'UnsupportedRegion', 'Feature not supported in specified region.'],
  ['004', 'ecr', 'create', 'ResourceAlreadyExist.FlowLogId', 'The specified resource of FlowLogId[%s] already exists.'],
  ['004', 'ecr', 'create', 'InternalErrorTemp', unknown],
];

test.each(documented)('document %s: %s %s can be refused with %s', async (_document, product, verb, code, message) => {
  simulator.faults([{ product, count: 1, effect: 'code', code }]);
  const { status, body } = await ask(simulator.url, product, verb);
  expect({ status, code: body.Code, message: body.Message }).toEqual({ status: 400, code, message });
});
