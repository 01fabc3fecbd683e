import { describe, expect, it } from 'vitest';
import { lists } from '../../cloud/discovery/lists.js';
import { products } from '../../cloud/products/products.js';
import { type RamPolicy, ramPolicy } from '../../cloud/ram-policy.js';

const actionsOf = ({ Statement }: RamPolicy): string[] => Statement.flatMap(({ Action }) => Action);

describe('the policy for everything', () => {
  const { policy, unverified } = ramPolicy();

  it('allows every action that the service sends, each once, and no pattern of actions', () => {
    const rows = Object.values(products).flatMap(({ actions, serviceActions }) =>
      Object.values({ ...actions, ...serviceActions }).map(({ ram }) => ram.action),
    );
    const sent = new Set([
      ...rows,
      ...Object.values(lists).map(({ ram }) => ram.action),
      'ram:CreateServiceLinkedRole',
    ]);
    expect(actionsOf(policy).toSorted()).toEqual([...sent].toSorted());
    expect(actionsOf(policy).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('names what can be named: the flow logs of one product in one account, and the roles of two services', () => {
    const { policy: ofOne } = ramPolicy({ accountId: '1000000000000001' });
    const resourceOf = (action: string) => ofOne.Statement.find(({ Action }) => Action.includes(action))?.Resource;
    expect(resourceOf('vpc:ActiveFlowLog')).toEqual(['acs:vpc:*:1000000000000001:flowlog/*']);
    expect(resourceOf('cen:ActiveFlowLog')).toEqual(['acs:cbn:*:1000000000000001:flowlog/*']);
    expect(ofOne.Statement.find(({ Condition }) => Condition)?.Condition).toEqual({
      StringEquals: { 'ram:ServiceName': ['flowlog.cen.aliyuncs.com', 'flowlog.ecr.aliyuncs.com'] },
    });
    expect(JSON.stringify(ofOne)).not.toMatch(/[{]\w+[}]/);
  });

  it('says which actions nobody has read in a document of their own', () => {
    expect(unverified).toContain('cen:DeactiveFlowLog');
    expect(unverified).not.toContain('vpc:ActiveFlowLog');
  });
});

describe('a policy for less', () => {
  it('only looks, where it is read-only', () => {
    for (const action of actionsOf(ramPolicy({ readOnly: true }).policy))
      expect(action).toMatch(/:(Describe|List|GetFlowLogServiceStatus)/);
  });

  it.each([
    {
      product: 'vpc',
      reads: ['vpc:DescribeRegions', 'vpc:DescribeVpcs', 'vpc:DescribeVSwitches', 'ecs:DescribeNetworkInterfaces'],
      reason: 'interfaces are ECS’s to list',
    },
    {
      product: 'cen',
      reads: ['cen:DescribeCens', 'cen:ListTransitRouters', 'cen:ListTransitRouterVpcAttachments'],
      reason: 'routers are read below their instances',
    },
    {
      product: 'ecr',
      reads: ['vpc:DescribeVirtualBorderRouters', 'expressconnectrouter:DescribeExpressConnectRouter'],
      reason: 'tags of a VBR are VPC’s to tell',
    },
  ] as const)('for $product has what its discovery reads: $reason', ({ product, reads }) => {
    const found = actionsOf(ramPolicy({ products: [product] }).policy);
    expect(found).toEqual(expect.arrayContaining([...reads]));
    const without = actionsOf(ramPolicy({ products: [product], discovery: false }).policy);
    expect(without.filter((action) => (reads as readonly string[]).includes(action))).toEqual([]);
  });

  it('assumes the roles that it is given', () => {
    const roleArns = ['acs:ram::2:role/flowlog'];
    expect(ramPolicy({ roleArns }).policy.Statement.at(-1)).toEqual({
      Effect: 'Allow',
      Action: ['sts:AssumeRole'],
      Resource: roleArns,
    });
  });
});
