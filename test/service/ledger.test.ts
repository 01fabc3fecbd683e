import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../database/canonical-json.js';
import type { CallOutcome, OperationRef, TargetRef } from '../../audit/index.js';
import {
  attemptOf,
  createIntent,
  ledgerFixture,
  someRun,
  someTarget,
  takeAndCommit,
  wholeOperation,
  type LedgerFixture,
} from './fixtures/ledger-fixture.js';

let fixture: LedgerFixture;
beforeAll(async () => {
  fixture = await ledgerFixture();
});
afterAll(() => fixture.close());

/** A fresh target, run and first attempt. */
function scene(): { target: TargetRef; operation: OperationRef; attempt: ReturnType<typeof attemptOf> } {
  const target = someTarget();
  const operation = someRun(target);
  return { target, operation, attempt: attemptOf(operation) };
}

const kindsOf = async ({ workflowId, runId }: OperationRef): Promise<string[]> => {
  const { rows } = await fixture.owner.query<{ kind: string }>(
    'select kind from ledger.entries where workflow_id = $1 and run_id = $2 order by seq',
    [workflowId, runId],
  );
  return rows.map(({ kind }) => kind);
};

describe('the chain of a run', () => {
  test('opens once, closes once, and answers the same head every time it is asked to close', async () => {
    const operation = await wholeOperation(fixture.ledger);
    const closing = { operation, outcome: 'deleted', body: { other: true } };
    const head = await fixture.ledger.head(operation);
    expect(await fixture.ledger.closeOperation(closing)).toEqual(head);
    await fixture.ledger.openOperation({
      operation,
      workflowType: 'enableFlowLog',
      target: 'again',
      requestedBy: 'somebody else',
      input: {},
      workerBuild: 'test',
    });
    expect(await kindsOf(operation)).toEqual(['opened', 'intent', 'outcome', 'closed']);
    expect(head?.count).toBe(4);
  });

  test('an unknown run has no head', async () => {
    expect(await fixture.ledger.head(someRun())).toBeUndefined();
  });

  test('a request to join is a row with who and why', async () => {
    const operation = someRun();
    await fixture.ledger.recordEvent({
      operation,
      event: 'joined',
      body: { requestedBy: 'ops', reason: 'also needed' },
    });
    expect(await kindsOf(operation)).toEqual(['joined']);
  });

  test('an id or message with a NUL or half a surrogate pair is recorded, not refused', async () => {
    const { target, attempt } = scene();
    const intentId = await takeAndCommit(fixture.ledger, target, attempt);
    const message = 'nul \0 half \ud800';
    await fixture.ledger.recordOutcome({
      intentId,
      attempt,
      result: 'refused',
      kind: 'invalid',
      flowLogId: 'fl-\0\ud800',
      message,
    });
    expect(await kindsOf(attempt.operation)).toEqual(['intent', 'outcome']);
  });
});

describe('the fence', () => {
  test('rises with every attempt of every run', async () => {
    const { target, operation } = scene();
    const attempts = [attemptOf(operation, 1), attemptOf(operation, 2), attemptOf(someRun(target), 1)];
    const fences: number[] = [];
    for (const attempt of attempts) fences.push((await fixture.ledger.takeFence(target, attempt)).fence);
    expect(fences).toEqual([1, 2, 3]);
  });

  test('a target never touched stands at zero', async () => {
    expect(await fixture.ledger.readTarget(someTarget())).toEqual({ fence: 0, version: 0, pending: [] });
  });

  test('many targets are read at once, each as by itself, in the order asked for', async () => {
    const { target, attempt } = scene();
    await takeAndCommit(fixture.ledger, target, attempt);
    const asked = [someTarget(), target, someTarget(), target];
    const states = await fixture.ledger.readTargets(asked);
    const [one, two] = [await fixture.ledger.readTarget(asked[0]!), await fixture.ledger.readTarget(target)];
    // Ages are told at the moment of each question.
    const plain = (state: object): unknown =>
      JSON.parse(JSON.stringify(state, (key, value: unknown) => (key === 'ageMs' ? 0 : value)));
    expect(states.map(plain)).toEqual([one, two, one, two].map(plain));
    expect(states[1]?.pending).toHaveLength(1);
    expect(await fixture.ledger.readTargets([])).toEqual([]);
  });

  test('an attempt that woke up after a later one took the fence is superseded', async () => {
    const { target, operation } = scene();
    const frozen = attemptOf(operation, 1);
    const { fence } = await fixture.ledger.takeFence(target, frozen);
    await fixture.ledger.takeFence(target, attemptOf(operation, 2));
    await expect(fixture.ledger.commitIntent(createIntent(frozen, target, fence))).rejects.toMatchObject({
      name: 'IntentRefused',
      reason: 'superseded',
    });
    expect((await fixture.ledger.readTarget(target)).version).toBe(0);
  });

  test('the number alone is not enough: it must be held by the attempt that shows it', async () => {
    const { target, attempt } = scene();
    const { fence } = await fixture.ledger.takeFence(target, attempt);
    const thief = attemptOf(someRun(target));
    await expect(fixture.ledger.commitIntent(createIntent(thief, target, fence))).rejects.toMatchObject({
      reason: 'superseded',
    });
  });

  test('two deployments do not share a target', async () => {
    const { target, attempt } = scene();
    await takeAndCommit(fixture.ledger, target, attempt);
    expect(await fixture.ledger.readTarget({ ...target, owner: 'other' })).toEqual({
      fence: 0,
      version: 0,
      pending: [],
    });
  });

  test.each([
    { over: { owner: '' }, reason: 'an empty part' },
    { over: { place: 'a/b' }, reason: 'a slash before the key' },
    { over: { key: '' }, reason: 'an empty key' },
  ])('a target with $reason is refused', async ({ over }) => {
    await expect(fixture.ledger.readTarget(someTarget(over))).rejects.toBeInstanceOf(TypeError);
  });
});

