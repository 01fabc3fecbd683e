import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAuditor } from '../../audit/index.js';
import type { DoubtRow, SettledDoubt } from '../../workflows/contract/doubts.js';
import { flowlog } from './fixtures/console.js';
import { expectExactlyOne } from './fixtures/judge.js';
import { type Service, startService, uid } from './fixtures/service.js';
import { committed, destination, requestedBy, vpc } from './fixtures/targets.js';

const spec = { destination };

/** The service of an account is a target of its own: it is opened once for all that it holds, and its doubt holds up all of them. */
describe('the opening of the flow log service in doubt', { timeout: 150_000 }, () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({
      simulator: { profile: 'hostile', config: { listLagMs: 0, progression: { mode: 'time', activationMs: 0 } } },
      env: {
        FLOWLOG_CONNECT_TIMEOUT_MS: '400',
        FLOWLOG_READ_TIMEOUT_MS: '1500',
        FLOWLOG_LIST_LAG_MS: '500',
        FLOWLOG_GRACE_MS: '25000',
      },
    });
  });
  afterAll(() => service.stop());

  const opened = () => committed(service.simulator.journal(), 'vpc', 'OpenFlowLogService').length;
  const resolve = async (doubt: DoubtRow | undefined, as: string) => {
    const line = `doubt resolve ${doubt?.intentId.slice(0, 8)} --as ${as} --reason "asked the account's owner" --json`;
    const { exitCode, stdout } = await flowlog(service, line);
    return { exitCode, ...(JSON.parse(stdout) as { rows: readonly SettledDoubt[] }) };
  };
  const listed = async () =>
    (JSON.parse((await flowlog(service, 'doubt list --json')).stdout) as { doubts: DoubtRow[] }).doubts;
  const enable = (name: string) =>
    service.flowLogs.enable({ target: vpc.target(name), spec, requestedBy, options: { openService: true } });

  /** An enable that was to open the service: the answer is lost, no look is possible, and the operation is ended by force. */
  async function abandoned(name: string, when: 'before' | 'after'): Promise<DoubtRow | undefined> {
    await service.simulator.seed({ accounts: [{ uid, flowLogService: 'closed' }] });
    const { simulator } = service;
    // Looks are refused from the moment when the call is under way, so that the operation cannot settle its own doubt.
    simulator.faults([
      { product: 'vpc', action: 'OpenFlowLogService', effect: 'reset', when, barrier: name, count: 1 },
    ]);
    const operation = await enable(name);
    await simulator.barriers.waiting(name);
    simulator.faults([{ product: 'vpc', action: 'GetFlowLogServiceStatus', effect: 'reset' }]);
    simulator.barriers.release(name);
    await expect.poll(async () => (await listed()).length, { timeout: 60_000, interval: 50 }).toBe(1);
    await service.client.workflow.getHandle(operation.workflowId, operation.runId).terminate('lost patience');
    simulator.faults([]);
    const [doubt] = await listed();
    return doubt;
  }

  test('that was made is told and seen, is not called undone in its grace, and is settled as done; then the account is used', async () => {
    const doubt = await abandoned('opened', 'after');
    expect(doubt).toMatchObject({ verb: 'openService', action: 'OpenFlowLogService', key: 'flow-log-service' });
    expect(await resolve(doubt, 'not-done')).toMatchObject({ exitCode: 4, rows: [{ why: 'grace' }] });
    const done = await resolve(doubt, 'done');
    expect(done).toMatchObject({ exitCode: 0, rows: [{ settled: true, look: { service: 'open' } }] });
    expect(await listed()).toEqual([]);
    expect(await (await enable('opened')).result()).toMatchObject({ outcome: 'created' });
    expect(opened()).toBe(1);
    expectExactlyOne(service, vpc, 'opened');
  });

  test('that was not made is not called done, nor undone before its grace; then it is, and is opened once', async () => {
    const before = opened();
    const doubt = await abandoned('shut', 'before');
    const [done, early] = await Promise.all(['done', 'not-done'].map((as) => resolve(doubt, as)));
    expect(early).toMatchObject({ exitCode: 4, rows: [{ why: 'grace' }] });
    expect(done).toMatchObject({ exitCode: 4, rows: [{ why: 'effect-not-seen', look: { service: 'not open' } }] });
    // No operation opens it while that is in doubt.
    const operation = await enable('shut');
    expect(opened()).toBe(before);
    await sleep(Math.max(0, Date.parse(doubt?.graceOverAt ?? '') - Date.now()) + 20);
    const end = await resolve(doubt, 'not-done');
    // The operation that waits may have found it out first.
    const told = expect.stringMatching(/it did not happen|it may have ended meanwhile/) as string;
    expect(end.rows).toMatchObject([{ message: told }]);
    expect(await operation.result()).toMatchObject({ outcome: 'created' });
    expect(opened()).toBe(before + 1);
    expectExactlyOne(service, vpc, 'shut');
  });

  test('is part of the story of the account, with who said what, and the ledger is whole', async () => {
    const { stdout } = await flowlog(service, 'audit show flow-log-service');
    expect(stdout).toMatch(
      /OpenFlowLogService was not settled as not-done; it stays in doubt: it may still take effect/,
    );
    expect(stdout).toMatch(/mika said that OpenFlowLogService had taken effect, because "asked the account's owner"/);
    const auditor = await openAuditor({ databaseUrl: service.env['DATABASE_URL'] ?? '' });
    expect(await auditor.verify().finally(() => auditor.close())).toMatchObject({ ok: true });
  });
});
