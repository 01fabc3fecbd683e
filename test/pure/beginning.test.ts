import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { proveByRuns } from '../../activities/operation/beginning.js';

/** An empty ledger beside runs that Temporal knows: which of them prove that rows are missing. */

const marker = (activity_type: string, failure?: object) => ({
  markerRecordedEventAttributes: {
    markerName: 'core_local_activity',
    details: { data: { payloads: [defaultPayloadConverter.toPayload({ seq: 1, attempt: 1, activity_type })] } },
    failure,
  },
});

/** Asks with one run of such a history; the ledger knows it or not. */
async function evidence(events: readonly object[], isKnown = false): Promise<string | undefined> {
  const began: string[] = [];
  const deps = {
    temporal: {
      options: { namespace: 'default' },
      workflow: {
        async *list() {
          yield { workflowId: 'flow-log/vpc/1/r/VPC/vpc-1', runId: 'run', type: 'enableFlowLog' };
        },
      },
      workflowService: { getWorkflowExecutionHistory: async () => ({ history: { events } }) },
    },
    ledger: {
      beginning: async () => undefined,
      head: async () => (isKnown ? { head: 'x', count: 1 } : undefined),
      begin: async (why: string) => void began.push(why),
    },
  };
  await proveByRuns(deps as never);
  return began[0];
}

describe('a run that the ledger does not know', () => {
  test.each([
    { what: 'no worker has begun', events: [{ workflowExecutionStartedEventAttributes: {} }] },
    { what: 'had only a look at what the worker has at hand', events: [marker('observeAtHand')] },
    { what: 'could not write its record', events: [marker('closeOperation', { message: 'the database is away' })] },
    { what: 'took a patched path', events: [{ markerRecordedEventAttributes: { markerName: 'core_patch', details: {} } }] }, // prettier-ignore
  ])('that $what says nothing of the ledger', async ({ events }) => {
    expect(await evidence(events)).toBeUndefined();
  });

  test.each([
    { what: 'had an activity', events: [{ activityTaskCompletedEventAttributes: {} }] },
    { what: 'wrote its record', events: [marker('observeAtHand'), marker('closeOperation')] },
  ])('that $what means that the ledger is lost', async ({ events }) => {
    expect(await evidence(events)).toMatch(/Temporal knows the run run of enableFlowLog/);
    expect(await evidence(events, true)).toBeUndefined();
  });
});
