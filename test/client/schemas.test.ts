import { readFile, readdir } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../client/schemas/answers.js';
import { schemaDocuments } from '../../client/schemas/documents.js';
import type { DoubtReport, DoubtRow, ResolveDoubtsReport } from '../../workflows/contract/doubts.js';
import { parseListDoubtsInput, parseResolveDoubtsInput } from '../../workflows/contract/doubt-input.js';
import type { DiscoveredResource } from '../../cloud/discovery/selector.js';
import type { InspectReport, InspectedFlowLog } from '../../workflows/contract/operation.js';
import { checkAsked } from '../../workflows/operation/check-request.js';
import { parseBulkInput } from '../../workflows/bulk/input.js';
import { report } from './fixtures/cli-world.js';

const folder = new URL('../../client/schemas/', import.meta.url);

describe('the JSON Schemas for callers in other languages', () => {
  it('are current: run `npx tsx client/schemas/write.ts && npx prettier --write client/schemas`', async () => {
    for (const [name, document] of Object.entries(schemaDocuments())) {
      const kept: unknown = JSON.parse(await readFile(new URL(name, folder), 'utf8'));
      expect(kept, name).toEqual(JSON.parse(JSON.stringify(document)));
    }
  });

  it('hold no file that nothing makes any more', async () => {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.schema.json'));
    expect(files.sort()).toEqual(Object.keys(schemaDocuments()).sort());
  });

  it('describe the report that operations give', () => {
    expect(reportSchema.safeParse(report).error).toBeUndefined();
  });
});

/** As a caller in another language would: by a validator that knows nothing of this service. */
const validator = new Ajv2020({ validateFormats: false });
for (const [name, document] of Object.entries(schemaDocuments()))
  validator.addSchema(JSON.parse(JSON.stringify(document)) as object, name);
const takes = (name: string, value: unknown): boolean => validator.validate(`${name}.schema.json`, value);

describe('the JSON Schema of what the update request asks for', () => {
  it.each([
    { asked: { operation: 'enable', input: { target: {} } }, isTaken: true },
    { asked: { operation: 'delete', input: {}, workflowId: 'parent' }, isTaken: true },
    { asked: { operation: 'create', input: {} }, isTaken: false },
    { asked: { operation: 'enable' }, isTaken: false },
    { asked: { operation: 'enable', input: {}, wish: 'x' }, isTaken: false },
  ])('takes what the workflow takes: $asked: $isTaken', ({ asked, isTaken }) => {
    expect(takes('askedRequest', asked)).toBe(isTaken);
    const takesInput = (input: unknown) => (input === undefined ? { problems: [] } : { input });
    expect('input' in checkAsked(asked, (_, input) => takesInput(input))).toBe(isTaken);
  });
});

