import { Refusal } from '../../wire/refusal.js';
import type { Action, Call } from '../action.js';
import { ownerParameters, words } from '../common-parameters.js';
import { inventory, seededTime, shownDetails, tagKeyPairs, fieldText } from '../inventory.js';
import { numberedPage, tokenPage } from '../paging.js';
import type { Resource } from '../../world/world.js';

/** Bounds of the size of pages by token; a size outside is brought inside, not refused (documented). */
const minResults = 10;
const maxResults = 500;

/** Lists the seeded network interfaces of a region, by token or, as it is still allowed, by page number. */
export const describeNetworkInterfaces: Action = {
  name: 'DescribeNetworkInterfaces',
  kind: 'read',
  parameters: [
    { name: 'RegionId', type: 'text', required: true },
    ...words('VpcId', 'VSwitchId', 'InstanceId', 'NetworkInterfaceName', 'ResourceGroupId', 'SecurityGroupId'),
    { name: 'Type', type: 'text', allowed: ['Primary', 'Secondary'] },
    { name: 'Status', type: 'text', allowed: ['Available', 'Attaching', 'InUse', 'Detaching', 'Deleting'] },
    { name: 'ServiceManaged', type: 'boolean' },
    { name: 'NetworkInterfaceId', type: 'list', max: 100 },
    { name: 'Tag', type: 'tags', max: 20 },
    { name: 'NextToken', type: 'text' },
    { name: 'MaxResults', type: 'integer' },
    { name: 'PageNumber', type: 'integer', min: 1 },
    { name: 'PageSize', type: 'integer', min: 1, max: 1_000 },
    ...ownerParameters,
  ],
  run(call) {
    const all = matchingInterfaces(call);
    const byToken = call.args.integer('MaxResults') !== undefined || Boolean(call.args.text('NextToken'));
    const { page, counts } = byToken ? pageByToken(call, all) : pageByNumber(call, all);
    return {
      RequestId: call.requestId,
      ...counts,
      NetworkInterfaceSets: { NetworkInterfaceSet: page.map(interfaceRow) },
    };
  },
};

function matchingInterfaces(call: Call): Resource[] {
  const { args } = call;
  const ids = args.list('NetworkInterfaceId');
  return inventory(call, 'networkInterfaces', {
    equal: {
      RegionId: 'region',
      VpcId: 'vpcId',
      VSwitchId: 'vSwitchId',
      InstanceId: 'instanceId',
      NetworkInterfaceName: 'name',
      ResourceGroupId: 'resourceGroupId',
    },
    tags: args.tags('Tag'),
    where: (eni) => {
      const { Type, Status, ServiceManaged } = interfaceDetails(eni);
      return (
        (ids?.includes(eni.id) ?? true) &&
        (args.text('Type') || Type) === Type &&
        (args.text('Status') || Status) === Status &&
        (!args.values.has('ServiceManaged') || args.flag('ServiceManaged') === ServiceManaged)
      );
    },
  });
}

function pageByToken(call: Call, all: readonly Resource[]) {
  const asked = call.args.integer('MaxResults') ?? minResults;
  const { page, nextToken } = tokenPage(call, all, {
    size: Math.min(Math.max(asked, minResults), maxResults),
    placeOf: ({ ordinal }) => ordinal,
    wrongToken: () => new Refusal('InvalidParameter', { message: 'The specified parameter NextToken is not valid.' }),
  });
  // Documented as not valid in pages by token: nothing may be concluded from it.
  return { page, counts: { PageNumber: 0, PageSize: 0, TotalCount: 0, NextToken: nextToken } };
}

function pageByNumber(call: Call, all: readonly Resource[]) {
  const { page, number, size, total } = numberedPage(call, all, 10);
  return { page, counts: { PageNumber: number, PageSize: size, TotalCount: total, NextToken: '' } };
}

const interfaceDetails = (eni: Resource) =>
  shownDetails(eni, {
    Type: 'Secondary',
    Status: eni.details.instanceId === undefined ? 'Available' : 'InUse',
    ServiceManaged: false,
    Description: '',
    VpcId: '',
    VSwitchId: '',
    ZoneId: `${eni.region}-a`,
    InstanceId: '',
    PrivateIpAddress: '',
    MacAddress: '',
    CreationTime: seededTime,
    ResourceGroupId: '',
  });

const interfaceRow = (eni: Resource) => ({
  NetworkInterfaceId: eni.id,
  // Text here, a number in the lists of VPC.
  OwnerId: eni.accountId,
  NetworkInterfaceName: fieldText(eni, 'name'),
  ...interfaceDetails(eni),
  Tags: { Tag: tagKeyPairs(eni) },
});
