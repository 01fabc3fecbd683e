import { Refusal } from '../../wire/refusal.js';
import type { Action } from '../action.js';
import { shownFields } from '../fields.js';
import { countReads, matching, tagList } from '../listing.js';
import { sortKey } from '../page-luck.js';
import { tokenPage } from '../paging.js';
import { checkEcr, ecrAnswer, ecrParameters } from './router.js';

/** Filters that are plain equality. */
const ecrFilters = [
  'EcrId',
  'FlowLogId',
  'FlowLogName',
  'InstanceId',
  'ProjectName',
  'LogStoreName',
  'ResourceGroupId',
];

const ecrListFields = [
  ...['FlowLogName', 'Description', 'EcrId', 'InstanceId', 'InstanceType', 'RegionId', 'ProjectName', 'LogStoreName'],
  ...['SlsRegionId', 'SamplingRate', 'ResourceGroupId', 'CreationTime', 'Interval'],
];

/** The page when none is asked for. */
const flowLogsPageSize = 10;

/** Lists the flow logs of one Express Connect Router, paged by token; an empty token is the end. */
export const describeEcrFlowLogs: Action = {
  name: 'DescribeFlowLogs',
  kind: 'read',
  parameters: [
    ...ecrParameters,
    ...ecrFilters.slice(1).map((name) => ({ name, type: 'text' as const })),
    { name: 'Tag', type: 'tags', max: 20, maxKeyLength: 128 },
    { name: 'NextToken', type: 'text' },
    { name: 'MaxResults', type: 'integer', min: 1, max: 2_147_483_647 },
  ],
  run(call) {
    checkEcr(call, 'read');
    const all = matching(call, 'ecr', { fields: ecrFilters, tags: call.args.tags('Tag') });
    const maxResults = call.args.integer('MaxResults') ?? flowLogsPageSize;
    const { page, nextToken, total } = tokenPage(call, all, {
      size: maxResults,
      placeOf: (listed) => sortKey(call, listed),
      wrongToken: () => new Refusal('INVALID_PARAMETER'),
    });
    countReads(call, page);
    return ecrAnswer(call, {
      TotalCount: total,
      MaxResults: maxResults,
      NextToken: nextToken,
      FlowLogs: page.map(({ log, seen }) => ({
        FlowLogId: log.id,
        Status: seen.status,
        ...shownFields(seen.fields, ecrListFields),
        Tags: tagList(seen),
      })),
    });
  },
};
