import { describe, expect, test } from 'vitest';
import type { Service } from '../../cloud/call/port.js';
import { type BudgetSettings, paceOf } from '../../cloud/call/rates.js';

const uid = '1000000000000001';
const plain: BudgetSettings = { share: 0.8, budgets: {}, ofAccount: () => undefined };

interface Case {
  readonly service: Service;
  readonly action: string;
  readonly settings?: Partial<BudgetSettings>;
  readonly perSecond: number;
  readonly reason: string;
}

const cases: readonly Case[] = [
  { service: 'vpc', action: 'DeactiveFlowLog', perSecond: 8, reason: '600 a minute are documented' },
  { service: 'vpc', action: 'CreateFlowLog', perSecond: 5, reason: 'nothing is documented: our own number, unshared' },
  { service: 'vpc', action: 'DescribeVpcs', perSecond: 5, reason: 'discovery of vpc' },
  { service: 'cen', action: 'CreateFlowlog', perSecond: 1, reason: 'nothing is documented for cen' },
  { service: 'cen', action: 'DescribeCens', perSecond: 4, reason: '300 a minute are documented' },
  { service: 'ecr', action: 'CreateFlowLog', perSecond: 1.6, reason: '120 a minute are documented' },
  { service: 'ecr', action: 'DeactivateFlowLog', perSecond: 1, reason: 'a change that nothing is documented of' },
  { service: 'ecr', action: 'DescribeFlowLogs', perSecond: 2.5, reason: 'a read that nothing is documented of' },
  { service: 'sts', action: 'AssumeRole', perSecond: 80, reason: '6000 a minute are documented' },
  {
    service: 'vpc',
    action: 'CreateFlowLog',
    settings: { share: 0.5, budgets: { '*': 1, vpc: 2, CreateFlowLog: 3, 'vpc:CreateFlowLog': 4 } },
    perSecond: 2,
    reason: 'the most particular name counts, and its number is a limit to be shared',
  },
  {
    service: 'ecr',
    action: 'CreateFlowLog',
    settings: { share: 1, budgets: { '*': 1, vpc: 2, CreateFlowLog: 3, 'vpc:CreateFlowLog': 4 } },
    perSecond: 3,
    reason: 'an action without a service is that of every service',
  },
  {
    service: 'vpc',
    action: 'CreateFlowLog',
    settings: {
      share: 1,
      budgets: { 'vpc:CreateFlowLog': 4 },
      ofAccount: (id) => (id === uid ? { '*': 7 } : undefined),
    },
    perSecond: 7,
    reason: 'what is said of the account beats what is said of all',
  },
];

describe('the pace of', () => {
  test.each(cases)('$service $action: $reason', ({ service, action, settings, perSecond }) => {
    const pace = paceOf({ service, action, accountId: uid }, { ...plain, ...settings });
    expect(pace.perSecond).toBeCloseTo(perSecond, 6);
    expect(pace.limitPerSecond).toBeGreaterThanOrEqual(pace.perSecond);
  });
});
