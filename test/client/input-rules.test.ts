import { describe, expect, it } from 'vitest';
import type { Operation, OperationInput } from '../../workflows/contract/operation.js';
import { parseOperationInput } from '../../workflows/contract/input.js';
import { altered, leastInput, wholeInput } from './fixtures/requests.js';

const problemsOf = (operation: Operation, input: unknown) => {
  const parsed = parseOperationInput(operation, input);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
};
const inputOf = (operation: Operation, input: unknown, account?: string): OperationInput => {
  const parsed = parseOperationInput(operation, input, account);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.input;
};

describe('what one field means for another', () => {
  it.each([
    { product: 'vpc', field: 'trafficPath', value: ['all'], reason: 'vpc cannot change the path' },
    { product: 'ecr', field: 'resourceGroupId', value: 'rg-1', reason: 'no call moves a flow log of ecr' },
    {
      product: 'cen',
      field: 'logFormat',
      value: '${srcaddr}${dstaddr}${bytes}',
      reason: 'the format is set at create',
    },
    { product: 'ecr', field: 'tags', value: { env: 'prod' }, reason: 'no call tags a flow log of ecr' },
  ] as const)('modify refuses $field of $product by name: $reason', ({ product, field, value }) => {
    const problems = problemsOf('modify', altered(leastInput('modify', product), ['spec', field], value));
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^spec\\.${field}: .*cannot be modified`))]);
  });

  it('modify refuses a spec that names only what says which flow log is meant', () => {
    const input = altered(leastInput('modify', 'vpc'), ['spec'], {
      destination: { project: 'netlogs', logStore: 'flow' },
    });
    expect(problemsOf('modify', input)).toEqual([
      expect.stringMatching(/^spec: .*names no field that can be modified/),
    ]);
  });

  it('modify needs a whole destination where it names one', () => {
    const input = altered(leastInput('modify', 'vpc'), ['spec', 'destination'], { project: 'netlogs' });
    expect(problemsOf('modify', input)).toEqual([expect.stringMatching(/^spec\.destination\.logStore: is missing/)]);
  });

  it.each([
    { product: 'vpc', field: 'samplingRate', value: '1:4096' },
    { product: 'vpc', field: 'logFormat', value: 'x' },
    { product: 'cen', field: 'trafficType', value: 'All' },
    { product: 'cen', field: 'resourceGroupId', value: 'rg-1' },
    { product: 'ecr', field: 'trafficPath', value: ['all'] },
    { product: 'ecr', field: 'ipVersion', value: 'IPv4' },
  ] as const)('a field that $product has not is refused by name: $field', ({ product, field, value }) => {
    const problems = problemsOf('enable', altered(leastInput('enable', product), ['spec', field], value));
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^spec\\.${field}: .*there is no such field`))]);
  });

  it.each(['requireDelivery', 'openService'])('%s is refused where the cloud has nothing of the kind', (option) => {
    expect(problemsOf('enable', altered(leastInput('enable', 'cen'), ['options', option], true))).toEqual([
      expect.stringMatching(new RegExp(`^options\\.${option}: true: cen`)),
    ]);
    expect(problemsOf('enable', altered(leastInput('enable', 'cen'), ['options', option], false))).toEqual([]);
  });

  it('takeOver is for products that have a call for tags, and for operations that keep the flow log', () => {
    const problems = (operation: 'enable' | 'disable' | 'modify' | 'delete', product: 'vpc' | 'cen' | 'ecr') =>
      problemsOf(operation, altered(leastInput(operation, product), ['options', 'takeOver'], true));
    expect([...problems('enable', 'vpc'), ...problems('enable', 'cen'), ...problems('modify', 'vpc')]).toEqual([]);
    expect(problems('enable', 'ecr')).toEqual([expect.stringMatching(/^options\.takeOver: true: ecr/)]);
    expect(problems('delete', 'vpc')).toEqual([
      expect.stringMatching(/^options\.takeOver: true: delete takes nothing/),
    ]);
  });

  it('enable of a resource needs a destination, and of a flow log by its id needs no spec at all', () => {
    expect(problemsOf('enable', altered(leastInput('enable', 'vpc'), ['spec'], undefined))).toHaveLength(1);
    expect(problemsOf('enable', altered(leastInput('enable', 'vpc'), ['spec'], {}))).toEqual([
      expect.stringMatching(/^spec\.destination: is missing/),
    ]);
    expect(problemsOf('enable', altered(leastInput('enable', 'vpc', 'by id'), ['spec'], undefined))).toEqual([]);
  });

  it.each(['disable', 'delete'] as const)('%s takes no spec', (operation) => {
    const input = altered(leastInput(operation, 'ecr'), ['spec'], { name: 'x' });
    expect(problemsOf(operation, input)).toEqual([expect.stringMatching(/^spec: .*takes no spec/)]);
  });

  it('a target is either a resource or a flow log, never both and never neither', () => {
    const both = altered(leastInput('disable', 'vpc'), ['target', 'flowLogId'], 'fl-1');
    const neither = altered(leastInput('disable', 'vpc'), ['target', 'resource'], undefined);
    expect(problemsOf('disable', both)).toHaveLength(1);
    expect(problemsOf('disable', neither)).toHaveLength(1);
  });
});

describe('the form in which an input is worked on', () => {
  it('has the templates of its destination expanded', () => {
    const input = altered(leastInput('enable', 'vpc'), ['spec', 'destination'], {
      project: '{account}-{region}',
      logStore: '{product}_{resourceId}',
    });
    expect(inputOf('enable', input, 'prod').spec?.destination).toEqual({
      project: 'prod-cn-hangzhou',
      logStore: 'vpc_vpc-1',
    });
  });

  it('is refused where an expanded name breaks the rule of its field', () => {
    const input = altered(
      leastInput('enable', 'vpc'),
      ['spec', 'destination', 'project'],
      `{accountId}${'x'.repeat(60)}`,
    );
    expect(problemsOf('enable', input)).toEqual([expect.stringMatching(/^spec\.destination\.project: /)]);
  });

  it('is refused where {account} stands and only the uid is known', () => {
    const input = altered(leastInput('enable', 'vpc'), ['spec', 'destination', 'project'], '{account}-logs');
    expect(problemsOf('enable', input)).toEqual([expect.stringMatching(/^spec\.destination\.project: /)]);
  });

  it('says the default traffic, and adds no other default: what is not asked for is not compared', () => {
    expect(inputOf('enable', leastInput('enable', 'vpc')).spec).toEqual({
      destination: { project: 'netlogs', logStore: 'flow' },
      trafficType: 'All',
    });
  });

  it('comes out of a second pass as it went in', () => {
    const once = inputOf('enable', wholeInput('enable', 'vpc', 'resource'));
    expect(inputOf('enable', once)).toEqual(once);
  });
});
