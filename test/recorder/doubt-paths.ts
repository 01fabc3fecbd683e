import type { StartedOperation } from '../../client/index.js';
import { taskQueues } from '../../workflows/contract/operation.js';
import { type DoubtReport, doubtWorkflowTypes } from '../../workflows/contract/doubts.js';
import { requestOf, requestedBy, targetOf } from './requests.js';
import { type Path, type Run, type World, until, withCloud } from './world.js';

/** A region that no other path has anything in doubt in. */
const region = 'cn-qingdao';

async function run<Result>({ client }: World, type: string, input: object): Promise<{ run: Run; result: Result }> {
  const workflowId = `recorded-${type}`;
  const started = await client.workflow.start(type, { workflowId, taskQueue: taskQueues.workflows, args: [input] });
  return { run: { workflowId, runId: started.firstExecutionRunId }, result: (await started.result()) as Result };
}

const list = (world: World) => run<DoubtReport>(world, doubtWorkflowTypes.list, { region });

/** An enable whose create was made, whose answer was lost, and which was ended by force before a look at the list. */
async function abandoned(world: World, name: string): Promise<void> {
  const target = { ...targetOf(name), region };
  const about = { product: 'vpc', resource: target.resource.id } as const;
  const lost = { ...about, action: 'CreateFlowLog', when: 'after', effect: 'reset', count: 1 } as const;
  const unreadable = { ...about, action: 'DescribeFlowLogs', effect: 'status', status: 503 } as const;
  world.simulator.faults([lost]);
  const operation: StartedOperation = await world.flowLogs.enable({ ...requestOf(name), target });
  await until(() => Promise.resolve(world.simulator.journal().some(({ action }) => action === 'CreateFlowLog')));
  world.simulator.faults([unreadable]);
  await until(async () => (await list(world)).result.total === 1);
  await world.client.workflow.getHandle(operation.workflowId, operation.runId).terminate('the operator lost patience');
  world.simulator.clearFaults();
}

/** Changes in doubt: told, and settled by a person's word. */
export const doubtPaths: readonly Path[] = [
  {
    name: 'doubts-listed',
    reason: 'a page of what is in doubt, by the ledger',
    ends: 'completed',
    walk: (world) => withCloud(world, {}, async () => (await list(world)).run),
  },
  {
    name: 'doubts-settled',
    reason: 'those of a place: looked at, settled, and on the record with who said it',
    ends: 'completed',
    walk: (world) =>
      withCloud(world, {}, async () => {
        await abandoned(world, 'in-doubt');
        const words = { region, as: 'done', requestedBy, reason: 'seen in the console' };
        return (await run(world, doubtWorkflowTypes.resolve, words)).run;
      }),
  },
];
