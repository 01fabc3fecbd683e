import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { OperationFailedError } from '../../client/index.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import { ownerTags } from '../../cloud/ownership.js';
import { type FaultRuleInput, type JournalEntry, profiles } from '../../simulator/index.js';
import type { OperationReport } from '../../workflows/contract/operation.js';
import { type Meeting, always, once, taken } from './fixtures/answers.js';
import { type Service, startService } from './fixtures/service.js';
import { type ProductUnderTest, destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

/** After this long an unclear change that is not seen has not happened; the parts it covers are set below. */
const GRACE_MS = 14_400;
const LIST_LAG_MS = 300;
/** Of operations that nothing but their deadline ends. */
const DEADLINE_MS = 75_000;

type Verb = 'create' | 'activate';

/** One operation that meets one answer, and how it ended. */
interface Run {
  readonly workflowId: string;
  readonly runId: string;
  readonly ended: Promise<{ readonly report?: OperationReport; readonly error?: unknown }>;
  /** Calls of the action for this target, in order. */
  sends(): readonly JournalEntry[];
  /** Filtered reads of this target between two moments. */
  reads(fromMs: number, toMs: number): number;
}

describe('what the cloud answers to a change decides how often it is sent and how the operation ends', () => {
  let service: Service;
  let begin!: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const runs = new Map<object, Promise<Run>>();

  beforeAll(async () => {
    service = await startService({
      simulator: {
        profile: 'friendly',
        config: {
          limits: {},
          quotas: {},
          duplicates: 'allow',
          clientToken: 'ignore',
          listLagMs: LIST_LAG_MS - 100,
          progression: { mode: 'immediate' },
        },
      },
      env: {
        FLOWLOG_CONNECT_TIMEOUT_MS: '2000',
        // No answer is lost here: one that is only slow must not count as lost.
        FLOWLOG_READ_TIMEOUT_MS: '10000',
        FLOWLOG_LIST_LAG_MS: String(LIST_LAG_MS),
        FLOWLOG_GRACE_MS: String(GRACE_MS),
      },
    });
    const prepared = await Promise.all([...always, ...once].map((meeting, index) => prepare(meeting, `e${index}`)));
    service.simulator.faults(prepared.map(({ rule }) => rule));
    for (const { meeting, start } of prepared) runs.set(meeting, start());
    begin();
  });
  afterAll(() => service.stop());

  async function prepare(meeting: Meeting, name: string) {
    const product = productOf(meeting.product);
    const verb: Verb = meeting.action === product.create ? 'create' : 'activate';
    const target = ownPlace(product.target(name), name);
    const [flowLogId] = verb === 'activate' ? await seedInactive(product, target) : [];
    const rule: FaultRuleInput = {
      product: meeting.product,
      action: meeting.action,
      ...(flowLogId ? { flowLogId } : { resource: product.resource(name) }),
      effect: 'code',
      code: meeting.code,
      message: meeting.message,
      status: meeting.status ?? 400,
      ...omitUndefined({
        retryAfterMs: meeting.retryAfterMs || undefined,
        count: meeting.how === 'once' ? 1 : undefined,
      }),
    };
    const isOurs = ({ params }: JournalEntry) =>
      Object.values(params).includes(flowLogId ?? product.resource(name)) ||
      Object.values(params).includes(product.resource(name));
    const start = async (): Promise<Run> => {
      const endless = meeting.how === 'always' && meeting.as === 'the deadline';
      const operation = await service.flowLogs.enable({
        target,
        spec: { destination },
        requestedBy,
        ...omitUndefined({ options: endless ? { deadlineMs: DEADLINE_MS } : undefined }),
      });
      const calls = (action: string) =>
        service.simulator
          .journal()
          .filter((call) => call.product === meeting.product && call.action === action && isOurs(call));
      return {
        workflowId: operation.workflowId,
        runId: operation.runId,
        ended: operation.result().then(
          (report) => ({ report }),
          (error: unknown) => ({ error }),
        ),
        sends: () => calls(meeting.action),
        reads: (fromMs, toMs) =>
          calls(product.list).filter(({ monotonicMs }) => monotonicMs > fromMs && monotonicMs < toMs).length,
      };
    };
    return { meeting, rule, start };
  }

  /** Gives each meeting a place of its own, where the product has places: the cloud throttles all calls in a place together. */
  const ownPlace = (target: ReturnType<ProductUnderTest['target']>, name: string) => {
    const { regions } = profiles.friendly;
    const region = regions[Number(name.slice(1)) % regions.length];
    return target.region && region ? { ...target, region } : target;
  };

  const productOf = (name: string): ProductUnderTest => {
    const product = productsUnderTest.find((each) => each.product === name);
    if (!product) throw new Error(`no product ${name}`);
    return product;
  };

  /** A flow log of ours, as an earlier operation left it. */
  const seedInactive = (product: ProductUnderTest, target: ReturnType<ProductUnderTest['target']>) => {
    const { region = 'cn-hangzhou', resource } = target;
    const tags = ownerTags(service.env['FLOWLOG_OWNER'] ?? '', target as unknown as ResourceTarget);
    return service.simulator.seed({
      region,
      flowLogs: [{ product: product.product, resource, status: 'Inactive', destination, tags }],
    });
  };

  const runOf = async (meeting: object): Promise<Run> => {
    await begun;
    const run = await runs.get(meeting);
    if (!run) throw new Error('this meeting was not prepared');
    return run;
  };

  const patience = { timeout: 180_000 };

  test.each(always.filter(({ as }) => as === 'the code'))(
    '$product $action: $code ($kind: $reason) is the end after $sends sends',
    patience,
    async (meeting) => {
      const run = await runOf(meeting);
      const { error } = await run.ended;
      const { kind, code, action, product, message, sends } = meeting;
      const calls = run.sends();
      const requestId = calls.at(-1)?.requestId;
      expect(error).toBeInstanceOf(OperationFailedError);
      const text = `${product} ${action}: ${code}: ${message} (request ${requestId})`;
      expect((error as OperationFailedError).details).toMatchObject({ kind, code, requestId, product, action });
      expect((error as OperationFailedError).details.message).toBe(text);
      expect((error as OperationFailedError).advice).toMatch(/\w+ .*\./);
      expect(calls).toHaveLength(sends ?? Number.NaN);
      expect(calls.filter(({ committed }) => committed)).toEqual([]);
    },
  );

  test.each(always.filter(({ kind }) => kind === 'ambiguous' || kind === 'unknown'))(
    '$product $action: $code ($kind) is sent again only after list lag and commit delay, a create after two looks one lag apart',
    patience,
    async (meeting) => {
      const run = await runOf(meeting);
      await run.ended;
      const reads = meeting.action === productOf(meeting.product).create ? 2 : 1;
      // The wait is measured by the database's clock, from intent to intent; the journal's clock knows when it was sent.
      const intents = await service.query<{ ms: number }>(
        `select (extract(epoch from at) * 1000)::float8 as ms from ledger.entries where run_id = $1 and kind = 'intent' order by seq`,
        [run.runId],
      );
      const sent = run.sends().map(({ monotonicMs }) => monotonicMs);
      expect(sent.length).toBeGreaterThanOrEqual(3);
      for (const [index, { ms }] of intents.slice(1).entries()) {
        expect(ms - (intents[index]?.ms ?? 0)).toBeGreaterThanOrEqual(reads * LIST_LAG_MS);
        expect(run.reads(sent[index] ?? 0, sent[index + 1] ?? 0)).toBeGreaterThanOrEqual(reads);
      }
    },
  );

  test.each(always.filter(({ as }) => as === 'the deadline'))(
    '$product $action: $code ($kind: $reason) is sent again until the deadline, which tells of it',
    patience,
    async (meeting) => {
      const run = await runOf(meeting);
      const { error } = await run.ended;
      expect(error).toBeInstanceOf(OperationFailedError);
      const calls = run.sends();
      const advice = expect.stringMatching(/\w+ .*\./) as string;
      expect(error).toMatchObject({ kind: 'DeadlineExceeded', advice });
      // The answer to the last send may not be reported before the deadline: then the one before it was the last that was told.
      const lastIds = calls.slice(-2).map(({ requestId }) => requestId);
      expect(lastIds).toContain((error as OperationFailedError).requestId);
      expect((error as OperationFailedError).message).toContain(meeting.code);
      const times = calls.map(({ monotonicMs }) => monotonicMs);
      expect(times.length).toBeGreaterThanOrEqual(3);
      for (const [index, nextMs] of times.slice(1).entries()) {
        expect(nextMs - (times[index] ?? 0)).toBeGreaterThanOrEqual((meeting.retryAfterMs ?? 500) - 50);
      }
    },
  );

  test.each(once)('$product $action: $code ($kind) once, then well: $sends sends', patience, async (meeting) => {
    const run = await runOf(meeting);
    const { report, error } = await run.ended;
    expect(error).toBeUndefined();
    const isCreate = meeting.action === productOf(meeting.product).create;
    expect(report).toMatchObject({ outcome: isCreate ? 'created' : 'activated', status: 'active' });
    const calls = run.sends();
    expect(calls.map(({ committed }) => committed)).toEqual([false, true]);
  });

  test.each(taken)(
    '$product: $code because somebody else made $who after one send',
    async ({ product: name, code, message, logStore, end }) => {
      const product = productOf(name);
      const resource = `taken-${logStore}`;
      const barrier = `${name}-${resource}`;
      const rule = { product: name, action: product.create, resource: product.resource(resource) };
      service.simulator.setFaults({ rules: [{ ...rule, barrier, effect: 'code', code, message, status: 400 }] }, 'add');
      const target = product.target(resource);
      const operation = await service.flowLogs.enable({ target, spec: { destination }, requestedBy });
      await service.simulator.barriers.waiting(barrier);
      const made = { product: product.product, resource: target.resource, destination: { ...destination, logStore } };
      await service.simulator.seed({ flowLogs: [made] });
      service.simulator.barriers.release(barrier);
      const ended = await operation.result().then(
        (report) => ({ report }),
        (error: unknown) => ({ error }),
      );
      expect(ended).toMatchObject(end);
      const sends = service.simulator
        .journal()
        .filter(({ action, params }) => action === rule.action && Object.values(params).includes(rule.resource));
      expect(sends).toHaveLength(1);
    },
  );

  test('every send of them all has its intent and its outcome in the ledger', patience, async () => {
    const all = await Promise.all([...always, ...once].map(runOf));
    await Promise.all(all.map(({ ended }) => ended));
    const rows = await service.query<{ run_id: string; intents: number; ends: number }>(
      `select run_id, (count(*) filter (where kind = 'intent'))::int as intents,
        (count(*) filter (where kind in ('outcome', 'unknown')))::int as ends from ledger.entries group by run_id`,
    );
    const byRun = new Map(rows.map((row) => [row.run_id, row]));
    for (const run of all) {
      const sends = run.sends().length;
      expect(byRun.get(run.runId), run.workflowId).toMatchObject({ intents: sends, ends: sends });
    }
  });
});
