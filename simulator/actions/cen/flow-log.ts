import { Refusal } from '../../wire/refusal.js';
import type { FlowLog } from '../../world/flow-log.js';
import { liveAt } from '../../world/timeline.js';
import type { Call } from '../action.js';
import { clientToken, idPattern, ownerParameters } from '../common-parameters.js';
import type { Parameter } from '../parameters.js';

/** Rows of every changing CEN flow-log action. */
export const cenParameters: readonly Parameter[] = [
  { name: 'RegionId', type: 'text', required: true },
  clientToken,
  ...ownerParameters,
];

/** The flow log an action is about. */
export const cenFlowLogId: Parameter = {
  name: 'FlowLogId',
  type: 'text',
  required: true,
  pattern: idPattern,
  wrong: 'InvalidParameter.FlowLogId',
};

/** The CEN instance; once required, since 2025 optional except on create. */
export const cenIdParameter: Parameter = { name: 'CenId', type: 'text', pattern: idPattern };

/** The capture window, in seconds. */
export const cenInterval: Parameter = { name: 'Interval', type: 'integer', allowed: [60, 600] };

/**
 * The caller's flow log.
 * @throws {@link Refusal} when it does not exist here or belongs to another CEN instance.
 */
export function namedCenFlowLog(call: Call, absent = new Refusal('InvalidFlowlogId.NotFound')): FlowLog {
  const log = call.world.flowLogs.get(call.args.need('FlowLogId'));
  const here = log?.product === 'cen' && log.accountId === call.accountId && log.region === call.args.need('RegionId');
  const version = here ? liveAt(log, call.now) : undefined;
  const cenId = call.args.text('CenId');
  if (!here || !version || (cenId && version.fields.CenId !== cenId)) throw absent;
  return log;
}
