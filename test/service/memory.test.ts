import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { ResourceTarget, Target } from '../../cloud/flow-log.js';
import { workflowIdOf } from '../../cloud/target.js';
import type { JournalEntry } from '../../simulator/index.js';
import { hostile, rowsOf } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { type ProductUnderTest, destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

/**
 * Every reader of a target asks the ledger too: what was accepted a second ago is in no list yet, or in every list still, and what is in doubt is
 * told by none. Every way in, on every product.
 */

const LAG_MS = 12_000;
let service: Service;
beforeAll(async () => {
  const progression = { mode: 'immediate' } as const;
  service = await startService(
    hostile(
      { listLagMs: LAG_MS, cooldownMs: 0, progression, limits: {}, quotas: {} },
      { env: { FLOWLOG_LIST_LAG_MS: '13000', FLOWLOG_GRACE_MS: '25000' } },
    ),
  );
});
afterAll(() => service.stop());

const situations = ['create accepted', 'create in doubt', 'deleted'] as const;
type Situation = (typeof situations)[number];

/** A target in a situation that no list shows. */
interface Case {
  readonly product: ProductUnderTest;
  readonly name: string;
  readonly situation: Situation;
  readonly target: ResourceTarget;
}

const spec = { destination };
const calls = (product: ProductUnderTest, action: string, id: string): readonly JournalEntry[] =>
  service.simulator
    .journal()
    .filter((call) => call.product === product.product && call.action === action && call.committed)
    .filter(({ params }) => Object.values(params).includes(id));

/** Outcomes on the record, by one query for all that wait. */
let asking: Promise<readonly { workflow_id: string; verb: string; result: string }[]> | undefined;
const outcomes = () =>
  (asking ??= service
    .query<{ workflow_id: string; verb: string; result: string }>(
      `select workflow_id, verb, result from ledger.entries where kind = 'outcome'`,
    )
    .finally(() => (asking = undefined)));

/** Ends the operation at work by force as soon as its change is on the record: the next operation finds only the ledger. */
async function endOnceRecorded({ target }: Case, verb: string, result: string): Promise<void> {
  const workflowId = workflowIdOf(target);
  const isThere = async () =>
    (await outcomes()).some((row) => row.workflow_id === workflowId && row.verb === verb && row.result === result);
  await expect.poll(isThere, { timeout: 200_000, interval: 250 }).toBe(true);
  await service.client.workflow.getHandle(workflowId).terminate('the next asks in its place');
}

/** Brings the target into its situation, and tells the id of the flow log. */
async function bringAbout(each: Case): Promise<string> {
  const { flowLogs } = service;
  const { target, situation, product } = each;
  const started = await flowLogs.enable({ target, spec, requestedBy });
  if (situation === 'deleted') {
    await started.result();
    await flowLogs.delete({ target, requestedBy });
    await endOnceRecorded(each, 'delete', 'accepted');
  } else await endOnceRecorded(each, 'create', situation === 'create accepted' ? 'accepted' : 'ambiguous');
  return calls(product, product.create, product.resource(each.name))[0]?.flowLogId ?? '';
}

const named = ({ product, accountId, region, resource }: ResourceTarget, flowLogId: string): Target => {
  const { ecrId } = resource as { ecrId?: string };
  return {
    product,
    accountId,
    flowLogId,
    ...omitUndefined({ region: region || undefined, ecrId: ecrId || undefined }),
  } as Target;
};

const remembered: Record<Situation, RegExp> = {
  'create accepted': /^create accepted \d+ s ago, not listed yet$/,
  'create in doubt': /^create in doubt since 20/,
  deleted: /^delete accepted \d+ s ago, still listed$/,
};

/** Outcome of a deletion: it waits for a flow log that it cannot see yet, and leaves a deleted one as it is. */
const deletion = ({ situation }: Case) => (situation === 'deleted' ? 'unchanged' : 'deleted');

/** Each way in: what it answers, and what it must answer. */
const entries: Readonly<Record<string, (each: Case, flowLogId: string) => Promise<readonly [unknown, unknown]>>> = {
  async 'by id'(each, flowLogId) {
    const target = named(each.target, flowLogId);
    const { outcome, status } = await (await service.flowLogs.delete({ target, requestedBy })).result();
    return [
      { outcome, status },
      { outcome: deletion(each), status: 'absent' },
    ];
  },
  async 'by resource'(each) {
    const { outcome, status } = await (await service.flowLogs.delete({ target: each.target, requestedBy })).result();
    return [
      { outcome, status },
      { outcome: deletion(each), status: 'absent' },
    ];
  },
  async bulk(each) {
    const asked = {
      operation: 'delete',
      items: [{ target: each.target }],
      requestedBy,
      options: { expect: 1 },
    } as const;
    const bulk = await service.flowLogs.bulks.start(asked);
    await bulk.result();
    const [row] = await rowsOf(service, bulk);
    return [row?.state, deletion(each) === 'deleted' ? 'succeeded' : 'unchanged'];
  },
  async plan(each, flowLogId) {
    const items = [{ target: each.target }, { target: named(each.target, flowLogId) }];
    const plan = await service.flowLogs.bulks.plan({ operation: 'delete', items, requestedBy });
    const texts: unknown[] = [];
    for await (const row of plan) texts.push(row.remembered);
    // The id of the flow log that a create in doubt has made is not known here.
    const known = each.situation !== 'create in doubt';
    const told = expect.stringMatching(remembered[each.situation]) as unknown;
    return [known ? texts : texts.slice(0, 1), known ? [told, told] : [told]];
  },
  async status({ target, situation }) {
    const { product, accountId, region, resource } = target;
    const { ecrId } = resource as { ecrId?: string };
    const place = { product, accountId, ...omitUndefined({ region: region || undefined, ecrId: ecrId || undefined }) };
    const report = await service.flowLogs.inspect(place);
    const ours = (report.remembered ?? []).filter(
      (each) => workflowIdOf({ ...target, resource: each.resource }) === workflowIdOf(target),
    );
    return [ours.map(({ text }) => text), [expect.stringMatching(remembered[situation])]];
  },
  async rollback({ target, situation }) {
    // The next enable finds what the ledger knows. Nothing failed: nothing is taken back, and a create in doubt is found to have worked.
    const asked = await service.flowLogs.enable({ target, spec, requestedBy, options: { rollback: true } });
    if (situation !== 'deleted')
      return [(await asked.result()).outcome, situation === 'create accepted' ? 'unchanged' : 'created'];
    await asked.cancel();
    return [(await asked.result()).outcome, 'cancelled'];
  },
};

const cases = Object.keys(entries).flatMap((entry) =>
  situations.flatMap((situation) =>
    productsUnderTest.map((product) => {
      const name = `${entry.replace(' ', '-')}-${situations.indexOf(situation)}`;
      return { entry, product, name, situation, target: product.target(name) as ResourceTarget };
    }),
  ),
);

describe('what no list shows', () => {
  test('is known to every way in: 6 × 3 situations × 3 products', { timeout: 500_000 }, async () => {
    service.simulator.faults(
      cases
        .filter(({ situation }) => situation === 'create in doubt')
        .map(({ product, name }) => ({
          product: product.product,
          action: product.create,
          resource: product.resource(name),
          count: 1,
          when: 'after' as const,
          effect: 'reset' as const,
        })),
    );
    const ids = new Map<string, string>();
    const answers = await Promise.all(
      cases.map(async (each) => {
        const flowLogId = await bringAbout(each);
        const [seen, right] = await entries[each.entry]!(each, flowLogId);
        ids.set(each.name + each.product.product, flowLogId);
        return { of: `${each.product.product} ${each.entry}, ${each.situation}`, seen, right };
      }),
    );
    for (const { of, seen, right } of answers) expect({ of, seen }).toEqual({ of, seen: right });
    expect(service.simulator.summary().madeMoreThanOnce).toEqual([]);
    // A flow log to be deleted is gone, and was deleted once.
    for (const each of cases.filter(({ entry }) => ['by id', 'by resource', 'bulk'].includes(entry)))
      expect(calls(each.product, each.product.delete, ids.get(each.name + each.product.product)!)).toHaveLength(1);
  });
});
