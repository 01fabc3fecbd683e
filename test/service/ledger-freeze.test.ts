import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openAuditor, type Auditor, type FreezeScope, type TargetRef } from '../../audit/index.js';
import {
  attemptOf,
  createIntent,
  ledgerFixture,
  someRun,
  someTarget,
  takeAndCommit,
  type LedgerFixture,
} from './fixtures/ledger-fixture.js';

let fixture: LedgerFixture;
let auditor: Auditor;
beforeAll(async () => {
  fixture = await ledgerFixture();
  auditor = await openAuditor({ databaseUrl: fixture.databaseUrl, redact: (text) => text.replaceAll('SKsim', '***') });
});
afterEach(async () => {
  for (const { freezeId } of await auditor.freezes()) await auditor.thaw({ freezeId, reason: 'clean', by: 'test' });
});
afterAll(async () => {
  await auditor.close();
  await fixture.close();
});

const words = { reason: 'incident 7', by: 'ops' };

test.each<{ scope: FreezeScope; target: Partial<TargetRef>; frozen: boolean; reason: string }>([
  { scope: {}, target: {}, frozen: true, reason: 'no part given holds everything' },
  { scope: { product: 'vpc' }, target: {}, frozen: true, reason: 'its product' },
  { scope: { product: 'cen' }, target: {}, frozen: false, reason: 'another product' },
  { scope: { accountId: '1000000000000001' }, target: {}, frozen: true, reason: 'its account' },
  { scope: { accountId: '100000000000000' }, target: {}, frozen: false, reason: 'an account whose uid only begins so' },
  { scope: { region: 'cn-hangzhou' }, target: {}, frozen: true, reason: 'its region' },
  {
    scope: { region: 'cn-hangzhou' },
    target: { product: 'ecr', place: 'central' },
    frozen: false,
    reason: 'a central product is in no region',
  },
  {
    scope: { region: 'central' },
    target: { product: 'ecr', place: 'central' },
    frozen: true,
    reason: 'central is named so',
  },
  { scope: { region: 'cn-hangzhou', product: 'cen' }, target: {}, frozen: false, reason: 'all parts must match' },
])('a freeze of $scope: $reason', async ({ scope, target: over, frozen }) => {
  const { freezeId } = await auditor.freeze({ ...scope, ...words });
  const target = someTarget(over);
  const attempt = attemptOf(someRun(target));
  const { fence } = await fixture.ledger.takeFence(target, attempt);
  const committed = fixture.ledger.commitIntent(createIntent(attempt, target, fence));
  if (frozen) await expect(committed).rejects.toMatchObject({ reason: 'frozen', detail: { freezeId, ...words } });
  else await expect(committed).resolves.toHaveProperty('intentId');
});

test('a freeze holds rehearsals too, and no read', async () => {
  await auditor.freeze(words);
  const target = someTarget();
  const dry = createIntent(attemptOf(someRun(target)), target, 0, { dryRun: true });
  await expect(fixture.ledger.commitIntent(dry)).rejects.toMatchObject({ reason: 'frozen' });
  await expect(fixture.ledger.readTarget(target)).resolves.toMatchObject({ pending: [] });
});

test('an outcome of what was sent before the freeze is still recorded', async () => {
  const target = someTarget();
  const attempt = attemptOf(someRun(target));
  const intentId = await takeAndCommit(fixture.ledger, target, attempt);
  await auditor.freeze(words);
  await fixture.ledger.recordOutcome({ intentId, attempt, result: 'accepted' });
  expect((await fixture.ledger.readTarget(target)).pending).toEqual([]);
});

test('freezes add up: a thaw lifts those of exactly its scope, and changes go on when the last is lifted', async () => {
  const wide = await auditor.freeze({ product: 'vpc', ...words });
  const narrow = await auditor.freeze({ product: 'vpc', region: 'cn-hangzhou', ...words });
  expect(await auditor.thaw({ product: 'vpc', ...words })).toEqual([wide.freezeId]);
  expect(await auditor.thaw({ product: 'vpc', ...words })).toEqual([]);
  expect(await auditor.freezes()).toMatchObject([{ freezeId: narrow.freezeId, region: 'cn-hangzhou', ...words }]);
  const target = someTarget();
  const attempt = attemptOf(someRun(target));
  await expect(takeAndCommit(fixture.ledger, target, attempt)).rejects.toMatchObject({ reason: 'frozen' });
  expect(await auditor.thaw({ freezeId: narrow.freezeId, ...words })).toEqual([narrow.freezeId]);
  await expect(takeAndCommit(fixture.ledger, target, attempt)).resolves.toEqual(expect.any(String));
});

test('freeze and thaw are rows of the record, with who and why, and without secrets', async () => {
  await auditor.freeze({ accountId: '7', reason: 'key SKsim leaked', by: 'ops' });
  await auditor.thaw({ accountId: '7', reason: 'rotated', by: 'ops' });
  const { stories } = await auditor.show('ledger/freezes');
  const said = stories[0]?.lines.map(({ says }) => says).slice(-2);
  expect(said).toEqual(['ops froze accountId 7 because "key *** leaked"', 'ops thawed accountId 7 because "rotated"']);
  expect(await auditor.verify()).toMatchObject({ ok: true });
});

test.each([
  { ...words, reason: ' ' },
  { ...words, by: '' },
])('a freeze without %o is refused', async (request) => {
  await expect(auditor.freeze(request)).rejects.toBeInstanceOf(TypeError);
});
