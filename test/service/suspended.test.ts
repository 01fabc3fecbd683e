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

test(
  'a worker stopped by SIGSTOP between its intents and the wire, while another ends its work, sends nothing when it goes on',
  { timeout: 420_000 },
  async () => {
    const service = await startService(hostile({}, { workers: 0 }));
    const { query, env, flowLogs } = service;
    const stopped = await startProgram({
      name: 'the worker that stops',
      args: ['local/bootstrap.mjs', 'test/service/fixtures/stopping-worker.ts', String(changes.length)],
      readyWords: 'worker is polling',
      env: { ...(process.env as Record<string, string>), ...env },
    });
    try {
      await stopped.ready;
      const operations = await Promise.all(
        changes.map(async ({ product, task: { operation, spec, from }, name }) => {
          if (from) await seedOwn(service, product, name, from);
          const request = { target: product.target(name), requestedBy, ...omitUndefined({ spec }) };
          return flowLogs.operate(operation, request);
        }),
      );
      // It stops by itself when the last of them is committed.
      const committed = `select intent_id, target from ledger.entries where kind = 'intent'`;
      const intents = await until(async () => {
        const rows = await query<{ intent_id: string; target: string }>(committed);
        return new Set(rows.map(({ target }) => target)).size === changes.length && rows;
      }, 120_000);
      expect(service.simulator.journal().filter(({ kind }) => kind === 'change')).toEqual([]);

      // The other one sends only what is no longer in doubt: when it has ended all of them, the grace of each is over.
      await service.startWorker();
      const reports = await Promise.all(operations.map((operation) => operation.result()));
      expect(reports).toMatchObject(changes.map(({ task: { outcome } }) => ({ outcome })));
      process.kill(stopped.pid, 'SIGCONT');
      const ended = `select result, body::json ->> 'code' as code from ledger.entries
        where kind = 'late-outcome' and intent_id = any($1)`;
      const ends = await until(async () => {
        const rows = await query(ended, [intents.map(({ intent_id }) => intent_id)]);
        return rows.length === intents.length && rows;
      });
      await service.simulator.settle();

      for (const { product, task, name } of changes) {
        const where = `${product.product} ${task.verb}`;
        expect(flowLogsOn(service, product, name), where).toMatchObject(task.to ? [{ status: task.to }] : []);
        expectNeverTwo(service, product, name);
        const sent = changesOn(service, product, name).map(({ action, committed }) => ({ action, committed }));
        expect(sent, where).toEqual([{ action: actionOf(product, task), committed: true }]);
      }
      expect(ends).toEqual(intents.map(() => ({ result: 'not-sent', code: 'SendWindowPassed' })));
      expect(await ledgerProblems(service)).toEqual([]);
    } finally {
      await stopped.kill();
      await service.stop();
    }
  },
);
