import { expect, test } from 'vitest';
import type { Dependencies } from '../../activities/index.js';
import type { Operation, StartedOperation } from '../../client/index.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { DatabaseUnavailable } from '../../database/unavailable.js';
import { changesOn, flowLogsOn, ledgerProblems, seedOwn } from './fixtures/judge.js';
import { until } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { type ProductUnderTest, destination, ecr, productsUnderTest, requestedBy, vpc } from './fixtures/targets.js';

interface Wish {
  readonly operation: Operation;
  readonly spec?: object;
}

const enable: Wish = { operation: 'enable', spec: { destination } };
const disable: Wish = { operation: 'disable' };
const remove: Wish = { operation: 'delete' };
const modify = (spec: object): Wish => ({ operation: 'modify', spec });

/** A change, and another wish that comes after it and undoes it. */
interface Case {
  readonly name: string;
  /** Status of our own flow log to begin with; absent: there is none. */
  readonly from?: string;
  readonly first: Wish;
  readonly then: Wish;
  readonly on?: readonly ProductUnderTest[];
}

const cases: readonly Case[] = [
  { name: 'create', first: enable, then: remove },
  { name: 'activate', from: 'Inactive', first: enable, then: disable },
  { name: 'deactivate', from: 'Active', first: disable, then: enable },
  {
    name: 'modify',
    from: 'Active',
    first: modify({ description: 'first' }),
    then: modify({ description: 'then' }),
  },
  {
    name: 'tag',
    from: 'Active',
    first: modify({ tags: { team: 'first' } }),
    then: modify({ tags: { team: 'then' } }),
    on: productsUnderTest.filter((product) => product !== ecr),
  },
  {
    name: 'move',
    from: 'Active',
    first: modify({ resourceGroupId: 'rg-1' }),
    then: modify({ resourceGroupId: 'rg-2' }),
    on: [vpc],
  },
  { name: 'delete', from: 'Active', first: remove, then: enable },
];
const targets = cases.flatMap((one) => (one.on ?? productsUnderTest).map((product) => ({ product, ...one })));

const start = (
  { flowLogs }: Service,
  product: ProductUnderTest,
  name: string,
  { operation, spec }: Wish,
): Promise<StartedOperation> =>
  flowLogs.operate(operation, { target: product.target(name), requestedBy, ...omitUndefined({ spec }) });

const terminate = ({ client }: Service, { workflowId, runId }: StartedOperation) =>
  client.workflow.getHandle(workflowId, runId).terminate();

/** Holds the first attempt at each target before its fence, until all are let go; counts those held, and the intents that come after. */
function holding() {
  const held = new Set<string>();
  const gone = { on: 0, intents: 0 };
  let letGo!: () => void;
  const goesOn = new Promise<void>((resolve) => (letGo = resolve));
  const wrap = (dependencies: Dependencies): Dependencies => ({
    ...dependencies,
    ledger: {
      ...dependencies.ledger,
      async takeFence(target, by) {
        const id = JSON.stringify(target);
        if (held.has(id)) return dependencies.ledger.takeFence(target, by);
        held.add(id);
        await goesOn;
        gone.on++;
        return dependencies.ledger.takeFence(target, by);
      },
      async commitIntent(intent) {
        if (gone.on > 0) gone.intents++;
        return dependencies.ledger.commitIntent(intent);
      },
    },
  });
  return { held, gone, letGo, wrap };
}

test(
  'an attempt that goes on when its run has ended, and what came after has been done, changes nothing: every change of every product',
  { timeout: 300_000 },
  async () => {
    const config = { listLagMs: 0, cooldownMs: 0, progression: { mode: 'immediate' } } as const;
    const service = await startService({
      simulator: { profile: 'hostile', config },
      env: { FLOWLOG_LIST_LAG_MS: '0' },
      workers: 0,
    });
    const { held, gone, letGo, wrap } = holding();
    try {
      const worker = await service.startWorker({ wrap });
      const runs = await Promise.all(
        targets.map(async ({ product, name, from, first }) => {
          if (from) await seedOwn(service, product, name, from);
          return start(service, product, name, first);
        }),
      );
      await until(() => held.size === targets.length, 120_000);
      await Promise.all(runs.map((run) => terminate(service, run)));
      await Promise.all(
        targets.map(async ({ product, name, first, then }) => {
          await (await start(service, product, name, first)).result();
          await (await start(service, product, name, then)).result();
        }),
      );
      const standing = () =>
        targets.map(({ product, name }) => ({
          target: `${product.product} ${name}`,
          changes: changesOn(service, product, name).map(({ action }) => action),
          flowLogs: flowLogsOn(service, product, name),
        }));
      const before = standing();
      for (const { target, changes } of before) expect(changes, target).toHaveLength(2);

      letGo();
      // A worker that stops lets its attempts end.
      await worker.stop();
      expect(standing()).toEqual(before);
      expect(gone).toEqual({ on: targets.length, intents: 0 });
      expect(await ledgerProblems(service)).toEqual([]);
    } finally {
      letGo();
      await service.stop();
    }
  },
);

/** Every attempt has its answer and cannot write it yet: until all are let go, and then twice more. */
function withoutDatabase() {
  const answered = new Map<string, number>();
  let letGo!: () => void;
  const goesOn = new Promise<void>((resolve) => (letGo = resolve));
  const wrap = (dependencies: Dependencies): Dependencies => ({
    ...dependencies,
    ledger: {
      ...dependencies.ledger,
      async recordOutcome(outcome) {
        const tries = answered.get(outcome.intentId) ?? 0;
        answered.set(outcome.intentId, tries + 1);
        await goesOn;
        if (tries < 2) throw new DatabaseUnavailable(new Error('the database is away'));
        await dependencies.ledger.recordOutcome(outcome);
      },
    },
  });
  return { answered, letGo, wrap };
}

test(
  'an attempt that goes on when its run has ended, and cannot write the answer that it had, writes it when the database is back',
  { timeout: 120_000 },
  async () => {
    const service = await startService({ workers: 0 });
    const { answered, letGo, wrap } = withoutDatabase();
    try {
      const worker = await service.startWorker({ wrap });
      const runs = await Promise.all(productsUnderTest.map((product) => start(service, product, 'answered', enable)));
      await until(() => answered.size === runs.length);
      await Promise.all(runs.map((run) => terminate(service, run)));
      letGo();
      await worker.stop();
      const written = await service.query<{ request_id: string }>(
        `select body::json ->> 'requestId' as request_id from ledger.entries where kind in ('outcome', 'late-outcome') and result = 'accepted'`,
      );
      const sent = service.simulator.journal().filter(({ kind }) => kind === 'change');
      expect(sent).toHaveLength(runs.length);
      expect(written.map((row) => row.request_id).sort()).toEqual(sent.map(({ requestId }) => requestId).sort());
    } finally {
      letGo();
      await service.stop();
    }
  },
);
