import { fixInput, createLogStore, waitForFlowLog, metadata, terraform, type ErrorRow } from './row.js';

const cenActivatePage = 'page of cen ActiveFlowLog, Jul 2025';
const all = metadata('create', 'delete', 'modify', 'list', 'activate', 'deactivate');

const adopt = 'Nothing to do: the operation looks and adopts it, or reports the conflict.';
const checkTransitRouter =
  'Check the id and the region of the transit router and its attachment; if it was deleted, take it out of the manifest.';

/** Errors of the flow log operations of CEN. `Flowlog.AlreayExist` is the cloud's spelling. */
export const cenErrors: readonly ErrorRow[] = (
  [
    // The flow log.
    {
      code: 'InvalidFlowlogId.NotFound',
      kind: 'not-found',
      meaning: 'The flow log does not exist, or is not of this CEN instance.',
      advice: 'Look whether somebody deleted it; enable creates it again.',
      source: `${cenActivatePage}; ${metadata('delete', 'list', 'activate', 'deactivate')}`,
    },
    {
      code: 'InvalidParameter.FlowLogId',
      kind: 'invalid',
      refused: ['parameter', 'The specified parameter FlowLogId is invalid.'],
      meaning: 'The id is not one of a flow log.',
      advice: 'Correct the flow log id.',
      source: cenActivatePage,
    },
    {
      code: 'InvalidParameter.FlowLogId',
      message: /does not exist/i,
      kind: 'not-found',
      meaning: 'The flow log does not exist, or is not of this CEN instance (modify says it with this code).',
      advice: 'Look whether somebody deleted it; enable creates it again.',
      source: metadata('modify'),
    },
    {
      code: 'IncorrectStatus.flowlog',
      kind: 'busy',
      meaning: 'The flow log is in a state that does not allow this, or was activated a moment ago.',
      advice: waitForFlowLog,
      source: `${cenActivatePage}; ${metadata('create', 'delete', 'modify', 'activate', 'deactivate')}`,
    },
    {
      code: 'IncorrectStatus.TrFlowlog',
      kind: 'busy',
      meaning: 'Another flow log of the same transit router is changing.',
      advice: waitForFlowLog,
      source: `${cenActivatePage}; ${metadata('create', 'delete', 'activate', 'deactivate')}`,
    },
    {
      code: 'IncorrectStatus.TransitRouterAttachmentId',
      kind: 'busy',
      meaning: 'The attachment is changing.',
      advice: 'Nothing to do: the operation waits until the attachment has settled and looks again.',
      source: metadata('create'),
    },
    {
      code: 'Operation.Blocking',
      kind: 'busy',
      meaning: 'Another operation holds the CEN instance.',
      advice: waitForFlowLog,
      source: terraform,
    },
    {
      code: 'LOCK_ERROR',
      kind: 'busy',
      meaning: 'Another operation holds the CEN instance.',
      advice: waitForFlowLog,
      source: terraform,
    },

    // There already.
    {
      code: 'Flowlog.AlreayExist',
      kind: 'exists',
      meaning: 'The attachment has a flow log already.',
      advice: adopt,
      source: metadata('create'),
    },
    {
      code: 'InvalidFlowlogId.exist',
      kind: 'exists',
      meaning: 'The CEN instance has a flow log already.',
      advice: adopt,
      source: `${cenActivatePage}; ${metadata('create', 'delete', 'activate', 'deactivate')}`,
    },
    {
      code: 'RuleExist',
      kind: 'exists',
      meaning: 'Such a flow log exists already.',
      advice: adopt,
      source: `${cenActivatePage}; ${metadata('create', 'activate', 'deactivate')}`,
    },
    {
      code: 'OperationInvalid.IncompatibleFlowlogExist',
      kind: 'exists',
      meaning:
        'The router has a flow log that this one cannot stand beside: one for the whole router excludes those of its attachments.',
      advice: 'Delete the flow log of the router or those of its attachments, then ask again.',
      source: metadata('create'),
    },

    // The destination.
    {
      code: 'ProjectOrLogstoreNotExist',
      kind: 'prerequisite',
      scope: 'destination',
      meaning: 'The project or the log store does not exist.',
      advice: createLogStore,
      source: `${cenActivatePage}; ${metadata('create', 'delete', 'activate', 'deactivate')}`,
    },
    {
      code: 'SourceProjectNotExist',
      kind: 'prerequisite',
      scope: 'destination',
      meaning: 'The project or the log store does not exist.',
      advice: createLogStore,
      source: `${cenActivatePage}; ${metadata('create', 'delete', 'activate', 'deactivate')}`,
    },
    {
      code: 'InvalidParameter.ProjectName',
      kind: 'invalid',
      refused: ['parameter', 'Project name is invalid or does not belong to specified region.'],
      scope: 'destination',
      meaning: 'The project name is not allowed, or the project is in another region.',
      advice: 'Name a project in the region of the transit router.',
      source: metadata('create'),
    },
    {
      code: 'ProjectExist',
      kind: 'prerequisite',
      scope: 'destination',
      meaning: 'The project name is taken by another account: names are unique within a region.',
      advice: 'Name another project.',
      source: metadata('create'),
    },

    // Terraform takes these two for "already gone" when it deletes: so must a deletion, which then looks.
    {
      code: 'ProjectOrLogstoreNotExist',
      on: ['delete'],
      kind: 'not-found',
      scope: 'destination',
      meaning: 'The flow log is gone with its project.',
      advice: 'Look whether the flow log is still listed.',
      source: `${metadata('delete')}; ${terraform}`,
    },
    {
      code: 'SourceProjectNotExist',
      on: ['delete'],
      kind: 'not-found',
      scope: 'destination',
      meaning: 'The flow log is gone with its project.',
      advice: 'Look whether the flow log is still listed.',
      source: `${metadata('delete')}; ${terraform}`,
    },

    // Quotas.
    {
      code: 'QuotaExceeded.FlowlogCount',
      kind: 'quota',
      refused: ['quota', 'This user has reached the maximum instance number of flowlog.'],
      scope: 'account',
      meaning: 'The account has as many flow logs as it may.',
      advice: 'Delete flow logs that are not needed, or have the quota raised by a ticket, and ask again.',
      source: `${cenActivatePage}; ${metadata('create', 'delete', 'activate', 'deactivate')}`,
    },

    // Parameters.
    {
      code: 'IllegalParam.TagKey',
      kind: 'invalid',
      refused: ['parameter', 'The tag keys are not valid.'],
      meaning: 'A tag key is not allowed.',
      advice: fixInput,
      source: metadata('list'),
    },
    {
      code: 'IllegalParam.TagValue',
      kind: 'invalid',
      refused: ['parameter', 'The tag values are not valid.'],
      meaning: 'A tag value is not allowed.',
      advice: fixInput,
      source: metadata('list'),
    },
    {
      code: 'IllegalParam.TransitRouterAttachmentId',
      kind: 'invalid',
      refused: ['parameter', 'TransitRouterAttachmentId is illegal.'],
      meaning: 'The id is not one of an attachment.',
      advice: checkTransitRouter,
      source: metadata('create'),
    },
    {
      code: 'InvalidDescription',
      kind: 'invalid',
      refused: ['parameter', 'Description is invalid.'],
      meaning: 'The description is not allowed.',
      advice: fixInput,
      source: metadata('list'),
    },
    {
      code: 'InvalidName',
      kind: 'invalid',
      refused: ['parameter', 'Name is invalid.'],
      meaning: 'The name is not allowed.',
      advice: fixInput,
      source: metadata('list'),
    },
    {
      code: 'InvalidParameter',
      kind: 'invalid',
      refused: ['parameter', 'Invalid parameter.'],
      meaning: 'A parameter has a value that is not allowed.',
      advice: fixInput,
      source: `${cenActivatePage}; ${all}`,
    },
    {
      code: 'InvalidParameter.FlowLogVersion',
      kind: 'invalid',
      refused: ['parameter', 'Flowlog version is invalid.'],
      meaning: 'The version of the flow log is not one the cloud knows.',
      advice: fixInput,
      source: metadata('list'),
    },
    {
      code: 'InvalidParameter.Interval',
      kind: 'invalid',
      refused: ['parameter', 'Interval is invalid.'],
      meaning: 'The interval is not one the cloud takes.',
      advice: 'Ask for 60 or 600 seconds.',
      source: metadata('list'),
    },
    {
      code: 'InvalidParameter.LogFormatString',
      kind: 'invalid',
      refused: ['parameter', 'LogFormatString is invalid.'],
      meaning: 'The log format is not one the cloud takes.',
      advice: 'Begin with ${srcaddr}${dstaddr}${bytes} and name only documented fields.',
      source: metadata('create'),
    },
    {
      code: 'InvalidOperation.TransitRouterNotExist',
      kind: 'invalid',
      refused: ['parameter', 'Operation is invalid because the transit router not exist.'],
      meaning: 'The transit router does not exist.',
      advice: checkTransitRouter,
      source: metadata('create'),
    },
    {
      code: 'InvalidTransitRouterAttachmentId.NotFound',
      kind: 'invalid',
      refused: ['parameter', 'The TransitRouterAttachmentId is not found.'],
      meaning: 'The attachment does not exist.',
      advice: checkTransitRouter,
      source: metadata('create'),
    },

    // Unsupported requests; permission.
    {
      code: 'OperationUnsupported.action',
      kind: 'unsupported',
      scope: 'account',
      meaning: 'This region does not offer flow logs of transit routers, or not this operation.',
      advice: 'Leave the region out; only Enterprise transit routers have flow logs.',
      source: `${cenActivatePage}; ${metadata('create', 'delete', 'list', 'activate', 'deactivate')}`,
    },
    {
      code: 'Unauthorized',
      kind: 'denied',
      refused: ['permission', 'The AccessKeyId is unauthorized.'],
      scope: 'account',
      meaning: 'The access key may not do this.',
      advice: 'Give the role the permissions that `flowlog ram-policy` prints.',
      source: `${cenActivatePage}; ${all}`,
    },
    {
      code: 'NoPermission.AliyunServiceRoleForTRFlowLog',
      kind: 'denied',
      refused: ['permission', 'You are not authorized to create service linked role AliyunServiceRoleForTRFlowLog.'],
      scope: 'account',
      meaning:
        'The service-linked role AliyunServiceRoleForTRFlowLog is missing and may not be created by this caller.',
      advice: 'Allow ram:CreateServiceLinkedRole for flowlog.cen.aliyuncs.com, or create the role once in the console.',
      source: metadata('create'),
    },

    // An existing flow log blocks the deletion of its router; seen by programs that delete routers.
    {
      code: 'OperationFailed.FlowLogExistOrNisOpened',
      kind: 'prerequisite',
      meaning: 'The transit router or attachment still has a flow log.',
      advice: 'Delete the flow log first.',
      source: metadata('DeleteTransitRouter', 'DeleteTransitRouterPeerAttachment'),
    },
  ] as const satisfies readonly Omit<ErrorRow, 'service'>[]
).map((row) => ({ service: 'cen', ...row }));