describe('a pending intent', () => {
  test('shows what was meant, by whom, how long ago, and holds every other intent of the target', async () => {
    const { target, operation, attempt } = scene();
    const intentId = await takeAndCommit(fixture.ledger, target, attempt, { clientToken: 'token-1' });
    const later = attemptOf(someRun(target), 1);
    const state = await fixture.ledger.takeFence(target, later);
    expect(state).toMatchObject({
      fence: 2,
      version: 1,
      pending: [
        { intentId, operation, verb: 'create', action: 'CreateFlowLog', clientToken: 'token-1', state: 'open' },
      ],
    });
    expect(state.pending[0]?.ageMs).toBeGreaterThanOrEqual(0);
    expect(Date.parse(state.pending[0]?.committedAt ?? '')).not.toBeNaN();
    const refused = fixture.ledger.commitIntent(createIntent(later, target, state.fence));
    await expect(refused).rejects.toMatchObject({ reason: 'pending', detail: { intentId } });
  });

  test.each<{ outcome: Partial<CallOutcome> & Pick<CallOutcome, 'result'>; pending: string[]; reason: string }>([
    { outcome: { result: 'accepted', flowLogId: 'fl-1' }, pending: [], reason: 'the cloud has it' },
    { outcome: { result: 'refused', kind: 'throttled' }, pending: [], reason: 'the cloud has definitely not done it' },
    { outcome: { result: 'not-sent' }, pending: [], reason: 'it never left' },
    { outcome: { result: 'ambiguous', kind: 'ambiguous' }, pending: ['unclear'], reason: 'it may have happened' },
  ])('after $outcome.result: $reason', async ({ outcome, pending }) => {
    const { target, attempt } = scene();
    const intentId = await takeAndCommit(fixture.ledger, target, attempt);
    await fixture.ledger.recordOutcome({ intentId, attempt, ...outcome });
    const state = await fixture.ledger.readTarget(target);
    expect(state.pending.map((intent) => intent.state)).toEqual(pending);
    // A look made while it was in doubt is not good any more once its end is known.
    expect(state.version).toBe(pending.length > 0 ? 1 : 2);
    expect(state.lastAccepted?.verb).toBe(outcome.result === 'accepted' ? 'create' : undefined);
  });

  test('the last accepted change is told to later runs, with its age and its run', async () => {
    const { target, operation, attempt } = scene();
    const intentId = await takeAndCommit(fixture.ledger, target, attempt, { verb: 'activate', flowLogId: 'fl-7' });
    await fixture.ledger.recordOutcome({ intentId, attempt, result: 'accepted' });
    const { lastAccepted } = await fixture.ledger.takeFence(target, attemptOf(someRun(target)));
    expect(lastAccepted).toMatchObject({ verb: 'activate', flowLogId: 'fl-7', operation });
    expect(lastAccepted?.ageMs).toBeLessThan(60_000);
  });

  test('an outcome written twice is one row', async () => {
    const { target, attempt } = scene();
    const intentId = await takeAndCommit(fixture.ledger, target, attempt);
    const outcome: CallOutcome = { intentId, attempt, result: 'accepted', flowLogId: 'fl-1' };
    await Promise.all([fixture.ledger.recordOutcome(outcome), fixture.ledger.recordOutcome(outcome)]);
    await fixture.ledger.recordOutcome(outcome);
    expect(await kindsOf(attempt.operation)).toEqual(['intent', 'outcome']);
  });

  test('an outcome whose writing went unanswered, written again by the next attempt, is one row and counts once', async () => {
    const { target, operation, attempt } = scene();
    const intentId = await takeAndCommit(fixture.ledger, target, attempt);
    const outcome = {
      intentId,
      result: 'refused',
      kind: 'busy',
      code: 'IncorrectStatus',
      sentAt: '2026-01-01T00:00:00Z',
    } as const;
    await fixture.ledger.recordOutcome({ ...outcome, attempt });
    await fixture.ledger.recordOutcome({ ...outcome, attempt: attemptOf(operation, 2) });
    expect(await kindsOf(operation)).toEqual(['intent', 'outcome']);
    await fixture.ledger.recordOutcome({ ...outcome, attempt: attemptOf(operation, 3), code: 'Another' });
    expect(await kindsOf(operation)).toEqual(['intent', 'outcome', 'late-outcome']);
    expect(await fixture.ledger.countRefusals(operation, 'create')).toEqual({ busy: 1 });
  });

  test('of a dead attempt is closed as unknown once, stays pending as unclear, and is resolved once', async () => {
    const { target, operation, attempt } = scene();
    const intentId = await takeAndCommit(fixture.ledger, target, attempt);
    const next = attemptOf(operation, 2);
    await fixture.ledger.closeUnknown(intentId, next);
    await fixture.ledger.closeUnknown(intentId, next);
    expect((await fixture.ledger.readTarget(target)).pending).toMatchObject([{ intentId, state: 'unclear' }]);
    const resolution = { intentId, by: next, resolution: 'effect-absent', readAt: new Date().toISOString() } as const;
    await fixture.ledger.resolveIntent(resolution);
    await fixture.ledger.resolveIntent(resolution);
    expect(await fixture.ledger.readTarget(target)).toMatchObject({ version: 2, pending: [] });
    expect(await kindsOf(operation)).toEqual(['intent', 'unknown', 'resolution']);
  });

  test('an outcome that comes after its intent was closed as unknown is a late row and moves nothing', async () => {
    const { target, operation, attempt } = scene();
    const intentId = await takeAndCommit(fixture.ledger, target, attempt);
    await fixture.ledger.closeUnknown(intentId, attemptOf(operation, 2));
    await fixture.ledger.recordOutcome({ intentId, attempt, result: 'accepted', flowLogId: 'fl-1' });
    const state = await fixture.ledger.readTarget(target);
    expect(state.pending).toMatchObject([{ state: 'unclear' }]);
    expect(state.lastAccepted).toBeUndefined();
    expect(await kindsOf(operation)).toEqual(['intent', 'unknown', 'late-outcome']);
  });

  test('an outcome that comes after a resolution does not touch the intent that is pending now', async () => {
    const { target, operation, attempt } = scene();
    const first = await takeAndCommit(fixture.ledger, target, attempt);
    const second = attemptOf(operation, 2);
    await fixture.ledger.closeUnknown(first, second);
    await fixture.ledger.resolveIntent({
      intentId: first,
      by: second,
      resolution: 'effect-absent',
      readAt: '2026-01-01T00:00:00Z',
    });
    const now = await takeAndCommit(fixture.ledger, target, second);
    await fixture.ledger.recordOutcome({ intentId: first, attempt, result: 'refused', kind: 'busy' });
    expect((await fixture.ledger.readTarget(target)).pending).toMatchObject([{ intentId: now, state: 'open' }]);
  });

  test('whose effect a later run saw counts as accepted, in the name of the run that meant it', async () => {
    const { target, operation, attempt } = scene();
    const intentId = await takeAndCommit(fixture.ledger, target, attempt);
    const later = attemptOf(someRun(target));
    await fixture.ledger.closeUnknown(intentId, later);
    await fixture.ledger.resolveIntent({
      intentId,
      by: later,
      resolution: 'effect-seen',
      flowLogId: 'fl-9',
      readAt: '2026-01-01T00:00:00Z',
    });
    expect(await fixture.ledger.readTarget(target)).toMatchObject({
      pending: [],
      lastAccepted: { flowLogId: 'fl-9', operation },
    });
    expect(await kindsOf(later.operation)).toEqual(['unknown', 'resolution']);
    expect(await fixture.ledger.createdHere(target, 'fl-9', operation)).toBe(true);
    expect(await fixture.ledger.createdHere(target, 'fl-9', later.operation)).toBe(false);
  });

  test('that never was: closing it is an error, except as not sent', async () => {
    const attempt = attemptOf(someRun());
    const outcome = { intentId: 'nothing', attempt };
    await expect(fixture.ledger.recordOutcome({ ...outcome, result: 'accepted' })).rejects.toThrow('no intent nothing');
    await expect(fixture.ledger.closeUnknown('nothing', attempt)).rejects.toThrow('no intent nothing');
    await fixture.ledger.recordOutcome({ ...outcome, result: 'not-sent' });
  });
});

