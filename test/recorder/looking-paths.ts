import { manyWorkflowTypes } from '../../workflows/contract/bulk.js';
import { taskQueues } from '../../workflows/contract/operation.js';
import { destination, requestedBy, targetOf } from './requests.js';
import type { Path, World } from './world.js';

/** Walks a workflow to its end. */
export async function looked({ client }: World, type: string, input: object) {
  const workflowId = `recorded-${type}`;
  await client.workflow.execute(type, { workflowId, taskQueue: taskQueues.workflows, args: [input] });
  return { workflowId };
}

/** Looks at many resources. They are the last: from what is seeded here on, the cloud knows its resources. */
export const lookingPaths: readonly Path[] = [
  {
    name: 'plan',
    reason: 'what a bulk would do, said and not done',
    ends: 'completed',
    walk: (world) =>
      looked(world, manyWorkflowTypes.plan, {
        operation: 'enable',
        items: [{ target: targetOf('planned'), spec: { destination } }],
        requestedBy,
      }),
  },
  {
    name: 'discover',
    reason: 'what there is and how it stands, by a selector',
    ends: 'completed',
    async walk(world) {
      const region = 'cn-shanghai';
      await world.simulator.seed({ region, vpcs: [{ id: 'vpc-discovered' }] });
      const selector = { product: 'vpc', accounts: 'all', regions: [region], resourceType: 'VPC', coverage: 'all' };
      return looked(world, manyWorkflowTypes.discover, { selectors: [selector] });
    },
  },
];
