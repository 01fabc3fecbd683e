import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { StartedOperation } from '../../client/index.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import { ownerTags } from '../../cloud/ownership.js';
import { defaultAccount } from '../../simulator/index.js';
import type { Run, World } from './world.js';

/** Requests of the paths: targets of the default account, by their names. */

const { uid } = defaultAccount;
const region = 'cn-hangzhou';

/** Destination of the records. */
export const destination = { project: 'netlogs', logStore: 'flow' };
export const requestedBy = 'recorder';

export const targetOf = (name: string): ResourceTarget => ({
  product: 'vpc',
  accountId: uid,
  region,
  resource: { type: 'VPC', id: `vpc-${name}` },
});

/** An enable of a target. */
export const requestOf = (name: string, options?: object) => ({
  target: targetOf(name),
  spec: { destination },
  requestedBy,
  ...omitUndefined({ options }),
});

/** An operation on a flow log named by its id. */
export const byId = (flowLogId: string) => ({
  target: { product: 'vpc', accountId: uid, region, flowLogId },
  requestedBy,
});

/** Starts an enable. */
export const enable = ({ flowLogs }: World, name: string, options?: object) =>
  flowLogs.enable(requestOf(name, options));

/** Runs until its end, which may be a failure: often that is the point. */
export async function ended(started: Promise<StartedOperation>): Promise<Run> {
  const operation = await started;
  await operation.result().catch(() => undefined);
  return { workflowId: operation.workflowId, runId: operation.runId };
}

/** A flow log that is there before the operation; ours where `whose` says so. */
export async function seed(
  { simulator, owner }: World,
  name: string,
  flowLog: object,
  whose: 'own' | 'foreign' = 'own',
) {
  const target = targetOf(name);
  const tags = whose === 'own' ? ownerTags(owner, target) : {};
  const { product, resource } = target;
  const [flowLogId = ''] = await simulator.seed({
    region,
    flowLogs: [{ product: product as 'vpc', resource, destination, tags, ...flowLog }],
  });
  return flowLogId;
}
