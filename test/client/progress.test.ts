import { describe, expect, it } from 'vitest';
import { ApplicationFailure, defaultDataConverter } from '@temporalio/common';
import { encodeErrorToFailure, encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { progressOf } from '../../client/operations/progress.js';
import { phaseText } from '../../client/cli/phase.js';
import { FakeTemporal } from './fixtures/fake-temporal.js';

const workflowId = 'flow-log/vpc/1/cn-hangzhou/VPC/vpc-1';

describe('where an operation stands', () => {
  it("joins the workflow's own word with what happens inside its attempts", async () => {
    const details = { kind: 'busy', code: 'IncorrectStatus.flowlog', message: 'busy', advice: 'wait' };
    const failure = ApplicationFailure.create({ type: 'busy', message: 'it is being changed', details: [details] });
    const temporal = new FakeTemporal();
    temporal.add({
      workflowId,
      progress: () => Promise.resolve({ phase: 'waiting', since: '2026-01-01T00:00:00Z', steps: [] }),
      pendingActivities: [
        {
          activityType: { name: 'waitUntilSettled' },
          attempt: 3,
          state: 2,
          lastFailure: await encodeErrorToFailure(defaultDataConverter, failure),
          heartbeatDetails: { payloads: await encodeToPayloads(defaultDataConverter, { rawStatus: 'Activating' }) },
          lastHeartbeatTime: { seconds: 1_767_225_600, nanos: 0 },
        },
      ],
    });
    const progress = await progressOf(temporal.client, workflowId);
    expect(progress).toMatchObject({
      state: 'running',
      progress: { phase: 'waiting' },
      pending: [
        {
          activity: 'waitUntilSettled',
          attempt: 3,
          running: true,
          lastFailure: { type: 'busy', message: 'it is being changed', details: { code: 'IncorrectStatus.flowlog' } },
          heartbeat: { rawStatus: 'Activating' },
          heartbeatAt: '2026-01-01T00:00:00.000Z',
        },
      ],
    });
    expect(phaseText(progress)).toBe(
      'waiting for the cloud · the cloud says Activating · attempt 3 after IncorrectStatus.flowlog: busy',
    );
  });

  it('is told without the workflow where no worker answers', async () => {
    const temporal = new FakeTemporal();
    temporal.add({ workflowId, progress: () => Promise.reject(new Error('deadline')) });
    const progress = await progressOf(temporal.client, workflowId);
    expect(progress).not.toHaveProperty('progress');
    expect(phaseText(progress)).toBe('no answer from a worker yet');
  });
});
