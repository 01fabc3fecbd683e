import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationFailure, type WorkflowInterceptors } from '@temporalio/workflow';
import { describe, expect, test, vi } from 'vitest';
import { interceptors } from '../../workflows/run/door.js';
import * as workflows from '../../workflows/index.js';
import { bulkUpdates } from '../../workflows/contract/bulk.js';
import { requestUpdateName } from '../../workflows/contract/request.js';
import { checkTargetRequest } from '../../workflows/operation/check-request.js';
import { checkedWord } from '../../workflows/run/requests.js';
import { wrongLimits, wrongSignal } from '../../workflows/run/signal-checks.js';
import { filesBelow, root } from './fixtures/source-tree.js';

/**
 * All workflows, signals, queries and updates that there are, given what no type describes. Each is found by itself: a new one that does not check
 * what it is given fails here. Activities have a test of their own.
 */

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  // As the bulk's, so that its argument is what is looked at: the others look at theirs first.
  workflowInfo: () => ({ workflowId: 'flow-log-bulk/wrong', workflowType: 'wrong', namespace: 'default' }),
  patched: () => false,
  setHandler: () => undefined,
}));

const bytes = Buffer.from('{"requestedBy":"someone"}');
const wrongValues: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a number', 7],
  ['a text', 'enable'],
  ['a list', [null]],
  ['bytes', bytes],
  ['what could not be read', { [Symbol.for('flowlog.unreadable')]: 'Unknown encoding' }],
  ['an unknown field', { noSuchField: 1 }],
  ['half a surrogate', { requestedBy: '\ud800', reason: '\u0000' }],
  ['500 unknown fields', Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, index]))],
];

/** Types that may be called without an argument. */
const takesNothing = new Set(['diagnose', 'listDoubts']);

type Workflow = (...args: readonly unknown[]) => Promise<unknown>;
const types = Object.entries(workflows as unknown as Readonly<Record<string, Workflow>>).filter(
  ([name]) => name !== 'default',
);

describe('workflow types', () => {
  test.each(types)('%s refuses what is wrong, in few words and for good', async (name, workflow) => {
    const wrong = wrongValues.filter(([, value]) => value !== undefined || !takesNothing.has(name));
    for (const [reason, value] of wrong) {
      const refused = await Promise.resolve()
        .then(() => workflow(value))
        .catch((error: unknown) => error);
      expect(refused, reason).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
      expect(JSON.stringify(refused).length, reason).toBeLessThan(64 * 1_024);
    }
  });

  test.each(types)('%s takes one argument, and nothing beside it', async (_, workflow) => {
    const refused = Promise.resolve().then(() => workflow({}, 'junk'));
    await expect(refused).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
  });

  test('another name is answered by the default', async () => {
    await expect(workflows.default()).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
  });
});

interface Definition {
  readonly type: 'signal' | 'query' | 'update';
  readonly name: string;
}

const isDefinition = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && ['signal', 'query', 'update'].includes((value as Definition).type);

const modules = await Promise.all(
  filesBelow(['workflows'])
    .filter((path) => path.endsWith('.ts'))
    .map((path) => import(join(root, path)) as Promise<object>),
);
const definitions = [...new Set(modules.flatMap((module) => Object.values(module).filter(isDefinition)))];
const named = (type: Definition['type']) => definitions.filter((one) => one.type === type).map(({ name }) => name);

describe('handlers', () => {
  test('are all found: each is set for a definition that its file exports', () => {
    const sources = filesBelow(['workflows']).map((path) => readFileSync(join(root, path), 'utf8'));
    const defined = sources.flatMap((text) => text.match(/\bdefine(Signal|Query|Update)[<(]/g) ?? []);
    expect(definitions).toHaveLength(defined.length);
    expect(sources.filter((text) => /\bsetHandler\(\s*['"`]/.test(text))).toEqual([]);
  });

  test.each(named('signal'))('the signal %s has a check, which refuses what is wrong', (name) => {
    for (const [reason, value] of wrongValues) {
      const problem = wrongSignal(name, [value]);
      expect(problem, reason).toBeTruthy();
      expect(problem, 'a line in signal-checks.ts').not.toBe('there is no such signal');
      expect(problem?.length, reason).toBeLessThan(1_000);
    }
    expect(wrongSignal(name, [])).toMatch(/takes exactly one argument/);
  });

  const inbound = interceptors().inbound?.[0] as NonNullable<WorkflowInterceptors['inbound']>[number];

  test.each(named('query'))('the query %s is given nothing of what came with it', async (queryName) => {
    const next = vi.fn(() => Promise.resolve());
    await inbound.handleQuery?.({ queryName, queryId: '1', args: [null, bytes], headers: {} }, next);
    expect(next).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ queryName, args: [] }));
  });

  test.each(named('update'))(
    'the update %s is let through by its name, and what is wrong with it is refused',
    async (name) => {
      const next = vi.fn(() => Promise.resolve());
      await inbound.handleUpdate?.({ name, updateId: '1', args: [null], headers: {} }, next);
      expect(next).toHaveBeenCalledOnce();
      for (const [reason, value] of wrongValues) {
        if (name === requestUpdateName) expect(checkTargetRequest(value), reason).toHaveProperty('problems');
        else if (name === bulkUpdates.change) expect(wrongLimits([value]), reason).toBeTruthy();
        else expect(() => checkedWord([value], name), reason).toThrow(ApplicationFailure);
      }
    },
  );

  test('an update that the contract does not name is refused before its handler', async () => {
    const next = vi.fn(() => Promise.resolve());
    const refused = inbound.handleUpdate?.({ name: 'unnamed', updateId: '1', args: [null], headers: {} }, next);
    await expect(refused).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    expect(next).not.toHaveBeenCalled();
  });
});
