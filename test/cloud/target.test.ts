import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { FlowLogIdTarget, Product, ResourceTarget, Target } from '../../cloud/flow-log.js';
import { generatedName, isOwn, keyHash, ownerTags } from '../../cloud/ownership.js';
import { isCreatable, placeName, resourceFromKey, targetKey, workflowIdOf } from '../../cloud/target.js';

const accountId = '1000000000000001';
const vpc = (type: string, id: string): ResourceTarget => ({
  product: 'vpc',
  accountId,
  region: 'cn-hangzhou',
  resource: { type, id },
});
const cen = (resource: Record<string, string>): ResourceTarget => ({
  product: 'cen',
  accountId,
  region: 'cn-hangzhou',
  resource,
});
const ecr: ResourceTarget = { product: 'ecr', accountId, resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' } };

describe('the key of a target', () => {
  it.each([
    { reason: 'type and id', target: vpc('VPC', 'vpc-1'), key: 'VPC/vpc-1', place: 'cn-hangzhou' },
    {
      reason: 'a router',
      target: cen({ cenId: 'cen-1', transitRouterId: 'tr-1' }),
      key: 'cen-1/tr-1',
      place: 'cn-hangzhou',
    },
    {
      reason: 'an attachment',
      target: cen({ cenId: 'cen-1', transitRouterAttachmentId: 'tr-attach-1' }),
      key: 'cen-1/tr-attach-1',
      place: 'cn-hangzhou',
    },
    {
      reason: 'a router beside an attachment is no identity',
      target: cen({ cenId: 'cen-1', transitRouterId: 'tr-1', transitRouterAttachmentId: 'tr-attach-1' }),
      key: 'cen-1/tr-attach-1',
      place: 'cn-hangzhou',
    },
    { reason: 'a flow log of old', target: cen({ cenId: 'cen-1' }), key: 'cen-1', place: 'cn-hangzhou' },
    { reason: 'a product without regions', target: ecr, key: 'ecr-1/vbr-1', place: 'central' },
  ])('$key: $reason', ({ target, key, place }) => {
    expect(targetKey(target)).toBe(key);
    expect(placeName(target)).toBe(place);
    expect(workflowIdOf(target)).toBe(`flow-log/${target.product}/${accountId}/${place}/${key}`);
  });

  it('says what is missing', () => {
    expect(() => targetKey(cen({ transitRouterId: 'tr-1' }))).toThrow(
      /transitRouterId.*does not identify a resource of cen/,
    );
    expect(() => targetKey(vpc('VPC', ''))).toThrow(TypeError);
  });

  it('of an old cen flow log can be worked on, and none can be made on it', () => {
    expect(isCreatable(cen({ cenId: 'cen-1' }))).toBe(false);
    expect(isCreatable(cen({ cenId: 'cen-1', transitRouterId: 'tr-1' }))).toBe(true);
    expect(isCreatable(ecr)).toBe(true);
  });
});

describe('the workflow id', () => {
  it.each([
    {
      target: { product: 'vpc', accountId, region: 'cn-hangzhou', flowLogId: 'fl-1' },
      id: 'flow-log-id/vpc/1000000000000001/cn-hangzhou/fl-1',
    },
    {
      target: { product: 'ecr', accountId, ecrId: 'ecr-1', flowLogId: 'fl-1' },
      id: 'flow-log-id/ecr/1000000000000001/ecr-1/fl-1',
    },
  ] as { target: FlowLogIdTarget; id: string }[])('by id is $id', ({ target, id }) =>
    expect(workflowIdOf(target)).toBe(id),
  );

  it.each(['a/b', 'a b', '', 'ä', 'x'.repeat(65), '../..'])('is refused for a part like %j', (id) => {
    expect(() => workflowIdOf(vpc('VPC', id))).toThrow();
  });

  it('is refused when it would be longer than a server takes', () => {
    const long = 'c'.repeat(64);
    const target: Target = {
      product: 'cen',
      accountId: '1'.repeat(64),
      region: long,
      resource: { cenId: long, transitRouterId: long },
    };
    expect(() => workflowIdOf(target)).toThrow(RangeError);
  });
});

const part = fc.stringMatching(/^[A-Za-z0-9-]{1,20}$/);
const resources: Record<Product, fc.Arbitrary<Record<string, string>>> = {
  vpc: fc.record({ type: fc.constantFrom('VPC', 'VSwitch', 'NetworkInterface'), id: part }),
  cen: fc.oneof(
    fc.record({ cenId: part, transitRouterAttachmentId: part.map((id) => `tr-attach-${id}`) }),
    fc.record({ cenId: part, transitRouterId: fc.stringMatching(/^tr-[0-9]{1,20}$/) }),
    fc.record({ cenId: part }),
  ),
  ecr: fc.record({ ecrId: part, instanceId: part }),
};
const targets: fc.Arbitrary<ResourceTarget> = fc.constantFrom<Product[]>('vpc', 'cen', 'ecr').chain((product) =>
  fc
    .record({ accountId: fc.stringMatching(/^[0-9]{1,20}$/), region: part, resource: resources[product] })
    .map(({ region, ...rest }) => ({
      product,
      ...rest,
      ...omitUndefined({ region: product === 'ecr' ? undefined : region }),
    })),
);

describe('for any target', () => {
  const seed = Date.now() % 2 ** 31;
  it(`the resource comes back from its key (seed ${seed})`, () => {
    fc.assert(
      fc.property(targets, (target) => {
        expect(resourceFromKey(target.product, targetKey(target))).toEqual(target.resource);
      }),
      { seed },
    );
  });

  it(`different targets have different workflow ids and hashes (seed ${seed})`, () => {
    fc.assert(
      fc.property(targets, targets, (one, other) => {
        const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(workflowIdOf(one) === workflowIdOf(other)).toBe(same);
        expect(keyHash(one) === keyHash(other)).toBe(same);
      }),
      { seed },
    );
  });

  it(`the generated name keeps the strictest of the documented rules (seed ${seed})`, () => {
    fc.assert(
      fc.property(targets, (target) => {
        expect(generatedName(target)).toMatch(/^[A-Za-z][A-Za-z0-9._-]{1,127}$/);
      }),
      { seed },
    );
  });
});

const sorted = (target: ResourceTarget): unknown => [
  target.product,
  target.accountId,
  target.region,
  Object.entries(target.resource).sort(),
];

describe('ownership', () => {
  const tags = ownerTags('prod', ecr);
  const flowLog = { flowLogId: 'f', tags } as unknown as Parameters<typeof isOwn>[2];

  it('is two tags: whose, and for which target', () => {
    expect(tags).toEqual({ 'flowlog:owner': 'prod', 'flowlog:key': `prod:${keyHash(ecr)}` });
    expect(keyHash(ecr)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('holds for the owner and the target only', () => {
    expect(isOwn('prod', ecr, flowLog)).toBe(true);
    expect(isOwn('test', ecr, flowLog)).toBe(false);
    expect(isOwn('prod', vpc('VPC', 'vpc-1'), flowLog)).toBe(false);
    expect(isOwn('prod', ecr, { ...flowLog, tags: { 'flowlog:owner': 'prod' } })).toBe(false);
  });
});
