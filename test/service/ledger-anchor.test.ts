import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  AnchorFileError,
  anchorText,
  appendAnchor,
  readAnchors,
  openAuditor,
  openLedger,
  parseAnchor,
  type Anchor,
  type Auditor,
  type Ledger,
} from '../../audit/index.js';
import { ledgerFixture, someRun, wholeOperation, type LedgerFixture } from './fixtures/ledger-fixture.js';

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
    await expect.poll(async () => (await auditor.verify()).unanchoredChains, { timeout: 60_000 }).toBe(0);
    expect(logged).toMatchObject([{ count: 1 }]);
  });

  test('when time has passed, once for all workers, and never for nothing', async () => {
    const options = { databaseUrl: fixture.databaseUrl, anchorEveryMs: 200, log };
    const others = await Promise.all([openLedger(options), openLedger(options), openLedger(options)]);
    await wholeOperation(fixture.ledger);
    await expect.poll(async () => (await auditor.verify()).unanchoredChains, { timeout: 60_000 }).toBe(0);
    // On a slow machine a round may come in the middle of the operation: no two anchors are of the same moment all the same.
    const made = logged.length;
    expect(new Set(logged.map(({ head }) => head)).size).toBe(made);
    // Several more rounds of all three, with nothing to do.
    await new Promise((resolve) => setTimeout(resolve, 600));
    await Promise.all(others.map((other) => other.close()));
    expect(logged).toHaveLength(made);
    expect(await auditor.verify()).toMatchObject({ ok: true, anchor: { count: made } });
  });

  test('at its start, however short the lives of workers are', async () => {
    // Each life is far shorter than the minute between two anchors; the second begins with something new and no anchor yet.
    for (let life = 0; life < 2; life++) {
      const shortLived = await openLedger({ databaseUrl: fixture.databaseUrl, anchorEveryMs: 60_000, log });
      if (life === 0) await wholeOperation(shortLived);
      await shortLived.close();
    }
    expect(logged).toMatchObject([{ count: 1 }]);
    expect((await auditor.verify()).unanchoredChains).toBe(0);
  });
});

describe('anchors leave the database by themselves', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flowlog-anchors-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('into a file of every worker, whoever made them, and the ledger is verified against each file', async () => {
    const files = ['a', 'b'].map((name) => join(folder, `${name}.jsonl`));
    const workers = await Promise.all(
      files.map((file) =>
        openLedger({
          databaseUrl: fixture.databaseUrl,
          anchorEveryMs: 100,
          keepOutside: (anchor) => appendAnchor(file, anchor),
        }),
      ),
    );
    await wholeOperation(fixture.ledger);
    const read = () => Promise.all(files.map((file) => readAnchors(file).catch(() => [])));
    await expect.poll(async () => (await read()).map((anchors) => anchors.length), { timeout: 60_000 }).toEqual([1, 1]);
    await Promise.all(workers.map((each) => each.close()));
    const [a, b] = await read();
    expect(a?.map(({ count, head }) => ({ count, head }))).toEqual(b?.map(({ count, head }) => ({ count, head })));
    for (const outside of [a, b]) {
      const found = await auditor.verify({ outside: outside ?? [] });
      expect(found).toMatchObject({ ok: true, stand: { anchor: { count: 1 }, entriesAfter: 0 } });
    }
  });

  test('and again in the next round where the file could not be written', async () => {
    const kept: Anchor[] = [];
    let failures = 2;
    worker = await openLedger({
      databaseUrl: fixture.databaseUrl,
      anchorEveryMs: 50,
      keepOutside: (anchor) =>
        failures-- > 0 ? Promise.reject(new Error('disk full')) : Promise.resolve(void kept.push(anchor)),
    });
    await wholeOperation(fixture.ledger);
    await expect.poll(() => kept.length, { timeout: 60_000 }).toBeGreaterThan(0);
    expect(failures).toBeLessThan(0);
  });

  const head = 'b'.repeat(64);
  test.each([
    {
      what: 'lines of JSON',
      text: `{"count":1,"head":"${head}","at":"2026-01-01T00:00:00.000Z"}\n{"count":2,"head":"${head}"}\n`,
      counts: [1, 2],
    },
    { what: 'the words that `audit anchor` prints', text: `1:${head}\n2:${head}\n`, counts: [1, 2] },
    {
      what: "a worker's log, with lines about other things",
      text: `{"level":30,"msg":"started"}\n{"anchor":{"count":7,"head":"${head}","at":"x"},"chains":3,"msg":"ledger anchored"}\n`,
      counts: [7],
    },
    { what: 'a file whose last line was cut off while it was written', text: `1:${head}\n{"count":2,"he`, counts: [1] },
  ])('and are read back from $what', async ({ text, counts }) => {
    const file = join(folder, 'anchors');
    await writeFile(file, text);
    expect((await readAnchors(file)).map(({ count }) => count)).toEqual(counts);
  });

  test.each([
    { what: 'no file', text: undefined, says: /cannot be read/ },
    { what: 'an empty file', text: '', says: /holds no anchor/ },
    { what: 'a log without anchors', text: '{"msg":"started"}\n', says: /holds no anchor/ },
    { what: 'a damaged line in the middle', text: `{"count":1,"he\n2:${head}\n`, says: /line 1: not an anchor/ },
  ])('$what is refused by name', async ({ text, says }) => {
    const file = join(folder, 'anchors');
    if (text !== undefined) await writeFile(file, text);
    await expect(readAnchors(file)).rejects.toThrow(AnchorFileError);
    await expect(readAnchors(file)).rejects.toThrow(says);
  });
});