describe('the JSON Schemas of changes in doubt', () => {
  const words = { as: 'done', requestedBy: 'network-team', reason: 'seen in the console' };
  it.each([
    { input: {}, isTaken: false, reason: 'nothing is named' },
    { input: { intentId: '3f2a9c1e' }, isTaken: true, reason: 'one change' },
    { input: { intentId: '3f2a9c1e', everything: false }, isTaken: true, reason: 'one change, said twice' },
    { input: { intentId: '3f2a' }, isTaken: false, reason: 'so short a beginning means many' },
    { input: { intentId: '3f2a9c1e', region: 'cn-hangzhou' }, isTaken: false, reason: 'one change and a place' },
    { input: { intentId: '3f2a9c1e', everything: true }, isTaken: false, reason: 'one change and everything' },
    { input: { intentId: '3f2a9c1e', after: 'x' }, isTaken: false, reason: 'one change has no pages' },
    { input: { everything: true, after: 'x' }, isTaken: true, reason: 'everything, page by page' },
    { input: { everything: false }, isTaken: false, reason: 'nothing is named either' },
    { input: { everything: true, product: 'vpc' }, isTaken: false, reason: 'everything and a place' },
    { input: { everything: false, product: 'vpc' }, isTaken: true, reason: 'a place' },
    { input: { region: 'cn-hangzhou', accountId: '1', product: 'cen' }, isTaken: true, reason: 'a place in all parts' },
    { input: { product: 'rds' }, isTaken: false, reason: 'no such product' },
    { input: { product: 'vpc', reason: undefined }, isTaken: false, reason: 'a reason is needed' },
    { input: { product: 'vpc', reason: ' ' }, isTaken: false, reason: 'blanks are no reason' },
    { input: { product: 'vpc', as: 'maybe' }, isTaken: false, reason: 'no such verdict' },
    { input: { product: 'vpc', force: true }, isTaken: false, reason: 'no such field' },
  ])('take for resolveDoubts what the workflow takes: $input, $reason', ({ input, isTaken }) => {
    const argument: unknown = JSON.parse(JSON.stringify({ ...words, ...input }));
    expect('input' in parseResolveDoubtsInput(argument)).toBe(isTaken);
    expect(takes('resolveDoubts', argument)).toBe(isTaken);
  });

  it.each([
    { input: {}, isTaken: true },
    { input: { region: 'central', limit: 200, after: 'x' }, isTaken: true },
    { input: { intentId: '3f2a9c1e-0000-4000-8000-000000000000' }, isTaken: true },
    { input: { limit: 201 }, isTaken: false },
    { input: { region: 'cn/hangzhou' }, isTaken: false },
    { input: { as: 'done' }, isTaken: false },
  ])('take for listDoubts what the workflow takes: $input', ({ input, isTaken }) => {
    expect('input' in parseListDoubtsInput(input)).toBe(isTaken);
    expect(takes('listDoubts', input)).toBe(isTaken);
  });

  const row: Required<DoubtRow> = {
    intentId: '3f2a9c1e-0000-4000-8000-000000000000',
    product: 'vpc',
    accountId: '1000000000000001',
    region: 'cn-hangzhou',
    key: 'VPC/vpc-1',
    verb: 'create',
    action: 'CreateFlowLog',
    flowLogId: 'fl-1',
    since: '2026-01-01T00:00:00.123Z',
    workflowId: 'flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1',
    runId: 'run-1',
    requestedBy: 'network-team',
    reason: 'CIS 3.3',
    bulk: 'flow-log-bulk/july',
    answer: { code: 'TaskConflict', message: 'busy', requestId: 'R-1' },
    lost: 'ReadTimeout',
    lastLook: {
      flowLogs: [{ flowLogId: 'fl-1', status: 'Active', whose: 'own' }],
      more: 3,
      readAt: '2026-01-01T00:01:00Z',
    },
    graceOverAt: '2026-01-01T00:01:00Z',
    decidesAt: '2026-01-01T00:01:10Z',
    waiting: 'flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1',
  };
  const look = { service: 'not open', readAt: '2026-01-01T00:01:00Z' } as const;

  it('describe what listDoubts gives', () => {
    const listed: DoubtReport = { doubts: [row, { ...row, lastLook: look, verb: 'openService' }], total: 3, next: 'x' };
    expect(takes('doubtReport', listed)).toBe(true);
    expect(takes('doubtReport', { ...listed, doubts: [{ ...row, since: undefined }] })).toBe(false);
  });

  it('describe what resolveDoubts gives, of changes that are in doubt no more too', () => {
    const { intentId } = row;
    const said: ResolveDoubtsReport = {
      rows: [
        { ...row, settled: true, message: 'it took effect', look, woken: row.workflowId },
        { intentId, settled: false, why: 'not-in-doubt', message: 'the cloud accepted it' },
      ],
      total: 2,
    };
    expect(takes('resolveDoubtsReport', said)).toBe(true);
    expect(
      takes('resolveDoubtsReport', { ...said, rows: [{ intentId, settled: false, why: 'tired', message: '' }] }),
    ).toBe(false);
  });
});

