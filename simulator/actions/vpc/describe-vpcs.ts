import type { Resource } from '../../world/world.js';
import type { Action, Call } from '../action.js';
import { pageParameters, words } from '../common-parameters.js';
import { inventory, ownerNumber, seededTime, shownDetails, tagPairs, fieldText } from '../inventory.js';
import { numberedPage } from '../paging.js';
import { regionParameters } from './flow-log.js';

/** Lists the seeded VPCs of a region. Unlike those of flow logs, the numbers of its pages are numbers. */
export const describeVpcs: Action = {
  name: 'DescribeVpcs',
  kind: 'read',
  parameters: [
    ...regionParameters,
    // Up to 20 ids, separated by commas (documented).
    { name: 'VpcId', type: 'text', pattern: /^[^,]{1,64}(,[^,]{1,64}){0,19}$/ },
    ...words('VpcName', 'ResourceGroupId', 'DhcpOptionsSetId'),
    { name: 'IsDefault', type: 'boolean' },
    { name: 'Tag', type: 'tags', max: 20 },
    { name: 'DryRun', type: 'boolean' },
    ...pageParameters(),
  ],
  run(call) {
    const ids = call.args.text('VpcId')?.split(',') ?? [];
    const all = inventory(call, 'vpcs', {
      equal: { RegionId: 'region', VpcName: 'name', ResourceGroupId: 'resourceGroupId' },
      tags: call.args.tags('Tag'),
      where: ({ id, details }) =>
        (ids.length === 0 || ids.includes(id)) &&
        (!call.args.values.has('IsDefault') || call.args.flag('IsDefault') === (details.isDefault === true)),
    });
    const { page, number, size, total } = numberedPage(call, all, 10);
    const inside = vSwitchesByVpc(call);
    return {
      RequestId: call.requestId,
      PageNumber: number,
      PageSize: size,
      TotalCount: total,
      Vpcs: { Vpc: page.map((vpc) => vpcRow(vpc, inside.get(vpc.id) ?? [])) },
    };
  },
};

const vpcRow = (vpc: Resource, vSwitchIds: readonly string[]) => ({
  VpcId: vpc.id,
  RegionId: vpc.region,
  OwnerId: ownerNumber(vpc.accountId),
  VpcName: fieldText(vpc, 'name'),
  ...shownDetails(vpc, {
    Description: '',
    Status: 'Available',
    CidrBlock: '172.16.0.0/12',
    CenStatus: '',
    CreationTime: seededTime,
    IsDefault: false,
    ResourceGroupId: 'rg-default',
    VRouterId: '',
  }),
  VSwitchIds: { VSwitchId: vSwitchIds },
  Tags: { Tag: tagPairs(vpc) },
});

function vSwitchesByVpc(call: Call): ReadonlyMap<string, readonly string[]> {
  const byVpc = new Map<string, string[]>();
  for (const { id, details } of inventory(call, 'vSwitches', { equal: { RegionId: 'region' } })) {
    const vpcId = String(details.vpcId ?? '');
    byVpc.set(vpcId, [...(byVpc.get(vpcId) ?? []), id]);
  }
  return byVpc;
}
