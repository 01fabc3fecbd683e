import { Refusal } from '../../wire/refusal.js';
import type { FlowLog } from '../../world/flow-log.js';
import { liveAt } from '../../world/timeline.js';
import type { AnswerBody, Call } from '../action.js';
import { clientToken } from '../common-parameters.js';
import type { Parameter } from '../parameters.js';
import { requireResource } from '../resources.js';

/** Rows of every ECR action. The wrong format of an id has a documented family of codes, `IllegalParamFormat.<Name>`. */
export const ecrParameters: readonly Parameter[] = [
  {
    name: 'EcrId',
    type: 'text',
    required: true,
    pattern: /^ecr-[A-Za-z0-9*-]{1,60}$/,
    wrong: 'IllegalParamFormat.EcrId',
  },
  clientToken,
  { name: 'DryRun', type: 'boolean' },
];

/** The flow log an action is about. */
export const ecrFlowLogId: Parameter = {
  name: 'FlowLogId',
  type: 'text',
  required: true,
  pattern: /^[A-Za-z0-9*-]{1,128}$/,
  wrong: 'IllegalParamFormat.FlowLogId',
};

/** The capture window, in seconds. */
export const ecrInterval: Parameter = { name: 'Interval', type: 'integer', allowed: [60, 600] };

/** One packet in so many. */
export const samplingRate: Parameter = { name: 'SamplingRate', type: 'text', allowed: ['1:4096', '1:2048', '1:1024'] };

/** ECR's success envelope. The dynamic fields belong to failures and stay empty. */
export const ecrAnswer = (call: Call, body: AnswerBody = {}): AnswerBody => ({
  RequestId: call.requestId,
  Success: true,
  Code: '200',
  Message: 'OK',
  HttpStatusCode: 200,
  DynamicCode: '',
  DynamicMessage: '',
  AccessDeniedDetail: '',
  ...body,
});

/**
 * Checks the router a call names.
 * @throws {@link Refusal} when it is unknown, and for a change also when it is busy or going away.
 */
export function checkEcr(call: Call, purpose: 'read' | 'change'): void {
  const ecr = requireResource(call, 'ecrs', call.args.need('EcrId'), '', () => new Refusal('ResourceNotFound.EcrId'));
  const status = ecr?.details.status ?? 'ACTIVE';
  if (purpose === 'read' || status === 'ACTIVE') return;
  throw new Refusal(status === 'DELETING' ? 'OperationDenied.ForceDeleting' : 'IncorrectStatus.Ecr');
}

/**
 * The caller's flow log on the router it names.
 * @throws {@link Refusal} when there is none. No code of this is published; this one is its family's.
 */
export function namedEcrFlowLog(call: Call): FlowLog {
  checkEcr(call, 'change');
  const log = call.world.flowLogs.get(call.args.need('FlowLogId'));
  const here = log?.product === 'ecr' && log.accountId === call.accountId;
  const version = here ? liveAt(log, call.now) : undefined;
  if (!here || version?.fields.EcrId !== call.args.need('EcrId')) throw new Refusal('ResourceNotFound.FlowLogId');
  return log;
}
