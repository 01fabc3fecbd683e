import type { FlowLogView, JournalEntry } from '../../simulator/index.js';

/** Beginning of all doctored journals and ledgers. */
export const EPOCH_MS = Date.parse('2026-01-01T00:00:00.000Z');

/** A call `at` seconds after the beginning; `seq` is its place in the journal. */
export function call(seq: number, at: number, action: string, more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    seq,
    time: new Date(EPOCH_MS + at * 1_000).toISOString(),
    monotonicMs: at * 1_000,
    requestId: `R${seq}`,
    method: 'POST',
    action,
    product: 'vpc',
    accountId: '1',
    region: 'cn-hangzhou',
    params: {},
    kind: 'change',
    outcome: 'answered',
    committed: true,
    ...more,
  };
}

/** A flow log of ours on the first target, Active. */
export function flowLog(flowLogId: string, more: Partial<FlowLogView> = {}): FlowLogView {
  return {
    flowLogId,
    product: 'vpc',
    accountId: '1',
    region: 'cn-hangzhou',
    resource: 'vpc-0',
    status: 'Active',
    deleted: false,
    origin: 'call',
    fields: {},
    tags: {},
    ...more,
  };
}

/** A create of the first target that had its effect. */
export const create = (seq: number, at: number, flowLogId: string): JournalEntry =>
  call(seq, at, 'CreateFlowLog', { params: { ResourceId: 'vpc-0' }, flowLogId });
