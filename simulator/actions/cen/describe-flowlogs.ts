import type { Action } from '../action.js';
import { clientToken, notALink, ownerParameters, pageParameters } from '../common-parameters.js';
import { shownFields } from '../fields.js';
import { flowLogPage, matching, tagList } from '../listing.js';

/** Filters that are plain equality. */
const cenFilters = [
  ...['CenId', 'TransitRouterId', 'TransitRouterAttachmentId', 'FlowLogId', 'FlowLogName', 'Description'],
  ...['ProjectName', 'LogStoreName', 'Status', 'Interval', 'FlowLogVersion'],
];

const cenListFields = [
  ...['FlowLogName', 'Description', 'CenId', 'RegionId', 'ProjectName', 'LogStoreName', 'CreationTime'],
  ...['TransitRouterId', 'TransitRouterAttachmentId', 'LogFormatString', 'FlowLogVersion', 'Interval'],
];

const plainFilter = (name: string) => ({ name, type: 'text' as const });

/** Lists flow logs, of all regions where none is named. The numbers of the page are strings; the interval is a number of seconds. */
export const describeCenFlowLogs: Action = {
  name: 'DescribeFlowlogs',
  kind: 'read',
  parameters: [
    ...['RegionId', 'CenId', 'TransitRouterId', 'TransitRouterAttachmentId', 'FlowLogId'].map(plainFilter),
    ...['ProjectName', 'LogStoreName'].map(plainFilter),
    { name: 'FlowLogName', type: 'text', max: 128, pattern: notALink, wrong: 'InvalidName' },
    { name: 'Description', type: 'text', max: 256, pattern: notALink, wrong: 'InvalidDescription' },
    { name: 'Status', type: 'text', allowed: ['Active', 'Inactive', ''] },
    { name: 'Interval', type: 'integer', allowed: [60, 600], wrong: 'InvalidParameter.Interval' },
    { name: 'FlowLogVersion', type: 'text', allowed: ['1', '2', '3', ''], wrong: 'InvalidParameter.FlowLogVersion' },
    { name: 'Tag', type: 'tags', max: 20, maxKeyLength: 64, wrong: 'IllegalParam.Tag*' },
    clientToken,
    ...ownerParameters,
    ...pageParameters(),
  ],
  run(call) {
    const all = matching(call, 'cen', { fields: cenFilters, tags: call.args.tags('Tag') });
    const { page, counts } = flowLogPage(call, all);
    const shown = page.map(({ log, seen }) => ({
      FlowLogId: log.id,
      Status: seen.status,
      ...shownFields(seen.fields, cenListFields),
      Tags: { Tag: tagList(seen) },
    }));
    return { RequestId: call.requestId, Success: 'true', ...counts, FlowLogs: { FlowLog: shown } };
  },
};
