import { describe, expect, it } from 'vitest';
import type { Product } from '../../cloud/flow-log.js';
import { actionNamed, actionRow, budgetPerSecond, products } from '../../cloud/products/products.js';
import { services } from '../../cloud/products/services.js';

const all = Object.keys(products) as Product[];

describe('the rows', () => {
  it('spell every action as the documents do', () => {
    const spelled = all.map((product) => Object.values(products[product].actions).map(({ action }) => action));
    expect(spelled).toEqual([
      [
        'CreateFlowLog',
        'ActiveFlowLog',
        'DeactiveFlowLog',
        'ModifyFlowLogAttribute',
        'TagResources',
        'MoveResourceGroup',
        'DeleteFlowLog',
        'DescribeFlowLogs',
      ],
      [
        'CreateFlowlog',
        'ActiveFlowLog',
        'DeactiveFlowLog',
        'ModifyFlowLogAttribute',
        'TagResources',
        'DeleteFlowlog',
        'DescribeFlowlogs',
      ],
      [
        'CreateFlowLog',
        'ActivateFlowLog',
        'DeactivateFlowLog',
        'ModifyFlowLogAttribute',
        'DeleteFlowlog',
        'DescribeFlowLogs',
      ],
    ]);
    expect(all.map((product) => products[product].apiVersion)).toEqual(['2016-04-28', '2017-09-12', '2023-09-01']);
  });

  it('find an action by its spelling, case and all', () => {
    expect(actionNamed('ecr', 'DeleteFlowlog')?.name).toBe('delete');
    expect(actionNamed('ecr', 'DeleteFlowLog')).toBeUndefined();
    expect(actionNamed('vpc', 'OpenFlowLogService')?.name).toBe('openService');
    expect(actionNamed('sts', 'GetCallerIdentity')).toBeUndefined();
    expect(actionNamed('vpc', 'constructor')).toBeUndefined();
  });

  it.each([
    { product: 'vpc', verb: 'create', perSecond: 5, reason: 'not documented' },
    { product: 'vpc', verb: 'modify', perSecond: 8, reason: '0.8 of 600 a minute' },
    { product: 'vpc', verb: 'deactivate', perSecond: 8, reason: '0.8 of 600 a minute' },
    { product: 'cen', verb: 'list', perSecond: 1, reason: 'not documented' },
    { product: 'ecr', verb: 'create', perSecond: 1.6, reason: '0.8 of 120 a minute' },
    { product: 'ecr', verb: 'deactivate', perSecond: 1, reason: 'not documented' },
    { product: 'ecr', verb: 'list', perSecond: 2.5, reason: 'not documented' },
  ] as const)('allow $product $verb $perSecond a second: $reason', ({ product, verb, perSecond }) => {
    expect(budgetPerSecond(actionRow(product, verb))).toBeCloseTo(perSecond);
  });

  it('take a share of a documented limit only', () => {
    expect(budgetPerSecond(products.vpc.actions.modify, 0.5)).toBe(5);
    expect(budgetPerSecond(products.vpc.actions.create, 0.5)).toBe(5);
  });

  it.each(all)('%s: RAM actions carry the action’s own name, and say where they are from', (product) => {
    for (const { action, ram } of Object.values({
      ...products[product].actions,
      ...products[product].serviceActions,
    })) {
      expect(ram.action.split(':')[1]).toBe(action);
      expect(ram.source).not.toBe('');
    }
  });

  it.each(all)('%s agrees with its service about version and place', (product) => {
    const { service, apiVersion, central } = products[product];
    expect({ apiVersion, central }).toEqual({
      apiVersion: services[service].apiVersion,
      central: services[service].central,
    });
  });
});
