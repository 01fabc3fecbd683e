import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { OperationReport } from '../../client/index.js';
import { flowlog } from './fixtures/console.js';
import { changesOn, expectExactlyOne, flowLogsOn, ledgerProblems, seedOwn } from './fixtures/judge.js';
import { type Service, startService } from './fixtures/service.js';
import { type ProductUnderTest, destination, productsUnderTest, requestedBy, vpc } from './fixtures/targets.js';

/** The hostile cloud, in which nothing becomes Active by itself: what is cancelled is certainly still waiting. */
let service: Service;
beforeAll(async () => {
  service = await startService({
    simulator: { profile: 'hostile', config: { progression: { mode: 'explicit' }, cooldownMs: 0 } },
  });
});
afterEach(() => service.simulator.faults([]));
afterAll(() => service.stop());

const optionsOf = (options: object) => ({ options: { deadlineMs: 110_000, ...options } });
const enable = (product: ProductUnderTest, name: string, options: object = {}) =>
  service.flowLogs.enable({
    target: product.target(name),
    spec: { destination },
    requestedBy,
    ...optionsOf(options),
  });

/** Until the cloud has accepted this call about the target. */
const committedOn = (product: ProductUnderTest, name: string, action: string) =>
  expect
    .poll(() => changesOn(service, product, name).filter((call) => call.action === action && call.committed).length, {
      timeout: 60_000,
      interval: 20,
    })
    .toBeGreaterThan(0);

/** Ends the changes under way in the simulator, from a certain time on and until the operation ends. */
async function settling(report: Promise<OperationReport>, fromMs = 0): Promise<OperationReport> {
  const timer = setInterval(() => {
    if (Date.now() >= fromMs) void service.simulator.settle();
  }, 100);
  return report.finally(() => clearInterval(timer));
}

/** Does it on all products at once; the first failure names its product. */
const onEach = (act: (product: ProductUnderTest) => Promise<void>): Promise<unknown> =>
  Promise.all(
    productsUnderTest.map((product) =>
      act(product).catch((cause: unknown) => {
        throw new Error(`on ${product.product}: ${String(cause)}`, { cause });
      }),
    ),
  );

const kindsOf = (name: string) =>
  service.query<{ kind: string; outcome: string }>(
    `select kind, body::json ->> 'outcome' as outcome from ledger.entries where workflow_id like $1 order by at`,
    [`%${name}`],
  );

describe.each(productsUnderTest)('an enable of $product that is cancelled', (product) => {
  test('while it waits ends at once as cancelled, with what it did and what stands', { timeout: 120_000 }, async () => {
    const handle = await enable(product, 'plain');
    await committedOn(product, 'plain', product.create);
    const [flowLog] = flowLogsOn(service, product, 'plain');
    // Seen once, so that the report can say what it is.
    await expect
      .poll(async () => (await handle.progress()).pending.some(({ activity }) => activity === 'waitUntilSettled'), {
        timeout: 60_000,
      })
      .toBe(true);
    const said = await flowlog(service, `operation cancel ${handle.workflowId} --wait`);
    expect(said).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('\tcancelled\t') as string });
    expect(said.stderr).toMatch(/it had done: create/);
    expect(await handle.result()).toMatchObject({ outcome: 'cancelled', flowLogId: flowLog?.flowLogId });
    expect((await handle.progress()).state).toBe('completed');
    expect(flowLogsOn(service, product, 'plain')).toHaveLength(1);
    expect((await kindsOf(product.resource('plain'))).at(-1)).toEqual({ kind: 'closed', outcome: 'cancelled' });
    expect((await flowlog(service, `operation wait ${handle.workflowId}`)).exitCode).toBe(1);
    expect((await flowlog(service, `operation cancel ${handle.workflowId}`)).exitCode).toBe(1);
  });

  test(
    'with rollback keeps the flow log that was there before, which it only activated',
    { timeout: 120_000 },
    async () => {
      const flowLogId = await seedOwn(service, product, 'older', 'Inactive');
      const handle = await enable(product, 'older', { rollback: true });
      await committedOn(product, 'older', product.activate);
      await handle.cancel();
      expect(await handle.result()).toMatchObject({ outcome: 'cancelled', flowLogId });
      expect(flowLogsOn(service, product, 'older')).toMatchObject([{ flowLogId }]);
      expect(changesOn(service, product, 'older').map(({ action }) => action)).toEqual([product.activate]);
    },
  );

  test('before its first change has changed nothing', { timeout: 120_000 }, async () => {
    service.simulator.faults([{ product: product.product, action: product.list, effect: 'reset' }]);
    const handle = await enable(product, 'early', { rollback: true });
    await expect.poll(async () => (await handle.progress()).pending.length, { timeout: 60_000 }).toBe(1);
    service.simulator.faults([]);
    await handle.cancel();
    expect(await handle.result()).toMatchObject({ outcome: 'cancelled', steps: [] });
    expect(changesOn(service, product, 'early')).toEqual([]);
  });

  test('by the id of its flow log tells what stands too', { timeout: 120_000 }, async () => {
    const flowLogId = await seedOwn(service, product, 'byid', 'Inactive');
    const { product: name, accountId, region, resource } = product.target('byid');
    const place = region ? { region } : { ecrId: resource['ecrId'] ?? '' };
    const target = { product: name, accountId, ...place, flowLogId };
    const handle = await service.flowLogs.enable({ target, requestedBy, ...optionsOf({}) });
    await committedOn(product, 'byid', product.activate);
    await handle.cancel();
    const report = await handle.result();
    expect(report).toMatchObject({ outcome: 'cancelled', flowLogId, target, steps: [{ step: 'activate' }] });
    expect(report.status).not.toBe('absent');
  });
});

