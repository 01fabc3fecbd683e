import { fixInput, createLogStore, waitForFlowLog, metadata, terraform, type ErrorRow } from './row.js';

const vpcActivatePage = 'page of vpc ActiveFlowLog, Jun 2026';
const activatePages = 'pages of vpc ActiveFlowLog, both';
const vpcCreatePage = 'page of vpc CreateFlowLog';

const raiseQuota =
  'Delete flow logs that are not needed, or have the quota vpc_quota_flowlog_inst_nums_per_user raised, and ask again.';

/** Errors of the flow log operations of VPC. Nearly all arrive with HTTP 400. */
export const vpcErrors: readonly ErrorRow[] = (
  [
    // The flow log.
    {
      code: 'InvalidInstanceId',
      kind: 'not-found',
      meaning: 'The flow log does not exist.',
      advice: 'Look whether somebody deleted it; enable creates it again.',
      source: `${activatePages}; ${metadata('delete', 'modify', 'activate', 'deactivate', 'list')}`,
    },
    {
      code: 'InvalidInstanceId.NotFound',
      kind: 'not-found',
      meaning: 'The flow log does not exist.',
      advice: 'Look whether somebody deleted it; enable creates it again.',
      source: `${vpcActivatePage}; ${metadata('delete', 'modify', 'activate', 'deactivate')}`,
    },
    {
      code: 'InvalidInstanceId',
      on: ['create'],
      kind: 'invalid',
      refused: ['parameter', 'vswitch does not exist.'],
      meaning: 'The resource to be logged does not exist.',
      advice: 'Check the id and the region of the resource; if it was deleted, take it out of the manifest.',
      source: metadata('create'),
    },
    {
      code: 'Instance.IsNotAvailable',
      kind: 'not-found',
      meaning: 'The flow log is gone; terraform takes it so on delete.',
      advice: 'Look whether somebody deleted it; enable creates it again.',
      source: terraform,
    },
    {
      code: 'Instance.IsNotPostPay',
      kind: 'not-found',
      meaning: 'The flow log is gone; terraform takes it so on delete.',
      advice: 'Look whether somebody deleted it; enable creates it again.',
      source: terraform,
    },
    {
      code: 'IncorrectStatus.flowlog',
      kind: 'busy',
      meaning: 'The flow log is in a state that does not allow this, or was activated a moment ago.',
      advice: waitForFlowLog,
      source: `${activatePages}; ${metadata('delete', 'modify', 'activate', 'deactivate')}`,
    },
    {
      code: 'InvalidStatus',
      kind: 'busy',
      meaning: 'The state of the flow log does not allow this now.',
      advice: waitForFlowLog,
      source: `${vpcActivatePage}; ${metadata('delete', 'activate', 'deactivate')}`,
    },
    {
      code: 'InvalidHdMonitorStatus',
      kind: 'busy',
      meaning: 'The state of the flow log does not allow this now.',
      advice: waitForFlowLog,
      source: metadata('create', 'delete', 'modify'),
    },
    {
      code: 'IncorrectBusinessStatus.FlowLog',
      kind: 'prerequisite',
      meaning: 'The flow log is locked, mostly because a bill is unpaid.',
      advice: "Settle the account's bills; a flow log locked for 7 days is released by the cloud.",
      source: `${vpcActivatePage}; ${metadata('create', 'modify', 'activate', 'deactivate')}`,
    },
    {
      code: 'Forbidden.OperateManagedFlowLog',
      kind: 'denied',
      refused: ['permission', 'Authentication is failed for operate managed flowlog.'],
      meaning: 'The flow log was made by the Log Service and cannot be changed through this API.',
      advice: 'Change it in the console of the Log Service, or leave it to its maker.',
      source: `${activatePages}; ${metadata('delete', 'modify', 'activate', 'deactivate')}`,
    },
    {
      code: 'OperationFailed.InternalError',
      kind: 'ambiguous',
      meaning: 'The cloud failed for an unknown reason; the change may have happened.',
      advice:
        'Nothing to do: the operation looks before it sends again. If it stays, open a ticket with the request id.',
      source: vpcActivatePage,
    },

    // The destination.
    {
      code: 'OperationDenied.FlowLogDeliverFailed',
      kind: 'prerequisite',
      scope: 'destination',
      meaning: 'Records cannot be delivered to the project and log store.',
      advice: createLogStore,
      source: `${activatePages}; ${metadata('activate')}`,
    },
    {
      code: 'ProjectOrLogstoreNotExist',
      kind: 'prerequisite',
      scope: 'destination',
      meaning: 'The project or the log store does not exist.',
      advice: createLogStore,
      source: metadata('create', 'delete', 'modify', 'list'),
    },
    {
      code: 'SourceProjectNotExist',
      kind: 'prerequisite',
      scope: 'destination',
      meaning: 'The project or the log store does not exist.',
      advice: createLogStore,
      source: metadata('create', 'delete', 'modify', 'list'),
    },

    // The traffic analyzer bound to the flow log in the console.
    {
      code: 'OperationDenied.NisTrafficAnalyzerAggregationIntervalMismatch',
      kind: 'invalid',
      meaning: 'The flow log aggregates over a longer interval than the NIS traffic analyzer bound to it.',
      advice: 'Modify aggregationIntervalSeconds to be no longer than the interval of the analyzer, then enable.',
      source: vpcActivatePage,
    },
    {
      code: 'OperationDenied.NisTrafficAnalyzerNotActive',
      kind: 'prerequisite',
      meaning: 'The NIS traffic analyzer bound to the flow log is not enabled.',
      advice: 'Enable the analyzer in the console of the Network Intelligence Service, or unbind it.',
      source: vpcActivatePage,
    },
    {
      code: 'OperationDenied.NisTrafficAnalyzerNotFound',
      kind: 'prerequisite',
      meaning: 'The NIS traffic analyzer bound to the flow log does not exist.',
      advice: 'Unbind the analyzer in the console of the Network Intelligence Service, or bind an existing one.',
      source: vpcActivatePage,
    },

    // There already.
    {
      code: 'InvalidResourceId.NotFound',
      on: ['create'],
      kind: 'exists',
      meaning:
        'The resource has a flow log already (the code is misnamed: "This resourceId already has flowlog instance existed").',
      advice: 'Nothing to do: the operation looks and adopts it, or reports the conflict.',
      source: metadata('create'),
    },
    {
      code: 'InvalidResourceId.NotFound',
      kind: 'invalid',
      meaning: 'The resource id is empty.',
      advice: fixInput,
      source: metadata('delete'),
    },
    {
      code: 'RuleExist',
      kind: 'exists',
      meaning: 'Such a flow log exists already.',
      advice: 'Nothing to do: the operation looks and adopts it, or reports the conflict.',
      source: metadata('create', 'modify'),
    },

    // Quotas.
    {
      code: 'QuotaExceeded.FlowlogCount',
      kind: 'quota',
      refused: ['quota', 'This user has reached the maximum instance number of flowlog.'],
      scope: 'account',
      meaning: 'The account has as many flow logs as it may (10 by default).',
      advice: raiseQuota,
      source: metadata('create'),
    },
    {
      code: 'FlowLogNumberOverLimit',
      kind: 'quota',
      refused: ['quota', 'This user has reached the maximum instance number of flowlog.'],
      scope: 'account',
      meaning: 'The account has as many flow logs as it may.',
      advice: raiseQuota,
      source: metadata('delete', 'modify', 'deactivate'),
    },

    // Parameters.
    {
      code: 'DuplicatedParam.TrafficPath',
      kind: 'invalid',
      refused: ['parameter', 'The param of trafficPath is duplicated.'],
      meaning: 'The field trafficPath names something twice.',
      advice: fixInput,
      source: metadata('create'),
    },
    {
      code: 'IllegalParam.AggregationInterval',
      kind: 'invalid',
      refused: ['parameter', 'The param of aggregationInterval is illegal.'],
      meaning: 'The interval is not one the cloud takes.',
      advice: 'Ask for 60, 300 or 600 seconds.',
      source: metadata('create', 'modify'),
    },
    {
      code: 'IllegalParam.ResourceGroupId',
      kind: 'invalid',
      refused: ['parameter', 'Invalid ResourceGroupld value.'],
      meaning: 'There is no such resource group.',
      advice: fixInput,
      source: metadata('create'),
    },
    {
      code: 'IllegalParam.TrafficPath',
      kind: 'invalid',
      refused: ['parameter', 'The param of trafficPath is illegal.'],
      meaning: 'The field trafficPath names something the cloud does not know.',
      advice: fixInput,
      source: metadata('create'),
    },
    {
      code: 'INVALID_PARAMETER',
      kind: 'invalid',
      refused: ['parameter', 'The parameter invalid.'],
      meaning: 'A parameter has a value that is not allowed.',
      advice: fixInput,
      source: `${vpcCreatePage}; ${metadata('create')}`,
    },
    {
      code: 'InvalidName.Malformed',
      kind: 'invalid',
      refused: ['parameter', 'The specified name is not valid.'],
      meaning: 'The name is not allowed.',
      advice: fixInput,
      source: metadata('modify'),
    },
    {
      code: 'InvalidRegionId.NotFound',
      kind: 'invalid',
      refused: ['parameter', 'The RegionId provided does not exist in our records.'],
      scope: 'account',
      meaning: 'There is no such region.',
      advice: 'Correct the region of the target.',
      source: `${vpcActivatePage}; ${metadata('create', 'delete', 'activate', 'deactivate', 'list')}`,
    },
    {
      code: 'InvalidResourceType.NotFound',
      kind: 'invalid',
      refused: ['parameter', 'Resource type no the same.'],
      meaning: 'The id is not of the type that was given with it.',
      advice: 'Correct the resource type (VPC, VSwitch or NetworkInterface) or the id.',
      source: metadata('create'),
    },
    {
      code: 'InvalidTrafficType.NotFound',
      kind: 'invalid',
      refused: ['parameter', 'Invalid traffic type.'],
      meaning: 'The traffic type is not All, Allow or Drop.',
      advice: fixInput,
      source: metadata('modify'),
    },
    {
      code: 'MissingParameter',
      kind: 'invalid',
      refused: ['parameter', 'Missing mandatory parameter'],
      meaning: 'A parameter that must be there is missing.',
      advice: fixInput,
      source: `${vpcCreatePage}; ${metadata('create')}`,
    },
    {
      code: 'ParameterInvalid',
      kind: 'invalid',
      refused: ['parameter', 'Invalid parameter.'],
      meaning: 'A parameter has a value that is not allowed.',
      advice: fixInput,
      source: metadata('create', 'delete', 'list'),
    },

    // Unsupported requests.
    {
      code: 'OperationUnsupported.action',
      kind: 'unsupported',
      scope: 'account',
      meaning: 'This region does not offer flow logs, or not this operation.',
      advice: 'Leave the region out; ask Alibaba Cloud when it will be offered.',
      source: metadata('create'),
    },
    {
      code: 'OperationUnsupported.AdvancedFeature',
      kind: 'unsupported',
      meaning: 'The VPC does not support advanced features, of which this is one.',
      advice: 'Leave this VPC out, or move its instances to types that support advanced features.',
      source: `${vpcCreatePage}; ${metadata('create')}`,
    },
    {
      code: 'OperationUnsupported.ResourceType',
      kind: 'unsupported',
      meaning: 'Flow logs of this type of resource are not supported here.',
      advice: 'Log the VPC or the vSwitch in its place.',
      source: metadata('create'),
    },
  ] as const satisfies readonly Omit<ErrorRow, 'service'>[]
).map((row) => ({ service: 'vpc', ...row }));
