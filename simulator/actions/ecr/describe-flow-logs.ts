import { Refusal } from '../../wire/refusal.js';
import type { Action } from '../action.js';
import { shownFields } from '../fields.js';
import { countReads, matching, tagList, type ListedFlowLog } from '../listing.js';
import { checkEcr, ecrAnswer, ecrParameters } from './common.js';

/** Filters that are plain equality. */
const filters = ['EcrId', 'FlowLogId', 'FlowLogName', 'InstanceId', 'ProjectName', 'LogStoreName', 'ResourceGroupId'];

const fieldNames = [
  ...['FlowLogName', 'Description', 'EcrId', 'InstanceId', 'InstanceType', 'RegionId', 'ProjectName', 'LogStoreName'],
  ...['SlsRegionId', 'SamplingRate', 'ResourceGroupId', 'CreationTime', 'Interval'],
];

/** The page when none is asked for. */
const defaultPage = 10;

/** Lists the flow logs of one Express Connect Router, paged by token; an empty token is the end. */
export const describeEcrFlowLogs: Action = {
  name: 'DescribeFlowLogs',
  kind: 'read',
  parameters: [
    ...ecrParameters,
    ...filters.slice(1).map((name) => ({ name, type: 'text' as const })),
    { name: 'Tag', type: 'tags', max: 20, maxKeyLength: 128 },
    { name: 'NextToken', type: 'text' },
    { name: 'MaxResults', type: 'integer', min: 1, max: 2_147_483_647 },
  ],
  run(call) {
    checkEcr(call, 'read');
    const all = matching(call, 'ecr', { fields: filters, tags: call.args.tags('Tag') });
    const maxResults = call.args.integer('MaxResults') ?? defaultPage;
    const after = readToken(call.args.text('NextToken'));
    const rest = all.filter(({ log }) => log.ordinal > after);
    const page = rest.slice(0, maxResults);
    countReads(call, page);
    const last = page.at(-1);
    return ecrAnswer(call, {
      TotalCount: all.length,
      MaxResults: maxResults,
      NextToken: last && rest.length > page.length ? tokenAfter(last) : '',
      FlowLogs: page.map(({ log, seen }) => ({
        FlowLogId: log.id,
        Status: seen.status,
        ...shownFields(seen.fields, fieldNames),
        Tags: tagList(seen),
      })),
    });
  },
};

/** A token holds the last flow log shown, so that inserts and deletes in between neither repeat nor skip. */
const tokenAfter = ({ log }: ListedFlowLog): string => Buffer.from(`after:${log.ordinal}`).toString('base64url');

function readToken(token: string | undefined): number {
  if (!token) return 0;
  const match = /^after:(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw new Refusal('INVALID_PARAMETER');
  return Number(match[1]);
}
