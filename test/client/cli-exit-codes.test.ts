import { describe, expect, it } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BulkCause, BulkReport, BulkRow, BulkSummary } from '../../workflows/contract/bulk.js';
import type { OperationReport } from '../../workflows/contract/operation.js';
import { OperationFailedError, UnreachableError } from '../../client/index.js';
import type { FlowLogsPort } from '../../client/cli/surroundings.js';
import { report as done, started, worldOf } from './fixtures/cli-world.js';

/** Exit codes: every command that shows an end, and every way to end, for one item and for many. */

const failure = (kind: string, code = kind) =>
  new OperationFailedError('flow-log/vpc/1/cn-hangzhou/VPC/vpc-1', 'run-1', {
    ...{ kind, code, message: 'The cloud said no.', advice: 'Do this one thing.' },
  });

/** Ends of an item: its report, or the class of its failure; and the exit code. */
interface End {
  readonly name: string;
  readonly report?: Partial<OperationReport>;
  readonly failed?: readonly [kind: string, code?: string];
  readonly code: number;
}
const created: End = { name: 'created', report: {}, code: 0 };
const ends: readonly End[] = [
  created,
  { name: 'unchanged', report: { outcome: 'unchanged' }, code: 0 },
  { name: 'adopted', report: { outcome: 'adopted', whose: 'foreign' }, code: 0 },
  { name: 'cancelled', report: { outcome: 'cancelled' }, code: 1 },
  { name: 'a surplus', report: { surplus: ['fl-2'] }, code: 1 },
  { name: 'something not applied', report: { notApplied: ['tags'] }, code: 1 },
  { name: 'denied', failed: ['denied', 'Forbidden.RAM'], code: 1 },
  { name: 'deadline', failed: ['DeadlineExceeded'], code: 1 },
  { name: 'quota', failed: ['quota', 'QuotaExceeded.FlowLog'], code: 4 },
  { name: 'conflict', failed: ['Conflict', 'Conflict(foreign)'], code: 4 },
  { name: 'frozen', failed: ['Intent', 'Intent(frozen)'], code: 4 },
  { name: 'wrong input', failed: ['InvalidInput'], code: 2 },
  { name: 'the ledger is away', failed: ['unavailable'], code: 3 },
];
const endNamed = (name: string): End => ends.find((end) => end.name === name) ?? created;

const resultOf = ({ report, failed }: End) =>
  failed ? Promise.reject(failure(...failed)) : Promise.resolve({ ...done, ...report });

