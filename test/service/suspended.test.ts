import { expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { startProgram } from '../../local/program.js';
import { actionOf, tasksOf } from './fixtures/fault-cases.js';
import { changesOn, expectNeverTwo, flowLogsOn, ledgerProblems, seedOwn } from './fixtures/judge.js';
import { hostile, until } from './fixtures/scenario.js';
import { startService } from './fixtures/service.js';
import { productsUnderTest, requestedBy } from './fixtures/targets.js';

/** Every change of every product, as the one change of an operation. */
const changes = productsUnderTest.flatMap((product) =>
  tasksOf(product).map((task) => ({ product, task, name: `stopped-${task.verb}` })),
);

const firstIntents = `select target, min(at) as at from ledger.entries where kind = 'intent' group by target`;

/** How the first intent of each target ended, whoever wrote it. */
const firstEnds = `select distinct on (i.target) e.result, e.body::json ->> 'code' as code from ledger.entries i
  left join ledger.entries e on e.intent_id = i.intent_id and e.kind in ('outcome', 'late-outcome')
  where i.kind = 'intent' order by i.target, i.at`;

test(
  'a worker stopped by SIGSTOP between its intents and the wire sends none of them when it goes on: every change of every product, then made once',
  { timeout: 240_000 },
  async () => {
    const service = await startService(hostile({ cooldownMs: 0 }, { workers: 0 }));
    const { query, env, flowLogs } = service;
    const worker = await startProgram({
      name: 'the worker that stops',
      args: ['local/bootstrap.mjs', 'test/service/fixtures/stopping-worker.ts', String(changes.length)],
      readyWords: 'worker is polling',
      env: { ...(process.env as Record<string, string>), ...env },
    });
    try {
      await worker.ready;
      const operations = await Promise.all(
        changes.map(async ({ product, task: { operation, spec, from }, name }) => {
          if (from) await seedOwn(service, product, name, from);
          return flowLogs.operate(operation, {
            target: product.target(name),
            requestedBy,
            ...omitUndefined({ spec }),
          });
        }),
      );
      // It stops by itself when the last of them is committed. The window of each began before its commit.
      await until(async () => {
        const [last] = await query<{ count: number; is_over: boolean }>(
          `select count(*)::integer as count, clock_timestamp() - max(at) > interval '2.5 s' as is_over from (${firstIntents}) i`,
        );
        return last?.count === changes.length && last.is_over;
      }, 120_000);
      expect(service.simulator.journal().filter(({ kind }) => kind === 'change')).toEqual([]);

      process.kill(worker.pid, 'SIGCONT');
      const reports = await Promise.all(operations.map((operation) => operation.result()));
      expect(reports).toMatchObject(changes.map(({ task: { outcome } }) => ({ outcome })));
      for (const { product, task, name } of changes) {
        const where = `${product.product} ${task.verb}`;
        expect(flowLogsOn(service, product, name), where).toMatchObject(task.to ? [{ status: task.to }] : []);
        expectNeverTwo(service, product, name);
        const sent = changesOn(service, product, name).map(({ action, committed }) => ({ action, committed }));
        expect(sent, where).toEqual([{ action: actionOf(product, task), committed: true }]);
      }
      expect(await query(firstEnds)).toEqual(changes.map(() => ({ result: 'not-sent', code: 'SendWindowPassed' })));
      expect(await ledgerProblems(service)).toEqual([]);
    } finally {
      await worker.kill();
      await service.stop();
    }
  },
);
