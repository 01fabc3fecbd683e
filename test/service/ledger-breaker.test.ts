import { afterAll, beforeAll, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type CallOutcome, type Intent, type TargetRef, openAuditor } from '../../audit/index.js';
import {
  type LedgerFixture,
  attemptOf,
  createIntent,
  ledgerFixture,
  someRun,
  someTarget,
  takeAndCommit,
} from './fixtures/ledger-fixture.js';

/** Law 12: what was refused to the whole account is not asked again by the same bulk, and few changes of a bulk are under way. */

let fixture: LedgerFixture;
beforeAll(async () => {
  fixture = await ledgerFixture({ redact: (text) => text.replaceAll('SKsim', '***') });
});
afterAll(() => fixture.close());

let bulks = 0;
const someBulk = () => `bulk-run-${++bulks}`;

interface Asked {
  /** None: an operation by itself. */
  readonly bulk?: string;
  readonly target?: Partial<TargetRef>;
  readonly intent?: Partial<Intent>;
}

/** An operation that is about to create, as its bulk opened it. */
async function operation({ bulk, target: over, intent }: Asked) {
  const target = someTarget(over);
  const run = someRun(target);
  const attempt = attemptOf(run);
  await fixture.ledger.openOperation({
    operation: run,
    workflowType: 'enableFlowLog',
    target,
    requestedBy: 'test',
    input: {},
    workerBuild: 'test',
    ...omitUndefined({ bulk: bulk || undefined }),
  });
  return { run, attempt, target, commit: () => takeAndCommit(fixture.ledger, target, attempt, intent) };
}

const quota: Pick<CallOutcome, 'result' | 'kind' | 'code' | 'message' | 'requestId' | 'accountWide'> = {
  result: 'refused',
  kind: 'quota',
  code: 'QuotaExceeded.FlowlogCount',
  message: 'The maximum number of flow logs of SKsim is exceeded.',
  requestId: 'R-7',
  accountWide: true,
};

/** One operation of the bulk is refused. */
async function refuse(asked: Asked, over: Partial<CallOutcome> = {}) {
  const { attempt, commit, run } = await operation(asked);
  const intentId = await commit();
  await fixture.ledger.recordOutcome({ ...quota, intentId, attempt, ...over });
  return run;
}

test('the rest of a bulk is not sent what was refused to the account, and is told by what', async () => {
  const bulk = someBulk();
  await refuse({ bulk });
  const { commit, target } = await operation({ bulk });
  await expect(commit()).rejects.toMatchObject({
    reason: 'breaker',
    message:
      'not sent: CreateFlowLog in cn-hangzhou was refused before in this bulk: The maximum number of flow logs of *** is exceeded. (request R-7)',
    detail: { kind: 'quota', code: 'QuotaExceeded.FlowlogCount', requestId: 'R-7', action: 'CreateFlowLog' },
  });
  expect((await fixture.ledger.readTarget(target)).pending).toEqual([]);
});

const others: readonly (Asked & { readonly reason: string; readonly sameBulk?: boolean })[] = [
  { sameBulk: true, target: { accountId: '1000000000000002' }, reason: 'another account' },
  { sameBulk: true, target: { place: 'cn-beijing' }, reason: 'another region' },
  { sameBulk: true, target: { product: 'cen' }, reason: 'another product' },
  { sameBulk: true, intent: { verb: 'activate', action: 'ActiveFlowLog' }, reason: 'another action' },
  { bulk: 'a-later-bulk', reason: 'another bulk' },
  { reason: 'an operation by itself' },
];
test.each(others)('the refusal does not hold $reason', async ({ sameBulk, ...asked }) => {
  const bulk = someBulk();
  await refuse({ bulk });
  const { commit } = await operation(sameBulk ? { ...asked, bulk } : asked);
  await expect(commit()).resolves.toEqual(expect.any(String));
});

const silent: readonly { readonly outcome: Partial<CallOutcome>; readonly reason: string }[] = [
  { outcome: { accountWide: false }, reason: 'of one target alone' },
  { outcome: { accountWide: false, result: 'ambiguous', kind: 'ambiguous' }, reason: 'that is no refusal' },
];
test.each(silent)('an end $reason opens nothing', async ({ outcome }) => {
  const bulk = someBulk();
  await refuse({ bulk }, outcome);
  const { commit } = await operation({ bulk });
  await expect(commit()).resolves.toEqual(expect.any(String));
});