describe('the exit code of one item', () => {
  const stateOf = ({ failed }: End) => (failed ? 'failed' : 'completed');
  const commands = [
    'enable vpc-1 --region cn-hangzhou --project netlogs --log-store flow --wait',
    'delete vpc-1 --region cn-hangzhou --wait',
    'operation wait vpc-1 --region cn-hangzhou',
    'operation show vpc-1 --region cn-hangzhou',
  ];
  const rows = commands.flatMap((line) => ends.map((end) => ({ line, name: end.name, code: end.code, end })));
  it.each(rows)('$line, $name: $code', async ({ line, code, end }) => {
    const run = { ...started(() => resultOf(end)) };
    const progress = { workflowId: run.workflowId, runId: 'run-1', workflowType: 'enableFlowLog', state: stateOf(end) };
    const times = { startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:00:05Z' };
    const handle = { ...run, progress: () => Promise.resolve({ ...progress, ...times, pending: [] }) };
    const flowLogs = {
      operate: () => Promise.resolve(started(() => resultOf(end))),
      getHandleById: () => handle,
    } as unknown as FlowLogsPort;
    expect((await worldOf({ flowLogs }).run(line)).exitCode).toBe(code);
  });
});

/** Ends of many items, and the one code on which they agree. */
const many: readonly { readonly name: string; readonly of: readonly string[]; readonly code: number }[] = [
  { name: 'all done', of: ['created', 'unchanged', 'created'], code: 0 },
  { name: 'some of the quota, the rest done', of: ['created', 'quota', 'quota'], code: 4 },
  { name: 'all of the quota', of: ['quota', 'quota'], code: 4 },
  { name: 'quota and conflict, which are both refusals', of: ['quota', 'conflict'], code: 4 },
  { name: 'quota and denied', of: ['quota', 'denied'], code: 1 },
  { name: 'all denied', of: ['denied', 'denied'], code: 1 },
  { name: 'the ledger is away for all', of: ['the ledger is away', 'the ledger is away'], code: 3 },
  { name: 'quota, and a surplus', of: ['quota', 'a surplus'], code: 1 },
  { name: 'something not applied', of: ['created', 'something not applied'], code: 1 },
];

const manifestOf = (count: number) => {
  const items = Array.from({ length: count }, (_, n) => `  - { product: vpc, resource: { type: VPC, id: vpc-${n} } }`);
  const defaults =
    'defaults: { region: cn-hangzhou, destination: { project: netlogs, logStore: flow }, trafficType: All }';
  return { 'logs.yaml': ['version: 1', defaults, 'flowLogs:', ...items, ''].join('\n') };
};

describe('the exit code of many items', () => {
  it.each(many)('each an operation of its own, $name: $code', async ({ of, code }) => {
    let next = 0;
    const operate = () => {
      const end = endNamed(of[next++] ?? '');
      return Promise.resolve(started(() => resultOf(end)));
    };
    const { exitCode } = await worldOf({ flowLogs: { operate } }).run(
      'enable -f logs.yaml --wait',
      manifestOf(of.length),
    );
    expect(exitCode).toBe(code);
  });

  const bulkCommands = [
    'enable -f logs.yaml --bulk b --wait',
    'bulk status b',
    'bulk status b --watch',
    'bulk status b --wait',
    'bulk report b',
    'bulk report b --json',
    'bulk retry b --wait',
    'schedule trigger s --wait',
  ];
  const cases = bulkCommands.flatMap((line) => many.map((one) => ({ line, ...one })));
  it.each(cases)('$line, $name: $code', async ({ line, of, code }) => {
    const { exitCode } = await bulkWorld(reportOf(of.map(endNamed))).run(line, manifestOf(2));
    expect(exitCode).toBe(code);
  });

  it.each([
    { name: 'stopped beyond its budget, all of the quota', more: { end: 'stopped' }, of: ['quota'], code: 4 },
    { name: 'stopped by a person after its canary', more: { end: 'stopped' }, of: ['created'], code: 1 },
    { name: 'cancelled', more: { end: 'cancelled' }, of: ['quota'], code: 1 },
    { name: 'refused', more: { end: 'refused', refusedBy: 'TooManyChanges' }, of: [], code: 4 },
    { name: 'refused for its input', more: { end: 'refused', refusedBy: 'InvalidInput' }, of: [], code: 2 },
    { name: 'refused, by an earlier release', more: { end: 'refused' }, of: [], code: 4 },
    { name: 'failed, by an earlier release', more: { causes: undefined }, of: ['quota'], code: 1 },
    { name: 'of more causes than are told', more: { moreCauses: 1 }, of: ['quota'], code: 1 },
  ] as const)('bulk status and bulk report of one $name: $code', async ({ more, of, code }) => {
    const world = bulkWorld({ ...reportOf(of.map(endNamed)), ...more } as BulkReport);
    expect((await world.run('bulk status b')).exitCode).toBe(code);
    expect((await world.run('bulk report b')).exitCode).toBe(code);
  });

  it('is 3 for one and for many where Temporal is out of reach', async () => {
    const away = () => Promise.reject(new UnreachableError('127.0.0.1:7233', 'gone'));
    const world = worldOf({ flowLogs: { operate: away } });
    expect((await world.run('enable vpc-1 --region cn-hangzhou --project netlogs --log-store flow')).exitCode).toBe(3);
    expect((await world.run('enable -f logs.yaml', manifestOf(3))).exitCode).toBe(3);
  });
});

function reportOf(all: readonly End[]): BulkReport {
  const failed = all.filter((end) => end.failed);
  const target = (n: number) => ({
    ...{ product: 'vpc' as const, accountId: '1000000000000001', region: 'cn-hangzhou' },
    resource: { type: 'VPC', id: `vpc-${n}` },
  });
  const classOf = ({ failed = ['unknown'] }: End) => [failed[0], failed[1] ?? failed[0]].join(' ');
  const causes = [...new Set(failed.map(classOf))].map((both): BulkCause => {
    const [kind = '', code = ''] = both.split(' ');
    const count = failed.filter((end) => classOf(end) === both).length;
    return { state: 'failed', kind, code, reason: `${code}: no`, advice: 'Do this.', count, examples: [target(1)] };
  });
  const surplus = all.filter(({ report }) => report?.surplus).length;
  const notApplied = all.filter(({ report }) => report?.notApplied).length;
  return {
    ...{ bulk: 'flow-log-bulk/b', operation: 'enable', end: 'completed', rows: 'bulk:run-1', problems: [] },
    tally: {
      total: all.length,
      succeeded: all.length - failed.length,
      ...omitUndefined({ failed: failed.length || undefined }),
    },
    ...omitUndefined({
      causes: causes.length > 0 ? causes : undefined,
      surplus: surplus > 0 ? surplus : undefined,
      notApplied: notApplied > 0 ? notApplied : undefined,
    }),
    startedAt: '2026-01-01T00:00:00Z',
    endedAt: '2026-01-01T00:01:00Z',
  };
}

function bulkWorld(report: BulkReport) {
  const summary: BulkSummary = {
    ...{ bulk: report.bulk, run: 'run-1', operation: 'enable', requestedBy: 'mika', startedAt: report.startedAt },
    ...{ endedAt: report.endedAt, tally: report.tally, report },
  };
  const handle = {
    workflowId: report.bulk,
    runId: 'run-1',
    result: () => Promise.resolve(report),
    progress: () => Promise.resolve({ phase: 'finishing', total: 2, ended: {}, running: 0 }),
  };
  const bulks = {
    start: () => Promise.resolve(handle),
    list: () => Promise.resolve([summary]),
    getHandle: () => handle,
    async *rows(): AsyncGenerator<BulkRow> {},
  };
  const schedules = { trigger: () => Promise.resolve(handle) };
  return worldOf({ flowLogs: { bulks, schedules } as unknown as FlowLogsPort });
}
