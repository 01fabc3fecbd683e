import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { InvalidInputError, OperationFailedError, type BulkItemRequest, type PlanRequest } from '../../client/index.js';
import { ownerTags } from '../../cloud/ownership.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import type { PlanReport, PlanRow } from '../../workflows/contract/plan.js';
import { type Service, startService } from './fixtures/service.js';
import { cen, destination, ecr, requestedBy, vpc, type ProductUnderTest } from './fixtures/targets.js';

/** Answers of a plan beside its rows, the reasons that stop a bulk before it starts, and the callers who may rehearse. */

let service: Service;

beforeAll(async () => {
  const config = { progression: { mode: 'immediate' }, cooldownMs: 0, listLagMs: 0 } as const;
  service = await startService({
    simulator: { profile: 'hostile', config },
    env: {
      FLOWLOG_LIST_LAG_MS: '100',
      FLOWLOG_GRACE_MS: '4700',
      FLOWLOG_BUDGETS: '*=1000,ecr:CreateFlowLog=5',
      FLOWLOG_BUDGET_SHARE: '0.8',
    },
  });
}, 120_000);

afterAll(() => service.stop());
beforeEach(() => service.simulator.faults([]));

const region = 'cn-hangzhou';
const spec = { destination };
const item = (product: ProductUnderTest, name: string): BulkItemRequest => ({ target: product.target(name), spec });
const items = (product: ProductUnderTest, word: string, count: number): BulkItemRequest[] =>
  Array.from({ length: count }, (_, index) => item(product, `${word}${index}`));

async function planOf(request: Omit<PlanRequest, 'requestedBy'>): Promise<{ report: PlanReport; rows: PlanRow[] }> {
  const plan = await service.flowLogs.bulks.plan({ ...request, requestedBy });
  const rows: PlanRow[] = [];
  for await (const row of plan) rows.push(row);
  return { report: plan.report, rows };
}

/** A flow log of ours, there already. */
async function seedOwn(product: ProductUnderTest, name: string, status = 'Active', more: object = {}): Promise<string> {
  const target = product.target(name) as ResourceTarget;
  const tags = ownerTags('test', target);
  const { resource } = target;
  const [id = ''] = await service.simulator.seed({
    region,
    flowLogs: [{ product: product.product, resource, status, tags, destination, ...more }],
  });
  return id;
}

/** Calls that change something, since the journal had so many entries. */
const changesSince = (count: number) =>
  service.simulator
    .journal()
    .slice(count)
    .filter(({ kind }) => kind === 'change');
const mark = (): number => service.simulator.journal().length;

describe('a plan tells', () => {
  test('of quotas, destinations, calls and time before anything starts', async () => {
    for (let index = 0; index < 8; index++) await seedOwn(vpc, `q${index}`);
    const all = [...items(vpc, 'q', 12), ...items(cen, 'q', 3), ...items(ecr, 'q', 10)];
    const before = mark();
    const { report } = await planOf({ operation: 'enable', items: all });
    expect(changesSince(before)).toEqual([]);
    expect(report).toMatchObject({
      expect: 25,
      verdicts: { create: 17, leave: 8 },
      changes: { create: 17 },
      needChange: 17,
    });
    expect(report.quotaWarnings).toEqual([
      { product: 'vpc', accountId: expect.any(String), region, existing: 8, creates: 4, quota: 10 },
    ]);
    expect(report.destinations).toMatchObject([
      { product: 'cen', creates: 3, need: 'created by the cloud if absent' },
      { product: 'ecr', creates: 10, need: 'created by the cloud if absent' },
      { product: 'vpc', project: 'netlogs', targets: 12, creates: 4, need: 'must exist' },
    ]);
    // Ten creations at 5 a second, less the share that is left to others.
    expect(report.seconds).toBe(Math.ceil(10 / (5 * 0.8)));
    expect(report.calls.total).toBe(report.calls.scans + report.calls.changes + report.calls.reads);
  });

  test('of places that cannot be read, and goes on with the others', async () => {
    service.simulator.faults([{ product: 'vpc', region: 'cn-beijing', effect: 'reset' }]);
    const dead = items(vpc, 'dead', 30).map(({ target }) => ({ target: { ...target, region: 'cn-beijing' }, spec }));
    const { report, rows } = await planOf({ operation: 'enable', items: [...dead, ...items(cen, 'alive', 2)] });
    expect(report.verdicts).toEqual({ unknown: 30, create: 2 });
    expect(report.problems).toMatchObject([{ product: 'vpc', region: 'cn-beijing' }]);
    expect(rows[0]).toMatchObject({ verdict: 'unknown', reason: report.problems[0]?.message });
    // The place was asked once, as often as one bad moment deserves, and not by each of its targets.
    expect(report.calls.plan).toBeLessThan(10);
  });

  test('what was just done and may not show yet is not planned again', async () => {
    service.simulator.config({ listLagMs: 3_000 });
    try {
      const lately = item(vpc, 'lately');
      await (await service.flowLogs.enable({ ...lately, requestedBy })).result();
      const { rows } = await planOf({ operation: 'enable', items: [lately] });
      expect(rows).toMatchObject([{ changes: [], outcome: 'unchanged' }]);
    } finally {
      service.simulator.config({ listLagMs: 0 });
    }
  });
});

