import { defaultAccount } from '../../simulator/index.js';
import { taskQueues } from '../../workflows/contract/operation.js';
import { destination, ended, requestedBy, seed, targetOf } from './requests.js';
import { type Path } from './world.js';

/** The other operations, and a workflow that only reads. */
export const otherPaths: readonly Path[] = [
  {
    name: 'disable-deactivated',
    reason: 'ours is Active: deactivated',
    ends: 'deactivated',
    async walk(world) {
      await seed(world, 'disabled', { status: 'Active' });
      return ended(world.flowLogs.disable({ target: targetOf('disabled'), requestedBy }));
    },
  },
  {
    name: 'modify-modified',
    reason: 'name and all compared, and changed',
    ends: 'modified',
    async walk(world) {
      await seed(world, 'modified', { status: 'Active' });
      const spec = { name: 'renamed', aggregationIntervalSeconds: 60 };
      return ended(world.flowLogs.modify({ target: targetOf('modified'), spec, requestedBy }));
    },
  },
  {
    name: 'delete-deleted',
    reason: 'deleted, and its absence seen',
    ends: 'deleted',
    async walk(world) {
      await seed(world, 'deleted', { status: 'Active' });
      return ended(world.flowLogs.delete({ target: targetOf('deleted'), requestedBy }));
    },
  },
  {
    name: 'inspect',
    reason: 'what is there, read by the worker',
    ends: 'completed',
    async walk({ client, simulator }) {
      const [workflowId, region] = ['recorded-inspect', 'cn-beijing'];
      const resource = { type: 'VPC', id: 'vpc-inspected' };
      await simulator.seed({ region, flowLogs: [{ product: 'vpc', resource, destination }] });
      const args = [{ product: 'vpc', accountId: defaultAccount.uid, region }];
      await client.workflow.execute('inspectFlowLogs', { workflowId, taskQueue: taskQueues.workflows, args });
      return { workflowId };
    },
  },
];
