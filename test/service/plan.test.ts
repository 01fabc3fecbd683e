import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BulkRow } from '../../workflows/contract/bulk.js';
import type { PlanRow } from '../../workflows/contract/plan.js';
import { workflowIdOf } from '../../cloud/target.js';
import { type Case, planTable } from './fixtures/plan-table.js';
import { type Service, startService } from './fixtures/service.js';
import { requestedBy } from './fixtures/targets.js';

/** Plans agree with what enable then does. */

let service: Service;

beforeAll(async () => {
  const config = { progression: { mode: 'immediate' }, cooldownMs: 0, listLagMs: 0 } as const;
  service = await startService({
    simulator: { profile: 'hostile', config },
    env: { FLOWLOG_LIST_LAG_MS: '100', FLOWLOG_GRACE_MS: '4700', FLOWLOG_QUOTAS: 'vpc=1000' },
  });
}, 120_000);

afterAll(() => service.stop());

async function all<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const list: Row[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

/** End of an operation, in the word that a plan has for it. */
const endOf = ({ state, outcome, code }: BulkRow): string | undefined => (state === 'failed' ? code : outcome);

/** Ends that a plan foretells. */
const foretold = ({ outcome, possible }: PlanRow): readonly (string | undefined)[] => possible ?? [outcome];

describe('a plan', () => {
  test('says row by row what enable then does', { timeout: 240_000 }, async () => {
    const cases = planTable();
    expect(cases.length).toBeGreaterThanOrEqual(500);
    await service.simulator.seed({ region: 'cn-hangzhou', flowLogs: cases.flatMap(({ flowLogs }) => flowLogs) });
    const request = { operation: 'enable', items: cases.map(({ item }) => item), requestedBy } as const;
    const calls = service.simulator.journal().length;
    const plan = await service.flowLogs.bulks.plan(request);
    const planned = await all(plan);
    const asked = service.simulator.journal().slice(calls);
    expect(asked.filter(({ action }) => !/^(Describe|Get)/.test(action))).toEqual([]);
    expect(plan.report.calls.plan).toBe(asked.length);
    expect(planned).toHaveLength(cases.length);

    const bulk = await service.flowLogs.bulks.start({ ...request, options: { window: 200 } });
    const settling = setInterval(() => void service.simulator.settle(), 1_000);
    await bulk.result().finally(() => clearInterval(settling));
    const ended = new Map(
      (await all(service.flowLogs.bulks.rows(bulk.runId ?? ''))).map((row) => [row.workflowId, row]),
    );
    const rows = new Map(planned.map((row) => [workflowIdOf(row.target), row]));
    const wrong = cases.flatMap((each: Case) => {
      const [row, end] = [rows.get(each.workflowId), ended.get(each.workflowId)];
      if (row && end && foretold(row).includes(endOf(end))) return [];
      const { state, drift, product, choice } = each;
      return [
        { state, drift, product, choice, planned: row && foretold(row), ended: end && endOf(end), reason: end?.reason },
      ];
    });
    expect(wrong).toEqual([]);
  });
});