describe('a plan of', () => {
  test.each(['disable', 'delete', 'modify'] as const)(
    '%s says what then happens, by resource and by id',
    async (operation) => {
      const word = `${operation}-`;
      const wished = operation === 'modify' ? { spec: { aggregationIntervalSeconds: 60 } } : {};
      const all: BulkItemRequest[] = [];
      for (const product of [vpc, cen, ecr]) {
        for (const status of ['Active', 'Inactive']) {
          await seedOwn(product, `${word}${status}`, status);
          all.push({ target: product.target(`${word}${status}`), ...wished });
          const flowLogId = await seedOwn(product, `${word}id-${status}`, status, { tags: {} });
          const { resource, ...place } = product.target(`${word}id-${status}`);
          all.push({
            target: { ...place, flowLogId, ...omitUndefined({ ecrId: resource['ecrId'] || undefined }) },
            ...wished,
          });
        }
        all.push({ target: product.target(`${word}none`), ...wished });
        const { resource, ...place } = product.target(`${word}gone`);
        const ecrId = resource['ecrId'] ? { ecrId: resource['ecrId'] } : {};
        all.push({
          target: { ...place, flowLogId: `${product.product === 'vpc' ? 'fl' : 'flowlog'}-gone`, ...ecrId },
          ...wished,
        });
      }
      const { report, rows } = await planOf({ operation, items: all });
      const options = operation === 'modify' ? {} : { options: { expect: report.expect } };
      const bulk = await service.flowLogs.bulks.start({ operation, items: all, requestedBy, ...options });
      await bulk.result();
      const ends: (string | undefined)[] = [];
      for await (const { state, outcome, code } of service.flowLogs.bulks.rows(bulk.runId ?? ''))
        ends.push(state === 'failed' ? code : outcome);
      expect(rows.map(({ outcome }) => outcome)).toEqual(ends);
      expect(new Set(ends).size).toBeGreaterThan(1);
    },
  );
});

