import type { JournalEntry } from '../../simulator/index.js';
import { uid } from './service.js';

export const requestedBy = 'test';
export const destination = { project: 'netlogs', logStore: 'flow' };

/** A product under test: how its targets are made and its calls spelled, written by hand so that the rows cannot vouch for themselves. */
export interface ProductUnderTest {
  readonly product: 'vpc' | 'cen' | 'ecr';
  readonly target: (name: string) => {
    product: string;
    accountId: string;
    region?: string;
    resource: Record<string, string>;
  };
  /** The resource as the simulator's journal and summary name it. */
  readonly resource: (name: string) => string;
  readonly create: string;
  readonly activate: string;
  readonly deactivate: string;
  readonly modify: string;
  readonly delete: string;
  readonly list: string;
}

export const vpc: ProductUnderTest = {
  product: 'vpc',
  target: (name) => ({
    product: 'vpc',
    accountId: uid,
    region: 'cn-hangzhou',
    resource: { type: 'VPC', id: `vpc-${name}` },
  }),
  resource: (name) => `vpc-${name}`,
  create: 'CreateFlowLog',
  activate: 'ActiveFlowLog',
  deactivate: 'DeactiveFlowLog',
  modify: 'ModifyFlowLogAttribute',
  delete: 'DeleteFlowLog',
  list: 'DescribeFlowLogs',
};

export const cen: ProductUnderTest = {
  product: 'cen',
  target: (name) => ({
    product: 'cen',
    accountId: uid,
    region: 'cn-hangzhou',
    resource: { cenId: `cen-${name}`, transitRouterId: `tr-${name}` },
  }),
  resource: (name) => `tr-${name}`,
  create: 'CreateFlowlog',
  activate: 'ActiveFlowLog',
  deactivate: 'DeactiveFlowLog',
  modify: 'ModifyFlowLogAttribute',
  delete: 'DeleteFlowlog',
  list: 'DescribeFlowlogs',
};

export const ecr: ProductUnderTest = {
  product: 'ecr',
  target: (name) => ({ product: 'ecr', accountId: uid, resource: { ecrId: `ecr-${name}`, instanceId: `vbr-${name}` } }),
  resource: (name) => `vbr-${name}`,
  create: 'CreateFlowLog',
  activate: 'ActivateFlowLog',
  deactivate: 'DeactivateFlowLog',
  modify: 'ModifyFlowLogAttribute',
  delete: 'DeleteFlowlog',
  list: 'DescribeFlowLogs',
};

export const productsUnderTest: readonly ProductUnderTest[] = [vpc, cen, ecr];

/** The calls of one action that had their effect. */
export const committed = (journal: readonly JournalEntry[], product: string, action: string): readonly JournalEntry[] =>
  journal.filter((call) => call.product === product && call.action === action && call.committed);
