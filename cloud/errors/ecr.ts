import { fixInput, metadata, terraform, type ErrorRow } from './row.js';

const ecrCreatePage = 'page of ecr CreateFlowLog';
const everyOperation = metadata('all operations of ecr');
const otherOperations = metadata('other operations of ecr');

const waitForRouter = 'Nothing to do: the operation waits until the router has settled and looks again.';
const checkRouterAdvice =
  'Check the ids of the Express Connect Router and the virtual border router; if deleted, take it out of the manifest.';

/**
 * Errors of the flow log operations of ECR. Only the table of CreateFlowLog could be read; what the others say about an unknown flow
 * log, a wrong state, the quota or the destination is not documented and arrives as `unknown` until it is added here.
 */
export const ecrErrors: readonly ErrorRow[] = (
  [
    {
      code: 'IncorrectStatus.Ecr',
      kind: 'busy',
      meaning: 'The Express Connect Router is changing or being deleted.',
      advice: waitForRouter,
      source: ecrCreatePage,
    },
    {
      code: 'IncorrectStatus.EcrAssociation',
      kind: 'busy',
      meaning: 'An association of the Express Connect Router is changing.',
      advice: waitForRouter,
      source: otherOperations,
    },
    {
      code: 'IncorrectStatus.EcrRegion',
      kind: 'busy',
      meaning: 'A region of the Express Connect Router is changing.',
      advice: waitForRouter,
      source: terraform,
    },
    {
      code: 'Conflict.Lock',
      kind: 'busy',
      meaning: 'Another operation on the Express Connect Router has not ended.',
      advice: waitForRouter,
      source: `${metadata('17 changing operations of ecr')}; ${terraform}`,
    },
    {
      code: 'OperationDenied.VbrHasRouteEntryInMiddleStatus',
      kind: 'busy',
      meaning: 'A route of the virtual border router is changing.',
      advice: waitForRouter,
      source: terraform,
    },
    {
      code: 'OperationDenied.ForceDeleting',
      kind: 'busy',
      meaning: 'The Express Connect Router is being deleted by force.',
      advice: 'Wait for the deletion to end; then take the router out of the manifest.',
      source: ecrCreatePage,
    },
    {
      code: 'UnsupportedRegion',
      kind: 'unsupported',
      scope: 'account',
      meaning: 'This region does not offer Express Connect Routers.',
      advice: 'Leave the region out; ask Alibaba Cloud when it will be offered.',
      source: ecrCreatePage,
    },
    {
      code: 'ResourceAlreadyExist.FlowLogId',
      kind: 'exists',
      meaning: 'The virtual border router has a flow log already; the message names it.',
      advice: 'Nothing to do: the operation looks and adopts it, or reports the conflict.',
      source: ecrCreatePage,
    },
    {
      code: 'InternalErrorTemp',
      kind: 'ambiguous',
      meaning: 'The cloud failed for an unknown reason; the change may have happened.',
      advice:
        'Nothing to do: the operation looks before it sends again. If it stays, open a ticket with the request id.',
      source: ecrCreatePage,
    },
    {
      code: 'ResourceNotFound.EcrId',
      kind: 'invalid',
      refused: ['parameter', 'EcrId not found.'],
      meaning: 'The Express Connect Router does not exist.',
      advice: checkRouterAdvice,
      source: everyOperation,
    },
    {
      code: 'ResourceNotFound.EcrId',
      on: ['delete'],
      kind: 'not-found',
      meaning: 'The Express Connect Router is gone, and its flow logs with it.',
      advice: 'Nothing to do: the operation looks whether the flow log is still listed.',
      source: `${everyOperation}; ${terraform}`,
    },
    {
      code: 'ResourceNotFound.FlowLogId',
      kind: 'not-found',
      meaning: 'The flow log does not exist.',
      advice: 'Look whether somebody deleted it; enable creates it again.',
      source: 'named after its siblings; no table of these operations could be read',
    },
    {
      code: 'ResourceNotFound.AssociationId',
      kind: 'not-found',
      meaning: 'The association does not exist.',
      advice: checkRouterAdvice,
      source: `${otherOperations}; ${terraform}`,
    },
    {
      code: 'ResourceNotFound.InstanceId',
      kind: 'invalid',
      meaning: 'The virtual border router does not exist, or is not joined to this Express Connect Router.',
      advice: checkRouterAdvice,
      source: otherOperations,
    },
    {
      code: 'ResourceNotFound.ChildInstanceId',
      kind: 'invalid',
      meaning: 'The virtual border router does not exist, or is not joined to this Express Connect Router.',
      advice: checkRouterAdvice,
      source: terraform,
    },
    {
      code: 'MissingParam.*',
      kind: 'invalid',
      refused: ['parameter', 'The param of %s is missing.'],
      meaning: 'The parameter in the code is missing.',
      advice: fixInput,
      source: everyOperation,
    },
    {
      code: 'IllegalParamFormat.*',
      kind: 'invalid',
      refused: ['parameter', 'The param format of EcrId **** is illegal.'],
      meaning: 'The parameter in the code has the wrong form.',
      advice: fixInput,
      source: everyOperation,
    },
    {
      code: 'IllegalParam.*',
      kind: 'invalid',
      refused: ['parameter', 'The param of %s is illegal.'],
      meaning: 'The parameter in the code has a value that is not allowed.',
      advice: fixInput,
      source: everyOperation,
    },
    {
      code: 'INVALID_PARAMETER',
      kind: 'invalid',
      meaning: 'A parameter has a value that is not allowed.',
      advice: fixInput,
      source: 'named after its sibling of vpc; no table of these operations could be read',
    },
    {
      code: 'OperationFailed.CallingVpcYaochi',
      kind: 'unavailable',
      meaning: 'A component of the cloud is out of order.',
      advice: 'Nothing to do: it is sent again until the deadline.',
      source: otherOperations,
    },
    {
      code: 'OperationFailed.CallingEcYaochi',
      kind: 'unavailable',
      meaning: 'A component of the cloud is out of order.',
      advice: 'Nothing to do: it is sent again until the deadline.',
      source: otherOperations,
    },
  ] as const satisfies readonly Omit<ErrorRow, 'service'>[]
).map((row) => ({ service: 'ecr', ...row }));
