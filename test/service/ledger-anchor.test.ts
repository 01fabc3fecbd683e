import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  anchorText,
  openAuditor,
  openLedger,
  parseAnchor,
  type Anchor,
  type Auditor,
  type Ledger,
} from '../../audit/index.js';
import { ledgerFixture, someRun, wholeOperation, type LedgerFixture } from './ledger-fixture.js';

let fixture: LedgerFixture;
let auditor: Auditor;
let worker: Ledger | undefined;
const logged: Anchor[] = [];
const log = {
  info: (fields: object) => void logged.push((fields as { anchor: Anchor }).anchor),
  warn: () => undefined,
};

beforeEach(async () => {
  logged.length = 0;
  fixture = await ledgerFixture();
  auditor = await openAuditor({ databaseUrl: fixture.databaseUrl, log });
});
afterEach(async () => {
  await worker?.close();
  worker = undefined;
  await auditor.close();
  await fixture.close();
});

describe('an anchor asked for', () => {
  test('covers all there is, is logged, and is the same until something moves', async () => {
    expect(await auditor.anchor()).toBeUndefined();
    await wholeOperation(fixture.ledger);
    const first = await auditor.anchor();
    expect(await auditor.anchor()).toEqual(first);
    await wholeOperation(fixture.ledger);
    const second = await auditor.anchor();
    expect([first?.count, second?.count]).toEqual([1, 2]);
    expect(logged).toEqual([first, second]);
    expect(await auditor.verify({ outside: [{ ...(first as Anchor), from: 'a test' }] })).toMatchObject({
      ok: true,
      anchor: second,
    });
  });

  test('covers operations that are still running, and their later rows again', async () => {
    const operation = someRun();
    await fixture.ledger.recordEvent({ operation, event: 'joined', body: {} });
    await auditor.anchor();
    await fixture.ledger.recordEvent({ operation, event: 'joined', body: {} });
    expect(await auditor.verify()).toMatchObject({ ok: true, unanchoredChains: 1 });
    await auditor.anchor();
    expect(await auditor.verify()).toMatchObject({ ok: true, unanchoredChains: 0 });
  });

  test('of another ledger, or with a digit changed, is not in this one', async () => {
    await wholeOperation(fixture.ledger);
    const anchor = (await auditor.anchor()) as Anchor;
    const wrong = { ...anchor, head: anchor.head.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) };
    expect(await auditor.verify({ outside: [{ ...wrong, from: 'a test' }] })).toMatchObject({
      ok: false,
      broken: { seq: 1 },
    });
    expect(await auditor.verify({ outside: [{ ...anchor, count: 7, from: 'a test' }] })).toMatchObject({
      ok: false,
      broken: { seq: 7 },
    });
  });

  test('is one word that can be given back', async () => {
    await wholeOperation(fixture.ledger);
    const { count, head } = (await auditor.anchor()) as Anchor;
    expect(parseAnchor(` ${anchorText({ count, head })}\n`)).toEqual({ count, head });
  });

  test.each(['', '1', '0:' + 'a'.repeat(64), '1:' + 'A'.repeat(64), '1:abc'])('"%s" is no anchor', (text) => {
    expect(() => parseAnchor(text)).toThrow(TypeError);
  });
});

describe('a worker anchors by itself', () => {
  test('when it has closed enough operations', async () => {
    worker = await openLedger({
      databaseUrl: fixture.databaseUrl,
      anchorEveryClosings: 3,
      anchorEveryMs: 3_600_000,
      log,
    });
    await wholeOperation(worker);
    await wholeOperation(worker);
    expect((await auditor.verify()).unanchoredChains).toBe(2);
    await wholeOperation(worker);
    await expect.poll(async () => (await auditor.verify()).unanchoredChains, { timeout: 30_000 }).toBe(0);
    expect(logged).toMatchObject([{ count: 1 }]);
  });

  test('when time has passed, once for all workers, and never for nothing', async () => {
    const options = { databaseUrl: fixture.databaseUrl, anchorEveryMs: 200, log };
    const others = await Promise.all([openLedger(options), openLedger(options), openLedger(options)]);
    await wholeOperation(fixture.ledger);
    await expect.poll(async () => (await auditor.verify()).unanchoredChains, { timeout: 30_000 }).toBe(0);
    // Several more rounds of all three, with nothing to do.
    await new Promise((resolve) => setTimeout(resolve, 600));
    await Promise.all(others.map((other) => other.close()));
    expect(logged).toHaveLength(1);
    expect(await auditor.verify()).toMatchObject({ ok: true, anchor: { count: 1 } });
  });
});
