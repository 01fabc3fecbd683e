import type { Json } from '../../wire/xml.js';
import type { Action, Call } from '../action.js';
import { pageParameters } from '../common-parameters.js';
import { shownFields } from '../fields.js';
import { flowLogPage, matching, tagList, type ListedFlowLog } from '../listing.js';
import { deliveryOf, regionParameters } from './flow-log.js';

/** Filters that are plain equality. */
const vpcFilters = [
  ...['FlowLogId', 'FlowLogName', 'Description', 'ResourceType', 'ResourceId', 'TrafficType'],
  ...['ProjectName', 'LogStoreName', 'Status', 'ResourceGroupId'],
];

const vpcListFields = [
  ...['FlowLogName', 'Description', 'RegionId', 'ResourceType', 'ResourceId', 'TrafficType', 'ProjectName'],
  ...['LogStoreName', 'ResourceGroupId', 'BusinessStatus', 'CreationTime', 'AggregationInterval', 'IpVersion'],
  ...['LogFormat', 'ServiceType'],
];

/** Lists the flow logs of a region. The numbers of the page are strings; the interval is a number of minutes. */
export const describeVpcFlowLogs: Action = {
  name: 'DescribeFlowLogs',
  kind: 'read',
  parameters: [
    ...regionParameters,
    ...vpcFilters.map((name) => ({ name, type: 'text' as const })),
    { name: 'VpcId', type: 'text' },
    // Plural here, unlike the `Tag` of the create; the metadata allows 10, the document 20.
    { name: 'Tags', type: 'tags', max: 20, wrong: 'ParameterInvalid' },
    ...pageParameters('ParameterInvalid'),
  ],
  run(call) {
    const tags = call.args.tags('Tags');
    const all = matching(call, 'vpc', { fields: vpcFilters, tags, where: (listed) => isInVpc(call, listed) });
    const { page, counts } = flowLogPage(call, all);
    return {
      RequestId: call.requestId,
      Success: 'true',
      ...counts,
      FlowLogs: { FlowLog: page.map((listed) => listedRow(call, listed)) },
    };
  },
};

function listedRow(call: Call, { log, seen }: ListedFlowLog): Json {
  const delivery = deliveryOf(call, log);
  return {
    FlowLogId: log.id,
    Status: seen.status,
    ...shownFields(seen.fields, vpcListFields),
    TrafficPath: { TrafficPathList: seen.fields.TrafficPath ?? [] },
    Tags: { Tag: tagList(seen) },
    FlowLogDeliverStatus: delivery.status,
    FlowLogDeliverErrorMessage: delivery.message,
  };
}

/** Tells whether a flow log's resource is the VPC asked for, or was seeded as part of it. */
function isInVpc(call: Call, { log, seen }: ListedFlowLog): boolean {
  const vpcId = call.args.text('VpcId');
  if (!vpcId || seen.fields.ResourceId === vpcId) return true;
  const kind = seen.fields.ResourceType === 'VSwitch' ? 'vSwitches' : 'networkInterfaces';
  return call.world.resource(kind, log.accountId, log.resource)?.details.vpcId === vpcId;
}