describe('a rollback', () => {
  test('of a create that its list does not show yet leaves nothing', { timeout: 120_000 }, () =>
    onEach(async (product) => {
      const handle = await enable(product, 'young', { rollback: true });
      await committedOn(product, 'young', product.create);
      await handle.cancel();
      const report = await settling(handle.result());
      expect(report).toMatchObject({ outcome: 'cancelled', status: 'absent' });
      expect(report.steps.map(({ step }) => step)).toEqual(['create', 'delete']);
      expect(flowLogsOn(service, product, 'young')).toEqual([]);
    }),
  );

  test.each([
    { when: 'after', reason: 'it had been made' },
    { when: 'before', reason: 'it had never been made' },
  ] as const)(
    'of a create of which nobody knows how it ended leaves nothing: $reason',
    { timeout: 120_000 },
    async ({ when }) => {
      const name = `unclear-${when}`;
      const lost = ({ product, create }: ProductUnderTest) => ({ product, action: create, when, count: 1 });
      service.simulator.faults(productsUnderTest.map((product) => ({ ...lost(product), effect: 'reset' as const })));
      await onEach(async (product) => {
        const handle = await enable(product, name, { rollback: true });
        const lastFailures = async () => (await handle.progress()).pending.map(({ lastFailure }) => lastFailure?.type);
        await expect.poll(lastFailures, { timeout: 60_000 }).toContain('ambiguous');
        await handle.cancel();
        const report = await settling(handle.result());
        expect(report).toMatchObject({ outcome: 'cancelled', status: 'absent' });
        expect(flowLogsOn(service, product, name)).toEqual([]);
        expect(flowLogsOn(service, product, name, { gone: true })).toHaveLength(when === 'after' ? 1 : 0);
      });
    },
  );

  test('after the deadline deletes what was created, and the failure is the deadline', { timeout: 120_000 }, () =>
    onEach(async (product) => {
      const deadlineMs = 20_000;
      const handle = await enable(product, 'late', { rollback: true, deadlineMs });
      const failed = settling(handle.result(), Date.now() + deadlineMs + 2_000);
      await expect(failed).rejects.toMatchObject({ kind: 'DeadlineExceeded' });
      expect(flowLogsOn(service, product, 'late')).toEqual([]);
      expect(flowLogsOn(service, product, 'late', { gone: true })).toHaveLength(1);
    }),
  );

  test('that the cloud refuses is told, with what stands', { timeout: 120_000 }, async () => {
    service.simulator.faults([
      { product: 'vpc', action: vpc.delete, effect: 'code', code: 'Forbidden.RAM', status: 403 },
    ]);
    const handle = await enable(vpc, 'refused', { rollback: true });
    await committedOn(vpc, 'refused', vpc.create);
    await handle.cancel();
    const report = await settling(handle.result());
    expect(report).toMatchObject({
      outcome: 'cancelled',
      status: 'active',
      rollbackProblem: expect.stringContaining('Forbidden.RAM') as string,
    });
    const { stderr } = await flowlog(service, `operation wait ${handle.workflowId}`);
    expect(stderr).toMatch(/the rollback did not finish: .*Forbidden\.RAM.*; flow log fl-\S+ is active/);
  });

  test('that was not asked for leaves what was created, for the next one to find', { timeout: 120_000 }, async () => {
    const handle = await enable(vpc, 'kept', { deadlineMs: 20_000 });
    await expect(handle.result()).rejects.toMatchObject({ kind: 'DeadlineExceeded' });
    const again = await enable(vpc, 'kept');
    await settling(again.result());
    expectExactlyOne(service, vpc, 'kept');
  });
});

test('the ledger is complete against the journal, and whole', async () => {
  expect(await ledgerProblems(service)).toEqual([]);
  expect(await flowlog(service, 'audit verify')).toMatchObject({ exitCode: 5 });
});
