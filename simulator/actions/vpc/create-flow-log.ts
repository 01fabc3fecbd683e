import { Refusal } from '../../wire/refusal.js';
import type { Action, Call } from '../action.js';
import { createFlowLog } from '../change.js';
import { idPattern, notALink } from '../common-parameters.js';
import { givenFields } from '../fields.js';
import { tagRecord } from '../listing.js';
import { requireResource } from '../resources.js';
import type { Parameter } from '../parameters.js';
import type { ResourceKind } from '../../world/world.js';
import { aggregationInterval, regionParameters } from './flow-log.js';

/** Resource types that can be logged: the prefix of their ids, and the list under which they are seeded. */
const loggedResourceTypes: Readonly<Record<string, { prefix: string; kind: ResourceKind }>> = {
  NetworkInterface: { prefix: 'eni-', kind: 'networkInterfaces' },
  VSwitch: { prefix: 'vsw-', kind: 'vSwitches' },
  VPC: { prefix: 'vpc-', kind: 'vpcs' },
};

const trafficPaths = [
  ...['all', 'internetGateway', 'natGateway', 'vpnGateway', 'transitRouter', 'gatewayEndpoint', 'vbr', 'ecr'],
  ...['ipv4Gateway', 'gatewayLoadBalancerEndpoint'],
];

/** Project and log store, upper case too: the document's own sample sends `FlowLogProject`. */
const anyCaseProject = /^[A-Za-z0-9][A-Za-z0-9-]{1,61}[A-Za-z0-9]$/;
const anyCaseLogStore = /^[A-Za-z0-9][A-Za-z0-9_-]{1,61}[A-Za-z0-9]$/;

/** Code that the create documents for every wrong parameter without a code of its own. */
const wrongParameter = 'INVALID_PARAMETER';

/** A resource group's id. */
export const resourceGroup: Parameter = {
  name: 'ResourceGroupId',
  type: 'text',
  pattern: /^rg-[A-Za-z0-9*]{1,64}$/,
  wrong: 'IllegalParam.ResourceGroupId',
};

/** Starts logging a VPC, a vSwitch or a network interface. Asynchronous; starts itself. Has no client token. */
export const createVpcFlowLog: Action = {
  name: 'CreateFlowLog',
  kind: 'change',
  parameters: [
    ...regionParameters,
    {
      name: 'ResourceType',
      type: 'text',
      required: true,
      allowed: Object.keys(loggedResourceTypes),
      wrong: 'InvalidResourceType.NotFound',
    },
    { name: 'ResourceId', type: 'text', required: true, pattern: idPattern, wrong: wrongParameter },
    // The one code with this meaning is documented for ModifyFlowLogAttribute, which has no such parameter.
    {
      name: 'TrafficType',
      type: 'text',
      required: true,
      allowed: ['All', 'Allow', 'Drop'],
      wrong: 'InvalidTrafficType.NotFound',
    },
    // Required by the older document, optional in the newer model: the newer is accepted.
    { name: 'ProjectName', type: 'text', pattern: anyCaseProject, wrong: wrongParameter },
    { name: 'LogStoreName', type: 'text', pattern: anyCaseLogStore, wrong: wrongParameter },
    { name: 'FlowLogName', type: 'text', min: 1, max: 128, pattern: notALink, wrong: wrongParameter },
    { name: 'Description', type: 'text', min: 1, max: 256, pattern: notALink, wrong: wrongParameter },
    aggregationInterval,
    {
      name: 'TrafficPath',
      type: 'list',
      allowed: trafficPaths,
      max: 20,
      wrong: 'IllegalParam.TrafficPath',
      duplicated: 'DuplicatedParam.TrafficPath',
    },
    // Only the example `IPv4` is documented, so any word goes.
    { name: 'IpVersion', type: 'text', pattern: /^[A-Za-z0-9]{1,32}$/, wrong: wrongParameter },
    { name: 'LogFormat', type: 'text', max: 1_000, wrong: wrongParameter },
    resourceGroup,
    { name: 'Tag', type: 'tags', max: 20, maxKeyLength: 128, wrong: wrongParameter },
  ],
  run(call) {
    if (call.world.account(call.accountId).flowLogService === 'closed') throw new Refusal('OptInRequired.FlowLog');
    checkResource(call);
    const { args } = call;
    const region = args.need('RegionId');
    const project = args.text('ProjectName');
    // VPC creates no project; it has to be there.
    if (project !== undefined && call.world.project(call.accountId, region, project) === 'missing') {
      throw new Refusal('ProjectOrLogstoreNotExist');
    }
    const fields = {
      RegionId: region,
      AggregationInterval: 10,
      TrafficPath: ['all'],
      IpVersion: 'IPv4',
      BusinessStatus: 'Normal',
      ResourceGroupId: 'rg-default',
      ...givenFields(args, vpcCreateFields),
    };
    const tags = tagRecord(args.tags('Tag'));
    const id = createFlowLog(
      call,
      { product: 'vpc', region, fields, tags },
      () => new Refusal('InvalidResourceId.NotFound'),
    );
    return { RequestId: call.requestId, Success: 'true', FlowLogId: id, ResourceGroupId: fields.ResourceGroupId };
  },
};

const vpcCreateFields = [
  ...['ResourceType', 'ResourceId', 'TrafficType', 'ProjectName', 'LogStoreName', 'FlowLogName', 'Description'],
  ...['AggregationInterval', 'TrafficPath', 'IpVersion', 'LogFormat', 'ResourceGroupId'],
];

function checkResource(call: Call): void {
  const type = loggedResourceTypes[call.args.need('ResourceType')];
  const id = call.args.need('ResourceId');
  if (!type || !id.startsWith(type.prefix)) throw new Refusal('InvalidResourceType.NotFound');
  const resource = requireResource(
    call,
    type.kind,
    id,
    call.args.need('RegionId'),
    () =>
      new Refusal('InvalidInstanceId', {
        message: type.kind === 'vSwitches' ? 'vswitch does not exist.' : undefined,
      }),
  );
  if (resource?.details.shared === true) throw new Refusal('OperationDenied.OperateShareResource');
}
