import type { ActionRow, ProductRow, RamRow } from './product-row.js';
import { services } from './services.js';
import { defaultIntervalSeconds, destination, tags, nameAndDescription } from './rules.js';

/** No flow log action of this product is in the published table; the neighbours range from 3 a second to 500 a minute. */
const cenUndocumentedPerSecond = 1;

const cenAction = (name: string, ram: Omit<RamRow, 'action'>): ActionRow => ({
  action: name,
  ram: { action: `cen:${name}`, ...ram },
  undocumentedPerSecond: cenUndocumentedPerSecond,
});

const byPattern = 'no page seen; named after its siblings';

/** Cloud Enterprise Network: flow logs of transit routers and their attachments. RAM calls it `cen`, its ARNs say `cbn`. */
export const cen: ProductRow = {
  service: 'cen',
  apiVersion: services.cen.apiVersion,
  docs: 'https://next.api.alibabacloud.com/document/Cbn/2017-09-12/ActiveFlowLog',
  central: services.cen.central,
  actions: {
    create: cenAction('CreateFlowlog', {
      level: 'create',
      resource: '*',
      source: 'authorization table of cen CreateFlowlog',
      verified: false,
    }),
    activate: cenAction('ActiveFlowLog', {
      level: 'update',
      resource: 'acs:cbn:{region}:{accountId}:flowlog/{flowLogId}',
      source: 'authorization table of cen ActiveFlowLog, Jul 2025',
      verified: true,
    }),
    deactivate: cenAction('DeactiveFlowLog', { level: 'update', resource: '*', source: byPattern, verified: false }),
    modify: cenAction('ModifyFlowLogAttribute', { level: 'update', resource: '*', source: byPattern, verified: false }),
    tag: cenAction('TagResources', {
      level: 'update',
      resource: '*',
      source: "terraform's provider tags flow logs with it; no page seen",
      verified: false,
    }),
    delete: cenAction('DeleteFlowlog', {
      level: 'delete',
      resource: 'acs:cbn:{region}:{accountId}:flowlog/{flowLogId}',
      source: 'authorization table of cen DeleteFlowlog',
      verified: false,
    }),
    list: cenAction('DescribeFlowlogs', { level: 'list', resource: '*', source: byPattern, verified: false }),
  },
  resourceType: 'flowlog',
  serviceActions: {},
  clientToken: true,
  dryRun: false,
  resource: {
    fields: {
      cenId: { param: 'CenId', required: true },
      transitRouterId: { param: 'TransitRouterId', required: false },
      transitRouterAttachmentId: { param: 'TransitRouterAttachmentId', required: false },
    },
    forms: [
      // A router given beside an attachment is a parameter, not identity: the attachment already says which router.
      { fields: ['cenId', 'transitRouterAttachmentId'], creatable: true, lastPart: /attach/i },
      { fields: ['cenId', 'transitRouterId'], creatable: true },
      // Made before transit routers existed ("This cenId already has flowlog instance existed"); no new ones.
      { fields: ['cenId'], creatable: false },
    ],
    constants: {},
  },
  parent: { field: 'cenId', param: 'CenId', requiredOnList: false },
  spec: {
    ...destination,
    ...nameAndDescription(0),
    aggregationIntervalSeconds: {
      rule: { kind: 'seconds', allowedSeconds: [60, 600], secondsPerUnit: 1 },
      param: 'Interval',
      change: 'modify',
      default: defaultIntervalSeconds,
    },
    logFormat: {
      rule: {
        kind: 'text',
        minLength: 1,
        maxLength: 1000,
        pattern: /^\$\{srcaddr\}\$\{dstaddr\}\$\{bytes\}(\$\{[A-Za-z0-9_-]+\})*$/,
        allowed: 'fields written ${a}${b}…, beginning with ${srcaddr}${dstaddr}${bytes}, at most 1000 characters',
      },
      param: 'LogFormatString',
    },
    tags: tags(64, 'Tags.Tag', 'tag'),
  },
  // Enable, disable and modify all pass through Modifying: the word does not say which way it goes.
  statuses: {
    Active: 'active',
    Inactive: 'inactive',
    Creating: 'changing',
    Modifying: 'changing',
    Deleting: 'changing',
  },
  settlesAs: { Creating: 'active', Deleting: 'absent' },
  makesDestination: true,
  serviceLinkedRole: 'flowlog.cen.aliyuncs.com',
  list: {
    items: 'FlowLogs.FlowLog',
    paging: { style: 'page-number', sizeParam: 'PageSize', pageSize: 50, pageParam: 'PageNumber' },
    tagParam: 'Tag',
  },
};
