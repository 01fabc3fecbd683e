import type { OperationRequest } from '../client/index.js';
import { defaultAccount } from '../simulator/index.js';

/** Flow logs of one page of the cloud's lists. */
export const PAGE_SIZE = 50;

/** The wish of every figure. */
export const benchSpec = { destination: { project: 'bench', logStore: 'flow' } };

/** A request to enable the flow log of a VPC that no other measurement uses. */
export const vpcRequest = (name: string, region = 'cn-hangzhou'): OperationRequest => ({
  target: { product: 'vpc', accountId: defaultAccount.uid, region, resource: { type: 'VPC', id: `vpc-${name}` } },
  spec: benchSpec,
  requestedBy: 'bench',
});
