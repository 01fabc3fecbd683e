import type { OperationRequest } from '../client/index.js';
import { defaultAccount } from '../simulator/index.js';

/** The wish of every figure. */
export const benchSpec = { destination: { project: 'bench', logStore: 'flow' } };

/** A request to enable the flow log of a VPC that no other measurement uses. */
export const vpcRequest = (name: string, region = 'cn-hangzhou'): OperationRequest => ({
  target: { product: 'vpc', accountId: defaultAccount.uid, region, resource: { type: 'VPC', id: `vpc-${name}` } },
  spec: benchSpec,
  requestedBy: 'bench',
});
