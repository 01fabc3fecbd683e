/**
 * A service that wants one flow log: ask, follow, know. Run it beside `npm start`:
 *
 *     npx tsx examples/enable-one.ts
 */
import {
  FlowLogs,
  InvalidInputError,
  OperationFailedError,
  OperationInProgressError,
  connect,
  type OperationRequest,
} from '../client/index.js';

const request: OperationRequest = {
  target: {
    product: 'vpc',
    accountId: '1000000000000001',
    region: 'cn-hangzhou',
    resource: { type: 'VPC', id: 'vpc-example' },
  },
  spec: { destination: { project: 'netlogs', logStore: '{region}' }, description: 'who talks to whom' },
  requestedBy: 'network-team',
  reason: 'CIS 3.3',
};

// Finds a running `npm start`, else what TEMPORAL_ADDRESS names. Any Temporal `Client` does.
const { client } = await connect();
const flowLogs = new FlowLogs(client);
try {
  const operation = await flowLogs.enable(request);
  console.log(operation.joined ? 'joined' : 'started', operation.workflowId);

  const { progress, pending } = await operation.progress();
  console.log(
    'now',
    progress?.phase,
    pending.map(({ activity, attempt }) => `${activity} (attempt ${attempt})`).join(),
  );

  const report = await operation.result();
  console.log(report.outcome, report.flowLogId, report.status);
} catch (error) {
  // Three ways not to get it, each with what to do; anything else is an UnreachableError.
  if (error instanceof InvalidInputError) console.error('nothing was started:', error.problems);
  else if (error instanceof OperationInProgressError) console.error('not now:', error.message);
  else if (error instanceof OperationFailedError) console.error(error.message, '→', error.advice);
  else throw error;
  process.exitCode = 1;
} finally {
  await client.connection.close();
}
