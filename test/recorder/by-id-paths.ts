import { workflowIdOf } from '../../cloud/target.js';
import { byId, ended, seed, targetOf } from './requests.js';
import { type Path, standstill, until, untilItWaits, withCloud } from './world.js';

/** Operations on a flow log named by its id. */
export const byIdPaths: readonly Path[] = [
  {
    name: 'enable-by-id',
    reason: 'one read, and a child under the resource’s key',
    ends: 'activated',
    async walk(world) {
      const flowLogId = await seed(world, 'by-id', { status: 'Inactive' });
      return ended(world.flowLogs.enable(byId(flowLogId)));
    },
  },
  {
    name: 'enable-by-id-child',
    reason: 'pinned to one flow log of its target',
    ends: 'activated',
    async walk(world) {
      const flowLogId = await seed(world, 'pinned', { status: 'Inactive' });
      await ended(world.flowLogs.enable(byId(flowLogId)));
      return { workflowId: workflowIdOf(targetOf('pinned')) };
    },
  },
  {
    name: 'enable-by-id-joined',
    reason: 'the child of an earlier run, which was terminated, is still at work: joined and waited for',
    ends: 'activated',
    walk: (world) =>
      withCloud(world, { config: standstill }, async () => {
        const flowLogId = await seed(world, 'by-id-joined', { status: 'Inactive' });
        const first = await world.flowLogs.enable(byId(flowLogId));
        const child = world.flowLogs.getHandle(targetOf('by-id-joined'));
        await untilItWaits(child);
        await world.client.workflow.getHandle(first.workflowId, first.runId).terminate('its parent is gone');
        const second = await world.flowLogs.enable(byId(flowLogId));
        await until(async () =>
          (await second.progress()).pending.some(({ activity }) => activity === 'awaitOperation'),
        );
        await world.simulator.settle();
        return ended(Promise.resolve(second));
      }),
  },
  {
    name: 'delete-by-id-not-found',
    reason: 'what is not there is deleted',
    ends: 'unchanged',
    walk: ({ flowLogs }) => ended(flowLogs.delete(byId('fl-nowhere'))),
  },
];
