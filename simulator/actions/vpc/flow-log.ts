import { Refusal } from '../../wire/refusal.js';
import type { FlowLog } from '../../world/flow-log.js';
import { finalOf, liveAt } from '../../world/timeline.js';
import type { Call } from '../action.js';
import { ownerParameters } from '../common-parameters.js';
import type { Parameter } from '../parameters.js';

/** Rows of every VPC flow-log action. */
export const regionParameters: readonly Parameter[] = [
  { name: 'RegionId', type: 'text', required: true },
  ...ownerParameters,
];

/** The flow log an action is about. A malformed id is an id that does not exist. */
export const flowLogIdParameter: Parameter = { name: 'FlowLogId', type: 'text', required: true };

/** VPC's aggregation interval, in minutes. */
export const aggregationInterval: Parameter = {
  name: 'AggregationInterval',
  type: 'integer',
  allowed: [1, 5, 10],
  wrong: 'IllegalParam.AggregationInterval',
};

/**
 * The caller's flow log, if it may be changed.
 * @throws {@link Refusal} when it does not exist here, belongs to another service, or is locked for arrears.
 */
export function changeableFlowLog(call: Call): FlowLog {
  const log = call.world.flowLogs.get(call.args.need('FlowLogId'));
  const here = log?.product === 'vpc' && log.accountId === call.accountId && log.region === call.args.need('RegionId');
  const version = here ? liveAt(log, call.now) : undefined;
  if (!here || !version) throw new Refusal('InvalidInstanceId.NotFound');
  if (version.fields.ServiceType === 'sls') throw new Refusal('Forbidden.OperateManagedFlowLog');
  if ((version.fields.BusinessStatus ?? 'Normal') !== 'Normal') throw new Refusal('IncorrectBusinessStatus.FlowLog');
  return log;
}

/** Tells whether records of a flow log reach their log store, in the words of its list. */
export function deliveryOf(call: Call, log: FlowLog): { status: string; message: string } {
  const { fields } = finalOf(log);
  const seeded = fields.FlowLogDeliverStatus;
  if (typeof seeded === 'string') return { status: seeded, message: String(fields.FlowLogDeliverErrorMessage ?? '') };
  const project = call.world.project(log.accountId, log.region, String(fields.ProjectName ?? ''));
  if (project === 'missing') return { status: 'FAILED', message: 'ProjectNotExist' };
  // The cloud's own spelling.
  if (project === 'unusable') return { status: 'FAILED', message: 'UnavaliableTarget' };
  return { status: 'SUCCESS', message: '' };
}
