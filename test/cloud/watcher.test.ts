import { afterEach, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { CloudClient, CloudRequest } from '../../cloud/call/port.js';
import { type Watcher, createWatcher } from '../../cloud/lists/watcher.js';

/** The shared reads of one scope, over a list that changes from page to page. */

const clock = { now: () => Date.now(), monotonicMs: () => performance.now(), bootMs: () => performance.now() };
const target = (name: string) =>
  ({ product: 'vpc', accountId: '1', region: 'cn-hangzhou', resource: { type: 'VPC', id: `vpc-${name}` } }) as const;

const row = (flowLogId: string) => ({
  FlowLogId: flowLogId,
  ResourceType: 'VPC',
  ResourceId: `vpc-${flowLogId}`,
  Status: 'Active',
});

let watcher: Watcher | undefined;
afterEach(() => watcher?.close());

/** Fifty flow logs a page, one page more; while `grows`, the total is another with every answer. */
function listOf(state: { grows: boolean; readonly gone: ReadonlySet<string>; readonly count?: number }) {
  const calls: CloudRequest['params'][] = [];
  const ids = Array.from({ length: state.count ?? 60 }, (_, index) => `fl-${index}`).filter(
    (id) => !state.gone.has(id),
  );
  const cloud: CloudClient = {
    async call({ params }) {
      calls.push(params);
      const page = Number(params['PageNumber'] ?? 1);
      const named = params['FlowLogId'] ?? String(params['ResourceId'] ?? '').replace(/^vpc-/, '');
      const found = named ? ids.filter((id) => id === named) : ids;
      const total = found.length + (state.grows && !named ? calls.length : 0);
      const rows = found.slice((page - 1) * 50, page * 50).map(row);
      return {
        requestId: 'R',
        httpStatus: 200,
        body: {
          Success: 'true',
          PageNumber: String(page),
          PageSize: '50',
          TotalCount: String(total),
          FlowLogs: { FlowLog: rows },
        },
      };
    },
  };
  watcher = createWatcher({ cloud, owner: 'test', clock, random: () => 0.5 });
  return { calls, watcher };
}

const question = (flowLogId?: string) => ({
  target: target(flowLogId ?? 'unnamed'),
  waitingMs: 0,
  signal: new AbortController().signal,
  ...omitUndefined({ flowLogId: flowLogId || undefined }),
});
const names = Array.from({ length: 60 }, (_, index) => `fl-${index}`);

test('while changes are sent, reads for the many who wait take their share of the calls, however slow the machine', async () => {
  const { calls, watcher: asked } = listOf({ grows: false, gone: new Set() });
  const ask = () => Promise.all(names.map((name) => asked.look({ ...question(name), waitingMs: 500 })));
  await ask();
  calls.length = 0;
  // Two changes a second: two pages, at an eighth of them, are worth a read in eight seconds.
  for (let count = 0; count < 4; count++) asked.changeSent(target('new'));
  const beganMs = performance.now();
  const again = ask();
  await new Promise((done) => setTimeout(done, 1_500));
  expect(calls).toHaveLength(0);
  asked.close();
  await expect(again).rejects.toThrow('closed');
  expect(performance.now() - beganMs).toBeLessThan(5_000);
});

test('a list that never holds still serves all whose flow log it shows, by one pass', async () => {
  const { calls, watcher: asked } = listOf({ grows: true, gone: new Set() });
  const answers = await Promise.all(names.map((name) => asked.look(question(name))));
  expect(answers.every(({ flowLogs }) => flowLogs.length === 60)).toBe(true);
  expect(calls).toHaveLength(2);
});

test('a flow log that such a list does not show is asked for by itself, and its absence is told', async () => {
  const { calls, watcher: asked } = listOf({ grows: true, gone: new Set(['fl-7']) });
  const answers = await Promise.all(names.map((name) => asked.look(question(name))));
  expect(answers[7]?.flowLogs.some(({ flowLogId }) => flowLogId === 'fl-7')).toBe(false);
  expect(calls.filter((params) => params['FlowLogId'] !== undefined)).toHaveLength(1);
});

test('who names no flow log is asked for by its target where a list never holds still', async () => {
  const { calls, watcher: asked } = listOf({ grows: true, gone: new Set() });
  const unnamed = asked.look({ ...question(), target: target('fl-3') });
  await Promise.all(names.map((name) => asked.look(question(name))));
  expect((await unnamed).flowLogs.filter(({ resource }) => resource['id'] === 'vpc-fl-3')).toHaveLength(1);
  expect(calls.filter((params) => params['ResourceId'] === 'vpc-fl-3')).toHaveLength(1);
});

describe('of a list of many pages', () => {
  const many = { grows: false, gone: new Set<string>(), count: 1_000 };

  for (const [end, ids] of [
    ['last', Array.from({ length: 30 }, (_, index) => `fl-${970 + index}`)],
    ['first', Array.from({ length: 30 }, (_, index) => `fl-${index}`)],
  ] as const)
    test(`only pages near the ${end} are read for those who stand there, once it is known`, async () => {
      const { calls, watcher: asked } = listOf(many);
      const ask = () => Promise.all(ids.map((id) => asked.look(question(id))));
      await ask();
      await ask();
      calls.length = 0;
      const answers = await ask();
      expect(answers.every(({ flowLogs }, index) => flowLogs.some(({ flowLogId }) => flowLogId === ids[index]))).toBe(
        true,
      );
      expect(calls.length).toBeLessThanOrEqual(2);
    });

  test('who has waited long and is not due makes no read longer', async () => {
    const { calls, watcher: asked } = listOf(many);
    const recent = ['fl-998', 'fl-999'];
    await Promise.all(recent.map((id) => asked.look(question(id))));
    const old = asked.look({ ...question('fl-10'), waitingMs: 20_000 });
    calls.length = 0;
    await Promise.all(recent.map((id) => asked.look(question(id))));
    expect(calls.length).toBeLessThanOrEqual(2);
    await old;
  });
});
