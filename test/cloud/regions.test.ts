import { describe, expect, it } from 'vitest';
import type { Product } from '../../cloud/flow-log.js';
import { publicRegions, regionMeant, regionProblem } from '../../cloud/regions.js';
import { specSchema, targetSchema } from '../../cloud/spec.js';
import { parseInspectInput } from '../../workflows/contract/read-input.js';
import { parseSelectors } from '../../workflows/contract/selector-schema.js';

describe('the form of a region', () => {
  it.each([...publicRegions, 'cn-bench-1', 'x', 'a'.repeat(64)])('%s is one', (region) => {
    expect(regionProblem(region)).toBeUndefined();
  });

  it.each([
    'CN-HANGZHOU',
    '',
    ' cn-hangzhou',
    'cn_hangzhou',
    '1-cn',
    '-cn',
    'cn/hangzhou',
    'a'.repeat(65),
    'cn-hangzhou\n',
  ])('%j is none', (region) => {
    expect(regionProblem(region)).toContain('must be a region id');
  });
});

describe('the region that was meant', () => {
  it.each([
    ['CN-HANGZHOU', 'cn-hangzhou'],
    ['cn-hangzhuo', 'cn-hangzhou'],
    ['cn_hangzhou', 'cn-hangzhou'],
    [' Cn-Hangzhou ', 'cn-hangzhou'],
    ['cn-hangzhou-b', 'cn-hangzhou'],
    ['cn-shnghai', 'cn-shanghai'],
    ['hangzhou', 'cn-hangzhou'],
    ['cnhangzhou', 'cn-hangzhou'],
    ['eu-centrall-1', 'eu-central-1'],
    // Not on our list: its letters are still those of a region.
    ['CN-BENCH-1', 'cn-bench-1'],
  ])('%j means %s', (text, meant) => {
    expect(regionMeant(text)).toBe(meant);
  });

  it.each(['cn-hangzhou', 'ap-southeast-4', 'mars-north-1', '', 'a'.repeat(100_000)])(
    'of %.20s nothing is guessed',
    (text) => {
      expect(regionMeant(text)).toBeUndefined();
    },
  );

  it('is one of the account where its regions are known', () => {
    expect(regionMeant('cn-bench-11', ['cn-bench-1', 'cn-far'])).toBe('cn-bench-1');
    expect(regionMeant('cn-hangzhuo', ['cn-bench-1'])).toBeUndefined();
  });
});

describe('wherever a region is taken, a wrong form is refused with what was meant', () => {
  const meant = 'did you mean cn-hangzhou?';
  const region = 'CN-HANGZHOU';

  it.each<[Product, Record<string, string>]>([
    ['vpc', { type: 'VPC', id: 'vpc-1' }],
    ['cen', { cenId: 'cen-1', transitRouterId: 'tr-1' }],
  ])('in a target of %s', (product, resource) => {
    const { error } = targetSchema().safeParse({ product, accountId: '1', region, resource });
    expect(error?.issues).toMatchObject([{ path: ['region'], message: expect.stringContaining(meant) as string }]);
  });

  it('in a destination', () => {
    const destination = { project: 'netlogs', logStore: 'flow', region };
    const { error } = specSchema('ecr').safeParse({ destination });
    expect(error?.issues).toMatchObject([
      { path: ['destination', 'region'], message: expect.stringContaining(meant) as string },
    ]);
  });

  it('in a selector', () => {
    const selector = { product: 'vpc', resourceType: 'VPC', accounts: 'all', regions: ['cn-beijing', region] };
    expect(parseSelectors([selector])).toMatchObject({
      problems: [{ path: 'selectors[0].regions[1]', message: expect.stringContaining(meant) as string }],
    });
  });

  it('in what is only looked at', () => {
    expect(parseInspectInput({ accountId: '1', region })).toMatchObject({
      problems: [{ path: 'region', message: expect.stringContaining(meant) as string }],
    });
  });
});
