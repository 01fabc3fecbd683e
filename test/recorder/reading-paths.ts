import { taskQueues } from '../../workflows/contract/operation.js';
import { manyWorkflowTypes } from '../../workflows/contract/bulk.js';
import { destination, targetOf } from './requests.js';
import type { Path, Run, World } from './world.js';

/** Runs a workflow that is closed by one activity. */
async function run({ client }: World, type: string, input: object): Promise<Run> {
  const workflowId = `recorded-${type}`;
  const started = await client.workflow.start(type, { workflowId, taskQueue: taskQueues.workflows, args: [input] });
  await started.result();
  return { workflowId, runId: started.firstExecutionRunId };
}

/** What is kept in the database, stored and read by one activity each. */
export const readingPaths: readonly Path[] = [
  {
    name: 'manifest-stored',
    reason: 'one page of a manifest that is too long for one payload',
    ends: 'completed',
    walk: (world) =>
      run(world, manyWorkflowTypes.storeManifest, {
        sha256: 'ab'.repeat(32),
        page: 0,
        operation: 'enable',
        items: [{ target: targetOf('stored'), spec: { destination } }],
      }),
  },
  {
    name: 'rows-read',
    reason: 'a page of rows',
    ends: 'completed',
    walk: (world) => run(world, manyWorkflowTypes.readRows, { rows: 'bulk:none', after: 0 }),
  },
  {
    name: 'bulks-inspected',
    reason: 'the runs of one bulk, of which there is none',
    ends: 'completed',
    walk: (world) => run(world, manyWorkflowTypes.inspectBulks, { bulk: 'flow-log-bulk/none' }),
  },
];
