import type { FaultRuleInput } from '../../simulator/index.js';
import { enable, ended, requestedBy, seed } from './requests.js';
import { type Path, type Run, type World, standstill, withCloud } from './world.js';
import { taskQueues } from '../../workflows/contract/operation.js';

const onCreate = (name: string, rule: Omit<FaultRuleInput, 'product' | 'action' | 'resource'>): FaultRuleInput =>
  ({ product: 'vpc', action: 'CreateFlowLog', resource: `vpc-${name}`, ...rule }) as FaultRuleInput;

/** Not through the client, which would refuse it. */
async function startRaw({ client }: World, workflowId: string, input: unknown): Promise<Run> {
  const started = await client.workflow.start('enableFlowLog', {
    workflowId,
    taskQueue: taskQueues.workflows,
    args: [input],
  });
  await started.result().catch(() => undefined);
  return { workflowId, runId: started.firstExecutionRunId };
}

/** An enable that is refused, or that time runs out for. */
export const troublePaths: readonly Path[] = [
  {
    name: 'enable-busy-then-well',
    reason: 'refused as busy twice: attempt 3, lastFailure of type busy',
    ends: 'created',
    walk: (world) =>
      withCloud(
        world,
        { faults: [onCreate('busy', { effect: 'code', code: 'IncorrectStatus.flowlog', status: 400, count: 2 })] },
        () => ended(enable(world, 'busy')),
      ),
  },
  {
    name: 'enable-ambiguous-then-seen',
    reason: 'made, the answer lost: lastFailure of type ambiguous, then found by a look',
    ends: 'created',
    walk: (world) =>
      withCloud(world, { faults: [onCreate('lost', { when: 'after', effect: 'reset', count: 1 })] }, () =>
        ended(enable(world, 'lost')),
      ),
  },
  {
    name: 'enable-refused',
    reason: 'the cloud refuses for good: the code is the end',
    ends: 'quota',
    walk: (world) =>
      withCloud(
        world,
        { faults: [onCreate('quota', { effect: 'code', code: 'QuotaExceeded.FlowLog', status: 400 })] },
        () => ended(enable(world, 'quota')),
      ),
  },
  {
    name: 'enable-deadline',
    reason: 'never becomes Active: the wait ends at the deadline',
    ends: 'DeadlineExceeded',
    walk: (world) =>
      withCloud(world, { config: standstill }, () => ended(enable(world, 'late', { deadlineMs: 3_000 }))),
  },
  {
    name: 'enable-unexpected-status',
    reason: 'a status nobody has documented',
    ends: 'UnexpectedStatus',
    async walk(world) {
      await seed(world, 'odd', { status: 'Frobnicating' });
      return ended(enable(world, 'odd', { deadlineMs: 3_000 }));
    },
  },
  {
    name: 'enable-invalid-input',
    reason: 'not through the client: refused before anything is started',
    ends: 'InvalidInput',
    walk: (world) => startRaw(world, 'flow-log/vpc/x', { target: { product: 'vpc' }, requestedBy }),
  },
];
