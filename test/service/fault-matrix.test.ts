import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { JournalEntry } from '../../simulator/index.js';
import type { OperationReport } from '../../workflows/contract/operation.js';
import { type FaultCase, RETRY_AFTER_MS, actionOf, faultCases } from './fixtures/fault-cases.js';
import { changesOn, expectNeverTwo, flowLogsOn, ledgerProblems, seedOwn } from './fixtures/judge.js';
import { type Service, startService } from './fixtures/service.js';
import { productsUnderTest, requestedBy } from './fixtures/targets.js';

/** `CASE='vpc create reset-after x3'` runs one case, `CASE=reset-after` all of a kind. */
const wanted = process.env['CASE'] ?? '';
const cases = faultCases.filter(({ name }) => name.includes(wanted));
if (cases.length === 0) throw new Error(`CASE=${wanted} is no case`);

/** Operations under way in each service: more would only wait for this machine, and time out of themselves. */
const WINDOW = 60;

/** End of a case, as the service reports it; judged below by the cloud's journal. */
type End = { readonly report: OperationReport } | { readonly error: unknown };

describe(`each of ${cases.length} faults in the way of a change, under the hostile cloud`, () => {
  const services = new Map<string, Service>();
  const ends = new Map<string, Promise<End>>();
  const ids = new Map<string, string>();
  const startedMs = performance.now();

  beforeAll(async () => {
    console.info(`fault matrix: ${cases.length} cases (CASE='<name>' runs one again)`);
    await Promise.all(productsUnderTest.filter(({ product }) => casesOf(product).length > 0).map(begin));
  }, 120_000);
  afterAll(async () => {
    await Promise.all([...services.values()].map((service) => service.stop()));
    console.info(`fault matrix: ${Math.round((performance.now() - startedMs) / 1_000)} s`);
  });

  // Hundreds of cases are judged one after the other while others run in this process: these have their turn.
  beforeEach(() => nextTurn());

  const casesOf = (product: string) => cases.filter((each) => each.product.product === product);
  /** A word for the case that can stand in any id. */
  const wordOf = (one: FaultCase) => `m${faultCases.indexOf(one)}`;
  const serviceOf = ({ product: { product } }: FaultCase): Service => {
    const service = services.get(product);
    if (!service) throw new Error(`no service for ${product}`);
    return service;
  };

  /** One service for each product, with all faults in place before anything runs. */
  async function begin({ product }: { product: string }): Promise<void> {
    const service = await startService({
      simulator: {
        profile: 'hostile',
        config: { progression: { mode: 'time', activationMs: 1_000, settleMs: 500 } },
      },
      env: {
        FLOWLOG_CONNECT_TIMEOUT_MS: '1500',
        FLOWLOG_READ_TIMEOUT_MS: '6000',
        FLOWLOG_GRACE_MS: '14000',
        FLOWLOG_HEARTBEAT_MS: '10000',
      },
    });
    services.set(product, service);
    const mine = casesOf(product);
    const rules = mine.map(async (one) => {
      const { task, injury, times } = one;
      const flowLogId = task.from ? await seedOwn(service, one.product, wordOf(one), task.from) : undefined;
      if (flowLogId) ids.set(one.name, flowLogId);
      const whose = flowLogId ? { flowLogId } : { resource: one.product.resource(wordOf(one)) };
      return { ...injury, ...whose, product: one.product.product, action: actionOf(one.product, task), count: times };
    });
    service.simulator.faults(await Promise.all(rules));
    const queue = [...mine];
    const begun = new Map(mine.map((one) => [one.name, deferred<End>()]));
    for (const [name, { promise }] of begun) ends.set(name, promise);
    const work = async () => {
      for (let one = queue.shift(); one; one = queue.shift()) begun.get(one.name)?.resolve(await run(service, one));
    };
    for (let count = 0; count < WINDOW; count++) void work();
  }

  async function run(service: Service, one: FaultCase): Promise<End> {
    const { operation, spec } = one.task;
    const target = one.product.target(wordOf(one));
    try {
      const request = { target, requestedBy, ...omitUndefined({ spec }), options: { deadlineMs: 600_000 } };
      const handle = await service.flowLogs.operate(operation, request);
      return { report: await handle.result() };
    } catch (error) {
      return { error };
    }
  }

  /** Calls of the change under test for this case, in order. */
  const sendsOf = (one: FaultCase): readonly JournalEntry[] =>
    changesOn(serviceOf(one), one.product, wordOf(one)).filter(
      ({ action }) => action === actionOf(one.product, one.task),
    );

  const named = cases.map((one) => [one.name, one] as const);
  test.each(named)('%s: ends as wanted, done once', { timeout: 600_000 }, async (_, one) => {
    const end = await ends.get(one.name);
    const { task, injury, times, product } = one;
    expect(end).toMatchObject({ report: { outcome: task.outcome } });
    const [flowLog, ...others] = flowLogsOn(serviceOf(one), product, wordOf(one));
    expect(others).toEqual([]);
    expect(flowLog?.status).toBe(task.to);
    if (flowLog && ids.has(one.name)) expect(flowLog.flowLogId).toBe(ids.get(one.name));
    expect(flowLog ?? {}).toMatchObject(task.shows ?? {});
    expectNeverTwo(serviceOf(one), product, wordOf(one));

    const sends = sendsOf(one);
    const injured = sends.filter(({ fault }) => fault !== undefined);
    // A change that was made is never made again: an answer can be lost only once.
    expect(injured).toHaveLength(injury.when === 'after' ? 1 : times);
    expect(sends.filter(({ committed }) => committed)).toHaveLength(1);
    if (injury.when === 'after') expect(sends.at(-1)?.fault).toBeDefined();
    if (injury.retryAfterMs !== undefined) {
      for (const [index, call] of sends.slice(1).entries()) {
        expect(call.monotonicMs - (sends[index]?.monotonicMs ?? 0)).toBeGreaterThanOrEqual(RETRY_AFTER_MS);
      }
    }
  });

  test(
    'every changing call of them all is in the ledger with its intent and its end',
    { timeout: 600_000 },
    async () => {
      await Promise.all(ends.values());
      const problems = await Promise.all([...services.values()].map((service) => ledgerProblems(service)));
      expect(problems.flat()).toEqual([]);
      const calls = [...services.values()].flatMap(({ simulator }) =>
        simulator.journal().filter(({ kind }) => kind === 'change'),
      );
      console.info(
        `fault matrix: ${calls.length} changing calls, ${calls.filter(({ fault }) => fault).length} of them met a fault`,
      );
      expect(calls.length).toBeGreaterThanOrEqual(cases.length);
    },
  );
});

function deferred<Value>() {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}
