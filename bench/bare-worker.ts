import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { bareActivities } from './bare-activities.js';
import { bareQueue } from './bare-queue.js';

/** Worker of the baseline, in a process like ours: workflows of three activities, tasks on two queues, slots as ours. */
const bareConnection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
const workflowsPath = fileURLToPath(new URL('./bare-workflow.ts', import.meta.url));
const bareBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
const workers = await Promise.all([
  Worker.create({
    connection: bareConnection,
    taskQueue: bareQueue,
    workflowBundle: bareBundle,
    maxConcurrentWorkflowTaskExecutions: 100,
  }),
  Worker.create({
    connection: bareConnection,
    taskQueue: `${bareQueue}-activities`,
    activities: bareActivities,
    maxConcurrentActivityTaskExecutions: 2_000,
  }),
]);
const runs = workers.map((worker) => worker.run());
process.once('SIGTERM', () => workers.forEach((worker) => worker.shutdown()));
console.log('bare worker is polling');
await Promise.all(runs);
await bareConnection.close();