test('the first refusal stands, and is told in the chain of the operation that got it', async () => {
  const bulk = someBulk();
  const pair = [await operation({ bulk }), await operation({ bulk })] as const;
  const intents = [await pair[0].commit(), await pair[1].commit()] as const;
  await fixture.ledger.recordOutcome({ ...quota, intentId: intents[0], attempt: pair[0].attempt });
  await fixture.ledger.recordOutcome({ ...quota, intentId: intents[1], attempt: pair[1].attempt, requestId: 'R-8' });
  const { commit } = await operation({ bulk });
  await expect(commit()).rejects.toMatchObject({ detail: { requestId: 'R-7' } });
  const auditor = await openAuditor({ databaseUrl: fixture.databaseUrl });
  const told = async (runId: string) => (await auditor.show(runId)).stories[0]?.lines.map(({ says }) => says) ?? [];
  expect((await told(pair[0].run.runId)).at(-1)).toBe(
    'CreateFlowLog is not asked for again in this bulk: the account is refused it with QuotaExceeded.FlowlogCount (The maximum number of flow logs of *** is exceeded.), request R-7',
  );
  expect((await told(pair[1].run.runId)).at(-1)).toContain('was refused');
  expect(await auditor.verify()).toMatchObject({ ok: true });
  await auditor.close();
});

test('so many changes of a bulk are under way in one place, and no more; each end makes room', async () => {
  const bulk = someBulk();
  const asked = { bulk, target: { place: 'cn-busy' }, intent: { inFlightAtMost: 2 } };
  const [first, second, third] = [await operation(asked), await operation(asked), await operation(asked)];
  const intentId = await first.commit();
  await second.commit();
  await expect(third.commit()).rejects.toMatchObject({ reason: 'busy-scope', detail: { open: 2 } });
  await fixture.ledger.recordOutcome({ intentId, attempt: first.attempt, result: 'accepted', flowLogId: 'fl-1' });
  await expect(third.commit()).resolves.toEqual(expect.any(String));
});

test('a change whose end is unclear, or was closed as unknown, is not under way', async () => {
  const bulk = someBulk();
  const asked = { bulk, target: { place: 'cn-unclear' }, intent: { inFlightAtMost: 1 } };
  const [first, second, third] = [await operation(asked), await operation(asked), await operation(asked)];
  const unclear = await first.commit();
  await fixture.ledger.recordOutcome({
    intentId: unclear,
    attempt: first.attempt,
    result: 'ambiguous',
    kind: 'ambiguous',
  });
  const lost = await second.commit();
  await expect(third.commit()).rejects.toMatchObject({ reason: 'busy-scope' });
  await fixture.ledger.closeUnknown(lost, attemptOf(second.run, 2));
  await expect(third.commit()).resolves.toEqual(expect.any(String));
});

test('a change whose run was ended by force counts as under way for a minute', async () => {
  const bulk = someBulk();
  const asked = { bulk, target: { place: 'cn-forced' }, intent: { inFlightAtMost: 1 } };
  const [first, second] = [await operation(asked), await operation(asked)];
  await first.commit();
  await expect(second.commit()).rejects.toMatchObject({ reason: 'busy-scope' });
  await fixture.owner.query(
    `update ledger.targets set open_since = open_since - interval '61 s' where open_call like '%cn-forced%'`,
  );
  await expect(second.commit()).resolves.toEqual(expect.any(String));
});

test('an operation by itself is held by no number, and takes nobody’s room', async () => {
  const place = { place: 'cn-alone' };
  const intent = { inFlightAtMost: 1 };
  const [first, second] = [await operation({ target: place, intent }), await operation({ target: place, intent })];
  await first.commit();
  await second.commit();
  const ofBulk = await operation({ bulk: someBulk(), target: place, intent });
  await expect(ofBulk.commit()).resolves.toEqual(expect.any(String));
});

test('fence and pending changes go before: a refusal is told only to whoever might have sent', async () => {
  const bulk = someBulk();
  await refuse({ bulk });
  const { target, attempt } = await operation({ bulk });
  const { fence } = await fixture.ledger.takeFence(target, attempt);
  await fixture.ledger.takeFence(target, attemptOf(someRun(target)));
  await expect(fixture.ledger.commitIntent(createIntent(attempt, target, fence))).rejects.toMatchObject({
    reason: 'superseded',
  });
});
