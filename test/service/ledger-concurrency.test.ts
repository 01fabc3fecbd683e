import { afterAll, beforeAll, expect, test } from 'vitest';
import { IntentRefused, migrate, openAuditor, openLedger, type Ledger } from '../../audit/index.js';
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
import { freshDatabase } from './fixtures/servers.js';

let fixture: LedgerFixture;
/** A second worker, with connections of its own. */
let other: Ledger;
beforeAll(async () => {
  fixture = await ledgerFixture();
  other = await openLedger({ databaseUrl: fixture.databaseUrl, anchorEveryMs: 0 });
});
afterAll(async () => {
  await other.close();
  await fixture.close();
});

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

test('50 attempts of two workers on one target: fences are 1 to 50, one intent at most is committed', async () => {
  const target = someTarget();
  const ended = await Promise.all(
    times(50, async (index) => {
      const ledger = index % 2 ? other : fixture.ledger;
      const attempt = attemptOf(someRun(target), index + 1);
      const { fence } = await ledger.takeFence(target, attempt);
      const committed = await ledger
        .commitIntent(createIntent(attempt, target, fence))
        .catch((error: unknown) => error);
      return { fence, committed };
    }),
  );
  expect(ended.map(({ fence }) => fence).sort((a, b) => a - b)).toEqual(times(50, (index) => index + 1));
  const refusals = ended.map(({ committed }) => committed).filter((answer) => answer instanceof IntentRefused);
  expect(refusals.length).toBeGreaterThanOrEqual(49);
  expect((await fixture.ledger.readTarget(target)).pending.length).toBe(50 - refusals.length);
});

test('one fence, 20 commits with it at once: exactly one is admitted, the others are told it is pending', async () => {
  const target = someTarget();
  const attempt = attemptOf(someRun(target));
  const { fence } = await fixture.ledger.takeFence(target, attempt);
  const answers = await Promise.allSettled(
    times(20, (index) => (index % 2 ? other : fixture.ledger).commitIntent(createIntent(attempt, target, fence))),
  );
  const reasons = answers.map((answer) =>
    answer.status === 'fulfilled' ? 'admitted' : (answer.reason as IntentRefused).reason,
  );
  expect(reasons.filter((reason) => reason === 'admitted')).toHaveLength(1);
  expect(reasons.filter((reason) => reason === 'pending')).toHaveLength(19);
});

test('an outcome and a closing as unknown at once: one of them closes the intent, and the other knows', async () => {
  for (let round = 0; round < 20; round++) {
    const target = someTarget();
    const operation = someRun(target);
    const attempt = attemptOf(operation);
    const intentId = await takeAndCommit(fixture.ledger, target, attempt);
    await Promise.all([
      other.closeUnknown(intentId, attemptOf(operation, 2)),
      fixture.ledger.recordOutcome({ intentId, attempt, result: 'accepted', flowLogId: 'fl-1' }),
    ]);
    const { rows } = await fixture.owner.query<{ kind: string }>(
      `select kind from ledger.entries where intent_id = $1 and kind <> 'intent' order by seq`,
      [intentId],
    );
    const kinds = rows.map(({ kind }) => kind).join();
    const { pending } = await fixture.ledger.readTarget(target);
    expect([kinds, pending.length]).toEqual(kinds === 'outcome' ? ['outcome', 0] : ['unknown,late-outcome', 1]);
  }
});

test('many operations, anchors and readers at once: no deadlock, and every chain verifies', async () => {
  const auditor = await openAuditor({ databaseUrl: fixture.databaseUrl });
  await Promise.all([
    ...times(60, (index) => wholeOperation(index % 2 ? other : fixture.ledger)),
    ...times(8, () => auditor.anchor()),
    ...times(3, async () => expect(await auditor.verify()).toMatchObject({ ok: true })),
  ]);
  await auditor.anchor();
  expect(await auditor.verify()).toMatchObject({ ok: true, unanchoredChains: 0 });
  await auditor.close();
});

test('rows of one chain written at once stand one after the other', async () => {
  const operation = someRun();
  await Promise.all(
    times(40, (index) =>
      (index % 2 ? other : fixture.ledger).recordEvent({ operation, event: 'joined', body: { index } }),
    ),
  );
  expect(await fixture.ledger.head(operation)).toMatchObject({ count: 40 });
});

test('an operation opened or closed by several at once has one first and one last row', async () => {
  const operation = someRun();
  const heads = await Promise.all(
    times(10, (index) =>
      (index % 2 ? other : fixture.ledger).closeOperation({ operation, outcome: 'created', body: { index } }),
    ),
  );
  expect(new Set(heads.map(({ head }) => head)).size).toBe(1);
  expect(heads[0]?.count).toBe(1);
});

test('any number of workers migrate at once; one does it and all succeed', async () => {
  const databaseUrl = await freshDatabase();
  await Promise.all(times(6, () => migrate(databaseUrl)));
  const ledger = await openLedger({ databaseUrl, anchorEveryMs: 0 });
  expect(await ledger.head(someRun())).toBeUndefined();
  await ledger.close();
});

test('a database that was never migrated is refused with what to do', async () => {
  await expect(openLedger({ databaseUrl: await freshDatabase() })).rejects.toThrow('run the migrations first');
});
