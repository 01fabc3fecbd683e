import type { DiscoveredResource } from '../../../workflows/contract/bulk.js';

/** Ids of the flow logs on a resource. */
export const flowLogsText = ({ flowLogIds, moreFlowLogs }: DiscoveredResource): string =>
  [...flowLogIds, ...(moreFlowLogs === undefined ? [] : [`and ${moreFlowLogs} more`])].join(' ');
