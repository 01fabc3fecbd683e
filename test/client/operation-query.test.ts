import { describe, expect, it } from 'vitest';
import { visibilityQuery } from '../../client/operations/list.js';

/** Temporal counts by the query alone: what is counted has to be what is shown. */
describe('the query for operations of a state', () => {
  it.each([
    ['needs-attention', "ExecutionStatus = 'Running' AND FlowLogState = 'needs-attention'"],
    ['running', "ExecutionStatus = 'Running' AND (FlowLogState IS NULL OR FlowLogState != 'needs-attention')"],
    ['failed', "ExecutionStatus = 'Failed'"],
    ['created', "FlowLogState = 'created'"],
    ['cancelled', "(FlowLogState = 'cancelled' OR ExecutionStatus = 'Canceled')"],
  ] as const)('%s counts no other', (state, term) =>
    expect(visibilityQuery({ operation: 'enable', state }).split(/ AND (.*)/s)[1]).toBe(term),
  );
});
