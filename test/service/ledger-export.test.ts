import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entryHash, hashedColumns, type Entry } from '../../audit/entry.js';
import { openAuditor, type Auditor, type ExportOptions, type OperationRef, type TargetRef } from '../../audit/index.js';
import {
  attemptOf,
  ledgerFixture,
  someRun,
  someTarget,
  takeAndCommit,
  wholeOperation,
  type LedgerFixture,
} from './fixtures/ledger-fixture.js';

/** A schema as callers have it. */
const describedBy = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../client/schemas/${name}.schema.json`, import.meta.url), 'utf8')) as {
    readonly properties: object;
  };

const secret = 'SK"sim\\secret';
const redact = (text: string): string => text.replaceAll(secret, '***');

let fixture: LedgerFixture;
let auditor: Auditor;
let target: TargetRef;
let operation: OperationRef;
/** A run whose texts try everything: markup, formulas, quotes, line ends, a secret. */
let nasty: OperationRef;

beforeAll(async () => {
  fixture = await ledgerFixture({ redact });
  auditor = await openAuditor({ databaseUrl: fixture.databaseUrl });
  target = someTarget();
  operation = await wholeOperation(fixture.ledger, target, 'fl-exported');
  nasty = someRun();
  const attempt = attemptOf(nasty);
  await fixture.ledger.openOperation({
    operation: nasty,
    workflowType: 'enableFlowLog',
    target: '=HYPERLINK("http://example.com")',
    requestedBy: '<script>alert(1)</script>',
    reason: `line\nbreak, "quotes" & ${secret}`,
    clientIdentity: secret,
    input: { [secret]: [secret] },
    workerBuild: 'test',
  });
  const other = someTarget();
  const intentId = await takeAndCommit(fixture.ledger, other, attempt, {
    params: { Password: secret, deep: [{ secret }] },
    clientToken: secret,
  });
  await fixture.ledger.recordOutcome({
    intentId,
    attempt,
    result: 'refused',
    kind: 'denied',
    code: 'Forbidden',
    message: secret,
  });
  await fixture.ledger.recordEvent({ operation: nasty, event: 'surplus', body: secret });
  await fixture.ledger.closeOperation({ operation: nasty, outcome: 'denied', body: new Error(secret) });
  await auditor.anchor();
});
afterAll(async () => {
  await auditor.close();
  await fixture.close();
});

async function exported(options: ExportOptions): Promise<string> {
  const pieces: Buffer[] = [];
  const sink = new Writable({ write: (piece: Buffer, _, done) => (pieces.push(piece), done()) });
  await auditor.export(sink, options);
  expect(sink.writableEnded).toBe(false);
  return Buffer.concat(pieces).toString();
}

describe('secrets', () => {
  test('are in no row, in no spelling of the export', async () => {
    const spellings = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
    const { rows } = await fixture.owner.query<{ text: string }>('select e::text as text from ledger.entries e');
    const everything = [
      ...rows.map(({ text }) => text),
      await exported({ format: 'jsonl' }),
      await exported({ format: 'html' }),
    ].join();
    for (const spelling of spellings) expect(everything).not.toContain(spelling);
    expect(everything).toContain('***');
  });

  test('are found where no redactor is given: the search is worth something', async () => {
    const bare = await ledgerFixture();
    await bare.ledger.recordEvent({ operation: someRun(), event: 'joined', body: { reason: 'SKsim' } });
    const { rows } = await bare.owner.query('select from ledger.entries where body like $1', ['%SKsim%']);
    expect(rows).toHaveLength(1);
    await bare.close();
  });
});

describe('export', () => {
  test('as JSON lines is exact: every hash can be recomputed from the lines alone', async () => {
    const lines = (await exported({ format: 'jsonl' })).trimEnd().split('\n');
    const described = await describedBy('ledgerEntry');
    const isDescribed = new Ajv2020().compile(described);
    expect(Object.keys(described.properties).sort()).toEqual([...hashedColumns, 'hash'].sort());
    const absent = Object.fromEntries(hashedColumns.map((column) => [column, null]));
    for (const line of lines) {
      const row = JSON.parse(line) as Entry & { body: unknown };
      const body = line.slice(line.indexOf(',"body":') + 8, -1);
      expect(entryHash({ ...absent, ...row, body })).toBe(row.hash);
      expect(isDescribed(row), JSON.stringify(isDescribed.errors)).toBe(true);
    }
    expect(lines).toHaveLength(10);
    expect(lines.filter((line) => line.includes('"kind":"anchor"'))).toHaveLength(1);
  });

  test('as CSV is read back by a CSV reader, and no cell is a formula', async () => {
    const records = parse(await exported({ format: 'csv' }), { columns: true }) as Record<string, string>[];
    expect(records).toHaveLength(10);
    expect(records.filter((record) => Object.values(record).some((cell) => /^[=+@-]/.test(cell)))).toEqual([]);
    expect(records.map(({ target: cell }) => cell)).toContain(`'=HYPERLINK("http://example.com")`);
  });

  test('as HTML is one page that loads nothing, runs nothing, and says whether the record is whole', async () => {
    const page = await exported({ format: 'html' });
    expect(page).toContain('All 10 rows in 3 chains were verified');
    expect(page).not.toMatch(/<script|src=|href=|url\(|@import/i);
    expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62; asked for enableFlowLog');
    expect(page.match(/<section>/g)).toHaveLength(3);
    expect(page.match(/<\/section>/g)).toHaveLength(3);
    expect(page.trimEnd().endsWith('</html>')).toBe(true);
  });

  test('holds the rows from since up to, not including, until', async () => {
    const { rows } = await fixture.owner.query<{ at: Date }>(
      'select min(at) as at from ledger.entries where run_id = $1',
      [nasty.runId],
    );
    const since = rows[0]?.at as Date;
    const count = async (range: Omit<ExportOptions, 'format'>): Promise<number> =>
      (await exported({ format: 'jsonl', ...range })).split('\n').length - 1;
    const [before, after] = [await count({ until: since }), await count({ since })];
    expect([before >= 4, after >= 5, before + after]).toEqual([true, true, 10]);
    expect(await count({ since, until: since })).toBe(0);
  });

  test('a sink that breaks ends the export with its own error', async () => {
    const sink = new Writable({ write: (_, __, done) => done(Object.assign(new Error('gone'), { code: 'EPIPE' })) });
    await expect(auditor.export(sink, { format: 'csv' })).rejects.toMatchObject({ name: 'Error', code: 'EPIPE' });
  });
});

