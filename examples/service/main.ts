/**
 * A service in a repository of its own: each VPC it is given shall have its flow log. Install the packed client, then run it beside
 * `npm start`, from below its folder, or with TEMPORAL_ADDRESS and FLOWLOG_ACCOUNT_ID set:
 *
 *     npm install ../../dist/flowlog-client-<version>.tgz && npm install && npm run build
 *     npm start vpc-1a2b vpc-3c4d
 */
import {
  FlowLogs,
  OperationFailedError,
  OperationInProgressError,
  UnreachableError,
  connect,
  knownAccounts,
} from 'flowlog-client';

/** Asks for one flow log and waits for its end. @returns a line for the log, and whether it is as wished */
async function ensure(flowLogs: FlowLogs, vpcId: string): Promise<{ line: string; isWell: boolean }> {
  try {
    const operation = await flowLogs.enable({
      target: { product: 'vpc', region: 'cn-hangzhou', resource: { type: 'VPC', id: vpcId } },
      spec: { destination: { project: 'netlogs', logStore: 'flow' } },
      requestedBy: 'flow-log-caller',
      reason: 'every VPC has one',
    });
    const { outcome } = await operation.result();
    return { line: `${vpcId}: ${outcome}`, isWell: true };
  } catch (error) {
    if (error instanceof OperationInProgressError)
      return { line: `${vpcId}: not now: ${error.message}`, isWell: false };
    if (error instanceof OperationFailedError) {
      return { line: `${vpcId}: ${error.message}; ${error.advice}`, isWell: false };
    }
    throw error;
  }
}

try {
  const { client } = await connect();
  const flowLogs = new FlowLogs(client, { accounts: await knownAccounts() });
  const ended = await Promise.all(process.argv.slice(2).map((vpcId) => ensure(flowLogs, vpcId)));
  for (const { line } of ended) console.log(line);
  process.exitCode = ended.every(({ isWell }) => isWell) ? 0 : 1;
  await client.connection.close();
} catch (error) {
  if (!(error instanceof UnreachableError)) throw error;
  console.error(error.message);
  process.exitCode = 3;
}