describe('maxChanges', () => {
  const start = (all: readonly BulkItemRequest[], maxChanges: number) =>
    service.flowLogs.bulks.start({ operation: 'enable', items: all, requestedBy, options: { maxChanges } });

  test('stops a bulk that needs more before anything is started', async () => {
    await seedOwn(cen, 'max0');
    const before = mark();
    const error = await (await start(items(cen, 'max', 4), 2)).result().then(String, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(OperationFailedError);
    expect(error).toMatchObject({
      kind: 'TooManyChanges',
      message: expect.stringContaining('3 targets need a change'),
    });
    expect(changesSince(before)).toEqual([]);
  });

  test('lets one go that needs no more, and its scan serves the operations', async () => {
    const before = mark();
    const report = await (await start(items(cen, 'max', 4), 3)).result();
    expect(report).toMatchObject({ end: 'completed', tally: { total: 4, unchanged: 1, succeeded: 3 } });
    const lists = service.simulator
      .journal()
      .slice(before)
      .filter(({ action }) => action === cen.list);
    expect(
      lists.filter(
        ({ params }) =>
          !('TransitRouterId' in params) &&
          !('FlowLogId' in params) &&
          !Object.keys(params).some((name) => name.startsWith('Tag')),
      ),
    ).toHaveLength(1);
  });

  test('counts what cannot be read as what may need a change', async () => {
    service.simulator.faults([{ product: 'vpc', region: 'cn-beijing', effect: 'reset' }]);
    const dead = items(vpc, 'unread', 3).map(({ target }) => ({ target: { ...target, region: 'cn-beijing' }, spec }));
    await expect((await start(dead, 2)).result()).rejects.toThrow('3 of them in places that could not be read');
  });
});

describe('a rehearsal', () => {
  test('has the cloud check what would be created, on the record, and creates nothing', async () => {
    service.simulator.faults([
      { product: 'ecr', action: 'CreateFlowLog', resource: ecr.resource('bad'), effect: 'code', code: 'Forbidden.RAM' },
    ]);
    await seedOwn(ecr, 'there');
    const before = mark();
    const all = [item(ecr, 'good'), item(ecr, 'bad'), item(ecr, 'there'), item(vpc, 'unrehearsed')];
    const { report, rows } = await planOf({ operation: 'enable', items: all, validate: true });
    expect(rows.map(({ rehearsal }) => rehearsal)).toMatchObject([
      { passed: true },
      { passed: false, code: 'Forbidden.RAM' },
      undefined,
      undefined,
    ]);
    expect(report.rehearsed).toEqual({ passed: 1, refused: 1 });
    const sent = changesSince(before);
    expect(sent.map(({ action, params, committed }) => ({ action, dryRun: params['DryRun'], committed }))).toEqual([
      { action: 'CreateFlowLog', dryRun: 'true', committed: false },
      { action: 'CreateFlowLog', dryRun: 'true', committed: false },
    ]);
    const run = report.rows.split('/')[0];
    const recorded = await service.query<{ kind: string; result: string | null }>(
      'select kind, result from ledger.entries where run_id = $1 order by seq',
      [run],
    );
    expect(recorded.map(({ kind, result }) => [kind, result])).toEqual([
      ['opened', null],
      ['dry-run', null],
      ['outcome', 'accepted'],
      ['dry-run', null],
      ['outcome', 'refused'],
      ['closed', null],
    ]);
  });

  test('is held by a freeze', async () => {
    await service.query(
      "insert into ledger.freezes (freeze_id, reason, frozen_by, product, at) values ('f1', 'incident', 'test', 'ecr', now())",
    );
    try {
      const before = mark();
      const { rows } = await planOf({ operation: 'enable', items: [item(ecr, 'frozen')], validate: true });
      expect(rows).toMatchObject([{ verdict: 'create', rehearsal: { passed: false, code: 'Intent(frozen)' } }]);
      expect(changesSince(before)).toEqual([]);
    } finally {
      await service.query("update ledger.freezes set thawed_at = now() where freeze_id = 'f1'");
    }
  });

  test.each([
    ['a spec', { target: ecr.target('x'), spec: { ...spec, dryRun: true } }],
    ['a spec, as the cloud spells it', { target: ecr.target('x'), spec: { ...spec, DryRun: true } }],
    ['options', { target: ecr.target('x'), spec, options: { dryRun: true } }],
    ['a resource', { target: { ...ecr.target('x'), resource: { ...ecr.target('x').resource, DryRun: 'true' } }, spec }],
    ['a target', { target: { ...ecr.target('x'), dryRun: true }, spec }],
  ])('cannot be asked for in %s of an operation', async (_, asked) => {
    const before = mark();
    await expect(service.flowLogs.enable({ ...asked, requestedBy } as never)).rejects.toThrow(InvalidInputError);
    expect(mark()).toBe(before);
  });

  test('is not asked for by a tag of that name: the flow log is created', async () => {
    const before = mark();
    const tagged = { target: ecr.target('tagged'), spec: { ...spec, tags: { DryRun: 'true', dryRun: 'true' } } };
    expect(await (await service.flowLogs.enable({ ...tagged, requestedBy })).result()).toMatchObject({
      outcome: 'created',
    });
    expect(changesSince(before).filter(({ params }) => 'DryRun' in params)).toEqual([]);
  });
});