describe('show', () => {
  test.each([
    { reason: 'its workflow id', subject: () => operation.workflowId },
    { reason: 'its run id', subject: () => operation.runId },
    { reason: 'the flow log', subject: () => 'fl-exported' },
    { reason: 'the resource', subject: () => target.key.split('/')[1] },
    { reason: 'the key', subject: () => target.key },
    { reason: 'the whole target', subject: () => `local/vpc/1000000000000001/cn-hangzhou/${target.key}` },
  ])('finds the operation by $reason', async ({ subject }) => {
    const { stories, total } = await auditor.show(subject() as string);
    expect({ total, runs: stories.map((story) => story.operation) }).toEqual({ total: 1, runs: [operation] });
  });

  test('reads as a story', async () => {
    const [story] = (await auditor.show(operation.runId)).stories;
    expect(story?.lines.map(({ says }) => says)).toEqual([
      'network-team asked for enableFlowLog because "CIS 3.3"',
      'CreateFlowLog is about to be sent',
      'CreateFlowLog was accepted for fl-exported, request R-1',
      'the operation ended: created',
    ]);
    expect(story?.lines[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  test('of an account gives the latest runs and says how many there are', async () => {
    const { stories, total } = await auditor.show('1000000000000001', 1);
    expect({ total, shown: stories.length }).toEqual({ total: 2, shown: 1 });
    expect(stories[0]?.operation).toEqual(nasty);
  });

  test.each(['nothing', 'vpc-', 'VPC', '%', ''])('of "%s" finds nothing', async (subject) => {
    expect(await auditor.show(subject)).toEqual({ stories: [], total: 0 });
  });
});
