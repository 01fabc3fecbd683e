import type { Cursor } from '../../cloud/lists/wire.js';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { CloudClient } from '../../cloud/call/port.js';
import { discover } from '../../cloud/discovery/discover.js';
import { fitsGlob } from '../../cloud/discovery/filter.js';
import { scan } from '../../cloud/discovery/scan.js';
import type { ResourceType } from '../../cloud/discovery/selector.js';
import { resourceIdOf } from '../../cloud/target.js';
import { type FaultRuleInput, type Seed } from '../../simulator/index.js';
import { accountId, owner, region, selectorOf } from './fixtures/discovery-world.js';
import { cloudErrorOf, friendlySimulator } from './fixtures/wire-server.js';

/** Lists that change while they are read, and pages that lie: nothing that stays is lost, nothing is found twice. */

const rows = 1_000;
const numbered = (make: (number: number) => object) => Array.from({ length: rows }, (_, index) => make(index));

/** As many as fill several pages of every kind of list. */
interface List {
  readonly type: ResourceType;
  readonly action: string;
  /** Calls that read all of it: pages by number twice, and one more that is empty; pages by token once; interfaces are counted too. */
  readonly calls: number;
  readonly seed: Seed;
  /** One comes and one goes. */
  readonly more: (number: number) => Seed;
}
const lists: readonly List[] = [
  {
    type: 'VPC',
    action: 'DescribeVpcs',
    calls: 42,
    seed: { vpcs: numbered((number) => ({ id: `vpc-${number}` })) as never },
    more: (number) => ({ vpcs: [{ id: `vpc-new-${number}` }, { id: `vpc-${number}`, deleted: true }] }),
  },
  {
    type: 'NetworkInterface',
    action: 'DescribeNetworkInterfaces',
    calls: 3,
    seed: { networkInterfaces: numbered((number) => ({ id: `eni-${number}`, vpcId: 'vpc-1' })) as never },
    more: (number) => ({
      networkInterfaces: [
        { id: `eni-new-${number}`, vpcId: 'vpc-1' },
        { id: `eni-${number}`, deleted: true },
      ],
    }),
  },
  {
    type: 'VpcAttachment',
    action: 'ListTransitRouterVpcAttachments',
    calls: 10,
    seed: {
      cens: [{ id: 'cen-1' }],
      transitRouters: [{ id: 'tr-1', cenId: 'cen-1' }],
      attachments: numbered((number) => ({
        id: `tr-attach-${number}`,
        cenId: 'cen-1',
        transitRouterId: 'tr-1',
        vpcId: `vpc-${number}`,
      })) as never,
    },
    more: (number) => ({ attachments: [{ id: `tr-attach-${number}`, deleted: true }] }),
  },
  {
    type: 'EcrVbr',
    action: 'DescribeExpressConnectRouterChildInstance',
    calls: 10,
    seed: { ecrs: [{ id: 'ecr-1' }], vbrs: numbered((number) => ({ id: `vbr-${number}`, ecrId: 'ecr-1' })) as never },
    more: (number) => ({ vbrs: [{ id: `vbr-${number}`, deleted: true }] }),
  },
];

const { simulator, cloud } = await friendlySimulator();

async function idsOf(type: ResourceType, through: CloudClient = cloud): Promise<string[]> {
  const selector = selectorOf(type);
  const place = {
    product: selector.product,
    accountId,
    ...omitUndefined({ region: selector.product === 'ecr' ? undefined : region }),
  };
  const { resources } = await discover({ cloud: through, owner }, selector, place);
  return resources.map(({ target }) => resourceIdOf(target));
}
const lies = ['total-high', 'total-low', 'repeat', 'skip', 'stuck'] as const;
const lie = (about: FaultRuleInput['lie'], more: Partial<FaultRuleInput> = {}) =>
  simulator.faults([{ effect: 'lie', lie: about, ...more }]);

describe.each(lists)('a list of $type', ({ type, action, calls, seed, more }) => {
  beforeEach(async () => void (await simulator.seed(seed)));

  it(`that tells the truth is read ${calls} times`, async () => {
    expect(new Set(await idsOf(type)).size).toBe(rows);
    expect(simulator.journal().filter((call) => call.action === action)).toHaveLength(calls);
  });

  it.each(lies)('that lies once (%s) is read again, and every one of them found once', async (about) => {
    lie(about, { count: 1, action });
    const ids = await idsOf(type);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(rows);
  });

  it.each(['repeat', 'skip', 'total-high', 'stuck'] as const)(
    'that lies for ever (%s) is an error after a bounded number of calls, and never a shorter list',
    async (about) => {
      lie(about, { action });
      const reading = await idsOf(type).catch((error: unknown) => error);
      if (Array.isArray(reading)) expect(new Set(reading).size).toBe(rows);
      else
        expect(await cloudErrorOf(Promise.reject(reading))).toMatchObject({
          details: { code: 'ListChangedWhileReading' },
        });
      expect(simulator.journal().length).toBeLessThan(200);
    },
  );

  it.each([
    { reason: 'for a while', until: 12 },
    { reason: 'all the time', until: Infinity },
  ])('in which rows go and come before every page, $reason, loses none that stays', async ({ until }) => {
    let number = 0;
    const shifting: CloudClient = {
      call: async (request, options) => {
        if (request.action === action && number < until) await simulator.seed(more(number++));
        return cloud.call(request, options);
      },
    };
    const ids = await idsOf(type, shifting);
    expect(new Set(ids).size).toBe(ids.length);
    const staying = numbered((index) => ({ index })).length - number;
    const old = ids.filter((id) => !id.includes('new') && Number(id.split('-').at(-1)) >= number);
    expect(old).toHaveLength(staying);
    expect(number).toBeGreaterThan(2);
  });
});

describe('a scan of any list, while others change it between pages', () => {
  it('loses nothing that is there all the time, finds nothing twice, or says that it cannot tell', async () => {
    const change = fc.record({ at: fc.nat(30), remove: fc.nat(200), add: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.array(change, { maxLength: 12 }), async (size, changes) => {
        let all = Array.from({ length: size }, (_, index) => `old-${index}`);
        let calls = 0;
        const found = await scan<string>({
          service: 'vpc',
          action: 'Any',
          idOf: (id) => id,
          shifts: true,
          page: async (cursor: Cursor | undefined) => {
            for (const { remove, add } of changes.filter(({ at }) => at === calls)) {
              all = all.filter((_, index) => index !== remove);
              if (add) all = [`new-${calls}`, ...all];
            }
            calls++;
            const from = Number(cursor?.['from'] ?? 0);
            const page = all.slice(from, from + 7);
            return {
              rows: page,
              total: all.length,
              ...omitUndefined({ next: page.length === 7 ? { from: from + 7 } : undefined }),
            };
          },
        }).catch(() => undefined);
        expect(new Set(found).size).toBe(found?.length ?? 0);
        if (found) expect(found).toEqual(expect.arrayContaining(all.filter((id) => id.startsWith('old'))));
      }),
      { numRuns: 2_000 },
    );
  });
});

it('a glob fits as a pattern of the same meaning does, and no glob is slow', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 10 });
  const glob = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(glob, text, (pattern, name) => {
      const meaning = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      expect(fitsGlob(pattern, name)).toBe(meaning.test(name));
    }),
  );
  const began = performance.now();
  expect(fitsGlob(`${'a*'.repeat(60)}b`, 'a'.repeat(128))).toBe(false);
  expect(performance.now() - began).toBeLessThan(100);
});