describe('what the record proves', () => {
  test('a create counts as made here only with its very id, target and run', async () => {
    const target = someTarget();
    const operation = await wholeOperation(fixture.ledger, target, 'fl-made');
    const proofs = [
      fixture.ledger.createdHere(target, 'fl-made'),
      fixture.ledger.createdHere(target, 'fl-made', operation),
      fixture.ledger.createdHere(target, 'fl-other'),
      fixture.ledger.createdHere(someTarget(), 'fl-made'),
      fixture.ledger.createdHere(target, 'fl-made', someRun(target)),
    ];
    expect(await Promise.all(proofs)).toEqual([true, true, false, false, false]);
  });

  test('an activated flow log was not made here', async () => {
    const { target, attempt } = scene();
    const intentId = await takeAndCommit(fixture.ledger, target, attempt, { verb: 'activate', flowLogId: 'fl-8' });
    await fixture.ledger.recordOutcome({ intentId, attempt, result: 'accepted' });
    expect(await fixture.ledger.createdHere(target, 'fl-8')).toBe(false);
  });

  test('ends are counted by kind, per run and verb; kills and sends that never happened apart', async () => {
    const { target, operation } = scene();
    const ends: Omit<CallOutcome, 'intentId' | 'attempt'>[] = [
      { result: 'refused', kind: 'busy' },
      { result: 'refused', kind: 'busy' },
      { result: 'not-sent' },
      { result: 'accepted' },
    ];
    for (const [index, end] of ends.entries()) {
      const attempt = attemptOf(operation, index + 1);
      const intentId = await takeAndCommit(fixture.ledger, target, attempt);
      await fixture.ledger.recordOutcome({ intentId, attempt, ...end });
    }
    const killed = await takeAndCommit(fixture.ledger, target, attemptOf(operation, 9));
    await fixture.ledger.closeUnknown(killed, attemptOf(operation, 10));
    const counts = { busy: 2, 'not-sent': 1, accepted: 1, 'no-outcome': 1 };
    expect(await fixture.ledger.countRefusals(operation, 'create')).toEqual(counts);
    expect(await fixture.ledger.countRefusals(operation, 'delete')).toEqual({});
    expect(await fixture.ledger.countRefusals(someRun(target), 'create')).toEqual({});
  });

  test('a rehearsal needs no fence, holds nothing, proves nothing', async () => {
    const { target, operation, attempt } = scene();
    const { intentId } = await fixture.ledger.commitIntent(createIntent(attempt, target, 0, { dryRun: true }));
    await fixture.ledger.recordOutcome({ intentId, attempt, result: 'accepted', flowLogId: 'fl-dry' });
    expect(await fixture.ledger.readTarget(target)).toEqual({ fence: 0, version: 0, pending: [] });
    expect(await fixture.ledger.createdHere(target, 'fl-dry')).toBe(false);
    expect(await fixture.ledger.countRefusals(operation, 'create')).toEqual({});
    expect(await kindsOf(operation)).toEqual(['dry-run', 'outcome']);
  });
});

describe('canonical JSON', () => {
  test.each([
    {
      value: { b: 1, a: [undefined, { d: null, c: 'x' }] },
      text: '{"a":[null,{"c":"x","d":null}],"b":1}',
      reason: 'keys sorted',
    },
    { value: { b: undefined, a: () => 1 }, text: '{}', reason: 'what JSON cannot say is left out' },
    { value: { 10: 1, 9: 2 }, text: '{"10":1,"9":2}', reason: 'numbers as keys sort as text' },
    { value: new Date(0), text: '"1970-01-01T00:00:00.000Z"', reason: 'a time is its ISO text' },
    { value: { n: 10n, e: new Error('no') }, text: '{"e":{"message":"no"},"n":"10"}', reason: 'bigint and Error' },
    { value: undefined, text: 'null', reason: 'nothing is null' },
  ])('$reason', ({ value, text }) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test('every string passes the redactor, keys too', () => {
    const redact = (text: string): string => text.replaceAll('SKsim"', '***');
    expect(canonicalJson({ 'SKsim"': ['a SKsim" b'] }, redact)).toBe('{"***":["a *** b"]}');
  });
});
