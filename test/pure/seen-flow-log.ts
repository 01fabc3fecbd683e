import type { FlowLogStatus, SeenFlowLog } from '../../cloud/flow-log.js';

/** A flow log of one VPC as a look shows it. */
export function flowLog(flowLogId: string, status: FlowLogStatus, more: Partial<SeenFlowLog> = {}): SeenFlowLog {
  return {
    flowLogId,
    status,
    rawStatus: status,
    delivery: { state: 'unknown' },
    resource: { type: 'VPC', id: 'vpc-1' },
    destination: { project: 'p', logStore: 'l' },
    tags: {},
    serviceManaged: false,
    drift: [],
    ...more,
  };
}
