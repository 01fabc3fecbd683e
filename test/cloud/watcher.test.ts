import { afterEach, expect, test } from 'vitest';
import type { CloudClient, CloudRequest } from '../../cloud/cloud.js';
import { type Watcher, createWatcher } from '../../cloud/watcher.js';

/** The shared reads of one scope, over a list that changes from page to page. */

const clock = { now: () => Date.now(), monotonicMs: () => performance.now() };
const target = (name: string) =>
  ({ product: 'vpc', accountId: '1', region: 'cn-hangzhou', resource: { type: 'VPC', id: `vpc-${name}` } }) as const;

const row = (flowLogId: string) => ({
  FlowLogId: flowLogId,
  ResourceType: 'VPC',
  ResourceId: 'vpc-1',
  Status: 'Active',
});

let watcher: Watcher | undefined;
afterEach(() => watcher?.close());

/** Fifty flow logs a page, one page more; while `grows`, the total is another with every answer. */
function listOf(state: { grows: boolean; readonly gone: ReadonlySet<string> }) {
  const calls: CloudRequest['params'][] = [];
  const ids = Array.from({ length: 60 }, (_, index) => `fl-${index}`).filter((id) => !state.gone.has(id));
  const cloud: CloudClient = {
    async call({ params }) {
      calls.push(params);
      const page = Number(params['PageNumber'] ?? 1);
      const named = params['FlowLogId'];
      const found = named === undefined ? ids : ids.filter((id) => id === named);
      const total = found.length + (state.grows && named === undefined ? calls.length : 0);
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
  ...(flowLogId ? { flowLogId } : {}),
});
const names = Array.from({ length: 60 }, (_, index) => `fl-${index}`);

test('a list that never holds still serves all whose flow log it shows, by one pass', async () => {
  const { calls, watcher: asked } = listOf({ grows: true, gone: new Set() });
  const answers = await Promise.all(names.map((name) => asked.look(question(name))));
  expect(answers.every(({ complete }) => !complete)).toBe(true);
  expect(answers.every(({ flowLogs }) => flowLogs.length === 60)).toBe(true);
  expect(calls).toHaveLength(2);
});

test('a flow log that such a list does not show is asked for by itself, and its absence is told', async () => {
  const { calls, watcher: asked } = listOf({ grows: true, gone: new Set(['fl-7']) });
  const answers = await Promise.all(names.map((name) => asked.look(question(name))));
  expect(answers[7]?.flowLogs.some(({ flowLogId }) => flowLogId === 'fl-7')).toBe(false);
  expect(calls.filter((params) => params['FlowLogId'] !== undefined)).toHaveLength(1);
});

test('who names no flow log is answered only when a pass is complete', async () => {
  const state = { grows: true, gone: new Set<string>() };
  const { watcher: asked } = listOf(state);
  let answered = false;
  const unnamed = asked.look(question()).finally(() => (answered = true));
  await Promise.all(names.map((name) => asked.look(question(name))));
  expect(answered).toBe(false);
  state.grows = false;
  expect(await unnamed).toMatchObject({ complete: true });
});
