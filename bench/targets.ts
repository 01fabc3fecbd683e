import type { OperationRequest } from '../client/index.js';
import { defaultAccount } from '../simulator/index.js';

/** A request to enable the flow log of a VPC that no other measurement uses. */
export const vpcRequest = (name: string, region = 'cn-hangzhou'): OperationRequest => ({
  target: { product: 'vpc', accountId: defaultAccount.uid, region, resource: { type: 'VPC', id: `vpc-${name}` } },
  spec: { destination: { project: 'bench', logStore: 'flow' } },
  requestedBy: 'bench',
});
