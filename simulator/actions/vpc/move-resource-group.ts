import { liveAt, relabelled } from '../../world/timeline.js';
import { Refusal } from '../../wire/refusal.js';
import type { Action } from '../action.js';
import { resourceTypeParameter } from '../tagging.js';
import { regionParameters } from './flow-log.js';
import { resourceGroup } from './create-flow-log.js';

/** Moves a flow log to another resource group. Effective at once, whatever else is under way. */
export const moveResourceGroup: Action = {
  name: 'MoveResourceGroup',
  kind: 'change',
  parameters: [
    ...regionParameters,
    resourceTypeParameter('FLOWLOG', true),
    { name: 'ResourceId', type: 'text', required: true },
    { ...resourceGroup, name: 'NewResourceGroupId', required: true },
  ],
  run(call) {
    const log = call.world.flowLogs.get(call.args.need('ResourceId'));
    const here =
      log?.product === 'vpc' && log.accountId === call.accountId && log.region === call.args.need('RegionId');
    if (!here || !liveAt(log, call.now)) throw new Refusal('InvalidInstanceId.NotFound');
    const ResourceGroupId = call.args.need('NewResourceGroupId');
    const moved = relabelled(log, call.now, (held) => ({ ...held, fields: { ...held.fields, ResourceGroupId } }));
    call.world.putFlowLog(moved);
    call.committed(log.id);
    return { RequestId: call.requestId };
  },
};
