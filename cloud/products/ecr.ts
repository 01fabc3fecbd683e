import { omitUndefined } from '../omit-undefined.js';
import type { ActionRow, ProductRow, RamRow } from './product-row.js';
import { services } from './services.js';
import { defaultIntervalSeconds, destination, regionRule, resourceGroupId, tags, nameAndDescription } from './rules.js';

const changesPerMinute = 120;
const changeDefaultPerSecond = 1;
const readDefaultPerSecond = 2.5;

const everything: Pick<RamRow, 'resource' | 'verified'> = { resource: '*', verified: false };
const ramByPattern: Omit<RamRow, 'action' | 'level'> = {
  resource: '*',
  source: 'no page seen; named after its siblings',
  verified: false,
};

const changeAction = (name: string, ram: Omit<RamRow, 'action'>, quotaPerMinute?: number): ActionRow => ({
  action: name,
  ram: { action: `expressconnectrouter:${name}`, ...ram },
  undocumentedPerSecond: changeDefaultPerSecond,
  ...omitUndefined({ quotaPerMinute }),
});

/** Express Connect Router: flow logs of the virtual border routers joined to it. One central endpoint, POST and HTTPS only. */
export const ecr: ProductRow = {
  service: 'ecr',
  apiVersion: services.ecr.apiVersion,
  docs: 'https://next.api.alibabacloud.com/document/ExpressConnectRouter/2023-09-01/CreateFlowLog',
  central: services.ecr.central,
  actions: {
    create: changeAction(
      'CreateFlowLog',
      { ...everything, level: 'create', source: 'authorization table of ecr CreateFlowLog', verified: true },
      changesPerMinute,
    ),
    // The pages of these two say level "create" as well; that is what is documented.
    activate: changeAction(
      'ActivateFlowLog',
      { ...everything, level: 'create', source: 'authorization table of ecr ActivateFlowLog' },
      changesPerMinute,
    ),
    deactivate: changeAction('DeactivateFlowLog', { ...ramByPattern, level: 'update' }),
    modify: changeAction(
      'ModifyFlowLogAttribute',
      { ...everything, level: 'create', source: 'authorization table of ecr ModifyFlowLogAttribute' },
      changesPerMinute,
    ),
    delete: changeAction('DeleteFlowlog', { ...ramByPattern, level: 'delete' }, changesPerMinute),
    list: {
      action: 'DescribeFlowLogs',
      ram: {
        ...everything,
        action: 'expressconnectrouter:DescribeFlowLogs',
        level: 'create',
        source: 'authorization table of ecr DescribeFlowLogs',
      },
      undocumentedPerSecond: readDefaultPerSecond,
    },
  },
  serviceActions: {},
  clientToken: true,
  dryRun: true,
  resource: {
    fields: {
      ecrId: { param: 'EcrId', required: true },
      instanceId: { param: 'InstanceId', required: true },
    },
    forms: [{ fields: ['ecrId', 'instanceId'], creatable: true }],
    constants: { InstanceType: 'VBR' },
  },
  parent: { field: 'ecrId', param: 'EcrId', requiredOnList: true },
  spec: {
    ...destination,
    'destination.region': { rule: regionRule, param: 'TargetSlsRegionId', path: 'SlsRegionId', identifying: true },
    ...nameAndDescription(0),
    aggregationIntervalSeconds: {
      rule: { kind: 'seconds', allowedSeconds: [60, 600], secondsPerUnit: 1 },
      param: 'Interval',
      change: 'modify',
      default: defaultIntervalSeconds,
    },
    samplingRate: {
      rule: { kind: 'choice', allowed: ['1:4096', '1:2048', '1:1024'] },
      param: 'SamplingRate',
      change: 'modify',
      default: '1:4096',
    },
    // TagResources and MoveResourceGroup of this product take routers only (ResourceType EXPRESSCONNECTROUTER).
    tags: tags(128, 'Tags'),
    resourceGroupId: resourceGroupId(),
  },
  // Only the first two are documented. The words between them are those of the sibling products: seen here they mean the same.
  statuses: {
    Active: 'active',
    Inactive: 'inactive',
    Creating: 'changing',
    Activating: 'changing',
    Deactivating: 'changing',
    Modifying: 'changing',
    Deleting: 'changing',
  },
  settlesAs: { Creating: 'active', Activating: 'active', Deactivating: 'inactive', Deleting: 'absent' },
  makesDestination: true,
  serviceLinkedRole: 'flowlog.ecr.aliyuncs.com',
  list: {
    items: 'FlowLogs',
    paging: { style: 'token', sizeParam: 'MaxResults', pageSize: 50, pageParam: 'NextToken' },
    tagParam: 'Tag',
  },
};