describe('the JSON Schemas of looks at the cloud', () => {
  const readAt = '2026-01-01T00:00:00.123Z';
  const resource = { type: 'VPC', id: 'vpc-1' };
  const flowLog: Required<InspectedFlowLog> = {
    product: 'vpc',
    whose: 'foreign',
    flowLogId: 'fl-1',
    status: 'active',
    rawStatus: 'Active',
    businessStatus: 'Normal',
    delivery: { state: 'failed', message: 'ProjectNotExist' },
    createdAt: '2026-01-01T00:00:00Z',
    resource,
    region: 'cn-hangzhou',
    destination: { project: 'netlogs', logStore: 'flow' },
    name: 'edge',
    description: 'of the edge',
    aggregationIntervalSeconds: 60,
    trafficType: 'All',
    trafficPath: ['all'],
    ipVersion: 'IPv4',
    logFormat: '${version}',
    samplingRate: '1:4096',
    resourceGroupId: 'rg-1',
    tags: { env: 'prod' },
    serviceManaged: false,
  };

  it('describe what inspectFlowLogs gives', () => {
    const seen: Required<InspectReport> = {
      flowLogs: [flowLog],
      remembered: [{ product: 'vpc', resource, flowLogId: 'fl-2', text: 'create in doubt since 08:00' }],
      problems: [{ place: 'vpc cn-beijing', message: 'Forbidden.RAM' }],
      changedWhileReading: ['vpc cn-hangzhou'],
      rest: { flowLogs: 'inspect:run-1', remembered: 'remembered:run-1' },
      readAt,
    };
    expect(takes('inspectReport', seen)).toBe(true);
    expect(takes('inspectReport', { flowLogs: [], problems: [], readAt })).toBe(true);
    expect(takes('inspectReport', { ...seen, flowLogs: [{ ...flowLog, status: 'asleep' }] })).toBe(false);
  });

  it('describe a row of a discovery, and what diagnose gives', () => {
    const found: Required<DiscoveredResource> = {
      target: { product: 'vpc', accountId: '1', region: 'cn-hangzhou', resource: { type: 'VPC', id: 'vpc-1' } },
      resourceType: 'VPC',
      coverage: 'doubled',
      name: 'edge',
      resourceGroupId: 'rg-1',
      tags: {},
      flowLogIds: ['fl-1', 'fl-2'],
      moreFlowLogs: 3,
      surplus: ['fl-2'],
      below: 'vpc-0',
      selector: 0,
    };
    expect(takes('discoveredResource', found)).toBe(true);
    expect(takes('discoveredResource', { ...found, coverage: 'half' })).toBe(false);
    const check = { name: 'database', accountId: '1', ok: false, detail: 'no answer', advice: 'Start PostgreSQL.' };
    expect(takes('diagnoseReport', { checks: [check, { name: 'cloud vpc', ok: true, detail: 'answers' }] })).toBe(true);
    expect(takes('diagnoseReport', { checks: [{ name: 'database' }] })).toBe(false);
  });
});

describe('the JSON Schema of a bulk', () => {
  const bulk = (fields: object) => takes('bulkFlowLogs', { operation: 'enable', requestedBy: 'mika', ...fields });
  it.each([
    ['flow-log-bulk/july', true],
    ['flow-log-bulk/schedule-prod-2026-01-31T08:00:00Z-again', true],
    [`flow-log-bulk/${'a'.repeat(128)}`, true],
    [`flow-log-bulk/${'a'.repeat(129)}`, false],
    ['flow-log-bulk/', false],
    ['flow-log-bulk/-july', false],
    ['july', false],
  ])('tries no bulk again whose name none can have: %s', (retryOf, isTaken) => {
    expect(bulk({ retryOf })).toBe(isTaken);
    expect('input' in parseBulkInput({ operation: 'enable', requestedBy: 'mika', retryOf })).toBe(isTaken);
  });

  it('takes as many specs by account as an object has fields', () => {
    const uids = (count: number) => Array.from({ length: count }, (_, index) => String(1_000_000_000_000_000 + index));
    const spec = { destination: { project: 'netlogs', logStore: 'flow' } };
    const selecting = (count: number) => ({
      operation: 'enable',
      requestedBy: 'mika',
      selectors: [
        {
          product: 'vpc',
          resourceType: 'VPC',
          accounts: 'all',
          regions: 'all',
          specByAccount: Object.fromEntries(uids(count).map((uid) => [uid, spec])),
        },
      ],
    });
    for (const count of [1_000, 1_001]) {
      expect(takes('bulkFlowLogs', selecting(count))).toBe(count === 1_000);
      expect('input' in parseBulkInput(selecting(count))).toBe(count === 1_000);
    }
  });
});
