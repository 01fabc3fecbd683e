import type { Refusal } from '../wire/refusal.js';
import type { FlowLog, SimulatedProduct } from '../world/flow-log.js';
import { liveAt, retagged } from '../world/timeline.js';
import type { Action, Call } from './action.js';
import { matching, tagRecord } from './listing.js';
import type { Parameter } from './parameters.js';

/** Differences between the products' tag actions. */
export interface TaggingRow {
  readonly product: SimulatedProduct;
  /** The word for a flow log. */
  readonly resourceType: string;
  /** The word may be written in any case. */
  readonly anyCase?: true;
  /** Rows of every action of the product. */
  readonly parameters: readonly Parameter[];
  readonly maxKeyLength: number;
  readonly absent: () => Refusal;
}

/** The parameter by which actions for all resources of a product are told that flow logs are meant. */
export const resourceTypeParameter = (word: string, anyCase = false): Parameter => ({
  name: 'ResourceType',
  type: 'text',
  required: true,
  pattern: new RegExp(`^${word}$`, anyCase ? 'i' : ''),
});

/** TagResources, UntagResources and ListTagResources for flow logs: terraform changes and reads tags with them. Effective at once. */
export function taggingActions(row: TaggingRow): readonly Action[] {
  const common: readonly Parameter[] = [...row.parameters, resourceTypeParameter(row.resourceType, row.anyCase)];
  const ids: Parameter = { name: 'ResourceId', type: 'list', max: 50 };
  const tags: Parameter = { name: 'Tag', type: 'tags', max: 20, maxKeyLength: row.maxKeyLength };
  return [
    {
      name: 'TagResources',
      kind: 'change',
      parameters: [...common, { ...ids, required: true }, { ...tags, required: true }],
      run(call) {
        const added = tagRecord(call.args.tags('Tag'));
        for (const log of taggedFlowLogs(call, row)) edit(call, log, (old) => ({ ...old, ...added }));
        return { RequestId: call.requestId };
      },
    },
    {
      name: 'UntagResources',
      kind: 'change',
      parameters: [
        ...common,
        { ...ids, required: true },
        { name: 'TagKey', type: 'list', max: 20 },
        { name: 'All', type: 'boolean' },
      ],
      run(call) {
        const keys = call.args.list('TagKey') ?? [];
        const goes = (key: string): boolean => keys.includes(key) || (keys.length === 0 && call.args.flag('All'));
        for (const log of taggedFlowLogs(call, row)) {
          edit(call, log, (old) => Object.fromEntries(Object.entries(old).filter(([key]) => !goes(key))));
        }
        return { RequestId: call.requestId };
      },
    },
    {
      name: 'ListTagResources',
      kind: 'read',
      parameters: [...common, ids, tags, { name: 'NextToken', type: 'text' }],
      run(call) {
        const all = matching(call, row.product, { fields: [], tags: call.args.tags('Tag') });
        const asked = call.args.list('ResourceId') ? taggedFlowLogs(call, row) : all.map(({ log }) => log);
        const TagResource = asked.flatMap((log) =>
          Object.entries(liveAt(log, call.now)?.tags ?? {}).map(([TagKey, TagValue]) => ({
            ResourceType: row.resourceType,
            ResourceId: log.id,
            TagKey,
            TagValue,
          })),
        );
        return { RequestId: call.requestId, NextToken: '', TagResources: { TagResource } };
      },
    },
  ];
}

/** The flow logs a call names. @throws what `absent` makes, for the first that does not exist here. */
function taggedFlowLogs(call: Call, row: TaggingRow): FlowLog[] {
  const region = call.args.need('RegionId');
  return (call.args.list('ResourceId') ?? []).map((id) => {
    const log = call.world.flowLogs.get(id);
    const here = log?.product === row.product && log.accountId === call.accountId && log.region === region;
    if (!here || !liveAt(log, call.now)) throw row.absent();
    return log;
  });
}

function edit(call: Call, log: FlowLog, change: Parameters<typeof retagged>[2]): void {
  call.world.putFlowLog(retagged(log, call.now, change));
  call.committed(log.id);
}
