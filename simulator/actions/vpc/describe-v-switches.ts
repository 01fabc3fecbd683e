import { Refusal } from '../../wire/refusal.js';
import type { Action } from '../action.js';
import { anyRegion, ownerParameters, pageParameters, words } from '../common-parameters.js';
import { inventory, ownerNumber, seededTime, shownDetails, tagPairs, fieldText } from '../inventory.js';
import { numberedPage } from '../paging.js';

/** Lists the seeded vSwitches of a region or of a VPC; one of the two must be named. */
export const describeVSwitches: Action = {
  name: 'DescribeVSwitches',
  kind: 'read',
  parameters: [
    anyRegion,
    ...words('VpcId', 'ZoneId', 'VSwitchId', 'VSwitchName', 'ResourceGroupId', 'RouteTableId'),
    { name: 'IsDefault', type: 'boolean' },
    { name: 'Tag', type: 'tags', max: 20 },
    { name: 'DryRun', type: 'boolean' },
    ...ownerParameters,
    ...pageParameters(),
  ],
  run(call) {
    const { args } = call;
    if (!args.text('RegionId') && !args.text('VpcId')) throw new Refusal('MissingParameter');
    const equal = {
      RegionId: 'region',
      VpcId: 'vpcId',
      ZoneId: 'zoneId',
      VSwitchId: 'id',
      VSwitchName: 'name',
      ResourceGroupId: 'resourceGroupId',
    };
    const isDefault = ({ details }: { details: Readonly<Record<string, unknown>> }): boolean =>
      !args.values.has('IsDefault') || args.flag('IsDefault') === (details.isDefault === true);
    const all = inventory(call, 'vSwitches', { equal, tags: args.tags('Tag'), where: isDefault });
    const { page, number, size, total } = numberedPage(call, all, 10);
    return {
      RequestId: call.requestId,
      PageNumber: number,
      PageSize: size,
      TotalCount: total,
      VSwitches: {
        VSwitch: page.map((vSwitch) => ({
          VSwitchId: vSwitch.id,
          OwnerId: ownerNumber(vSwitch.accountId),
          VSwitchName: fieldText(vSwitch, 'name'),
          ...shownDetails(vSwitch, {
            VpcId: '',
            ZoneId: `${vSwitch.region}-a`,
            Status: 'Available',
            CidrBlock: '172.16.0.0/24',
            Description: '',
            CreationTime: seededTime,
            IsDefault: false,
            ResourceGroupId: 'rg-default',
            AvailableIpAddressCount: 252,
          }),
          // Empty for one of one's own.
          ShareType: vSwitch.details.shared === true ? 'Shared' : '',
          Tags: { Tag: tagPairs(vSwitch) },
        })),
      },
    };
  },
};
