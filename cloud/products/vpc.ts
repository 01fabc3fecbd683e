import { omitUndefined } from '../omit-undefined.js';
import type { ActionRow, ProductRow, RamRow } from './product-row.js';
import { services } from './services.js';
import { defaultIntervalSeconds, destination, resourceGroupId, tags, nameAndDescription } from './rules.js';

const documentedPerMinute = 600;
/** Sibling actions are limited to 600 a minute; half of that where our own action is not in the table. */
const undocumentedPerSecond = 5;

const flowLogArn = 'acs:vpc:{region}:{accountId}:flowlog/{flowLogId}';
const anyFlowLogArn = 'acs:vpc:{region}:{accountId}:flowlog/*';
const policySource = 'action name from the system policy of AliyunServiceRoleForGwsFlowLog; resource not documented';

const vpcAction = (name: string, ram: Omit<RamRow, 'action'>, quotaPerMinute?: number): ActionRow => ({
  action: name,
  ram: { action: `vpc:${name}`, ...ram },
  undocumentedPerSecond,
  ...omitUndefined({ quotaPerMinute }),
});

/** Virtual Private Cloud: flow logs of VPCs, vSwitches and network interfaces. */
export const vpc: ProductRow = {
  service: 'vpc',
  apiVersion: services.vpc.apiVersion,
  docs: 'https://next.api.alibabacloud.com/document/Vpc/2016-04-28/ActiveFlowLog',
  central: services.vpc.central,
  actions: {
    create: vpcAction('CreateFlowLog', { level: 'create', resource: '*', source: policySource, verified: false }),
    activate: vpcAction('ActiveFlowLog', {
      level: 'update',
      resource: flowLogArn,
      source: 'authorization table of vpc ActiveFlowLog, Jun 2026',
      verified: true,
    }),
    deactivate: vpcAction(
      'DeactiveFlowLog',
      {
        level: 'update',
        resource: '*',
        source: 'page of DeactiveFlowLog, Jul 2026, lists no authorization; action name from the system policy',
        verified: false,
      },
      documentedPerMinute,
    ),
    modify: vpcAction(
      'ModifyFlowLogAttribute',
      { level: 'update', resource: flowLogArn, source: 'page of vpc ModifyFlowLogAttribute', verified: false },
      documentedPerMinute,
    ),
    tag: vpcAction('TagResources', {
      level: 'update',
      resource: '*',
      source: 'page of vpc TagResources lists FLOWLOG; its authorization table was not seen for flow logs',
      verified: false,
    }),
    move: vpcAction('MoveResourceGroup', {
      level: 'update',
      resource: '*',
      source: 'page of vpc MoveResourceGroup lists flow logs; its authorization table was not seen for them',
      verified: false,
    }),
    delete: vpcAction('DeleteFlowLog', { level: 'delete', resource: '*', source: policySource, verified: false }),
    list: vpcAction('DescribeFlowLogs', { level: 'get', resource: '*', source: policySource, verified: false }),
  },
  resourceType: 'FLOWLOG',
  serviceActions: {
    serviceStatus: vpcAction('GetFlowLogServiceStatus', {
      level: 'get',
      resource: anyFlowLogArn,
      source: 'page of vpc GetFlowLogServiceStatus',
      verified: false,
    }),
    openService: vpcAction(
      'OpenFlowLogService',
      { level: 'create', resource: anyFlowLogArn, source: 'page of vpc OpenFlowLogService', verified: false },
      documentedPerMinute,
    ),
  },
  clientToken: false,
  dryRun: false,
  resource: {
    fields: {
      type: { param: 'ResourceType', required: true, allowed: ['VPC', 'VSwitch', 'NetworkInterface'] },
      id: { param: 'ResourceId', required: true },
    },
    forms: [{ fields: ['type', 'id'], creatable: true }],
    constants: {},
  },
  spec: {
    ...destination,
    ...nameAndDescription(1),
    aggregationIntervalSeconds: {
      // The parameter is in minutes (SDK and metadata; terraform's documentation says seconds, and is wrong).
      rule: { kind: 'seconds', allowedSeconds: [60, 300, 600], secondsPerUnit: 60 },
      param: 'AggregationInterval',
      change: 'modify',
      default: defaultIntervalSeconds,
    },
    trafficType: {
      rule: { kind: 'choice', allowed: ['All', 'Allow', 'Drop'] },
      param: 'TrafficType',
      default: 'All',
      assumed: true,
      identifying: true,
    },
    trafficPath: {
      rule: {
        kind: 'choices',
        maxItems: 20,
        allowed: [
          'all',
          'internetGateway',
          'natGateway',
          'vpnGateway',
          'transitRouter',
          'gatewayEndpoint',
          'vbr',
          'ecr',
          'ipv4Gateway',
          'gatewayLoadBalancerEndpoint',
        ],
      },
      param: 'TrafficPath',
      path: 'TrafficPath.TrafficPathList',
      whenAbsent: ['all'],
    },
    ipVersion: {
      // Only `IPv4` is documented, and the word for dual stack is not: any word is let through.
      rule: {
        kind: 'text',
        minLength: 1,
        maxLength: 32,
        pattern: /^[A-Za-z0-9]+$/,
        allowed: '1 to 32 letters and digits, for example IPv4',
      },
      param: 'IpVersion',
      change: 'modify',
    },
    tags: tags(128, 'Tags.Tag', 'tag'),
    resourceGroupId: resourceGroupId('move'),
  },
  statuses: {
    Active: 'active',
    Inactive: 'inactive',
    Activating: 'changing',
    Deactivating: 'changing',
    Modifying: 'changing',
    Deleting: 'changing',
  },
  settlesAs: { Activating: 'active', Deactivating: 'inactive', Deleting: 'absent' },
  makesDestination: false,
  // Quota key vpc_quota_flowlog_inst_nums_per_user; whether it counts by region is not stated.
  defaultQuota: 10,
  list: {
    items: 'FlowLogs.FlowLog',
    paging: { style: 'page-number', sizeParam: 'PageSize', pageSize: 50, pageParam: 'PageNumber' },
    tagParam: 'Tags',
  },
  delivery: {
    path: 'FlowLogDeliverStatus',
    ok: ['SUCCESS'],
    failed: ['FAILED'],
    messagePath: 'FlowLogDeliverErrorMessage',
  },
};
