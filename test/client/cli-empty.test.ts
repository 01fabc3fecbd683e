import { describe, expect, it } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { FlowLogsPort } from '../../client/cli/surroundings.js';
import type { BulkReport } from '../../workflows/contract/bulk.js';
import type { PlanReport } from '../../workflows/contract/plan.js';
import { worldOf } from './fixtures/cli-world.js';

/** Selectors that match nothing, on the command line. */

const files = {
  'm.yaml': `
version: 1
defaults:
  destination: { project: netlogs, logStore: flow }
  vpc: { trafficType: All }
selectors:
  - { product: vpc, resourceType: VPC, regions: all, accounts: all }
  - { product: vpc, resourceType: VPC, regions: all, accounts: all, name: no-such-* }
`,
};
const words = 'selectors[1] matches nothing: vpc VPC in all accounts, all regions, named no-such-*';

const report = (emptySelectors?: readonly number[]): BulkReport => ({
  bulk: 'flow-log-bulk/b',
  operation: 'enable',
  tally: { total: 0 },
  end: 'completed',
  rows: 'bulk:run-1',
  problems: [],
  ...omitUndefined({ emptySelectors }),
  startedAt: 'T',
  endedAt: 'T',
});

const planReport = (emptySelectors?: readonly number[]) =>
  ({
    operation: 'enable',
    rows: 'run-1/1',
    expect: 0,
    verdicts: {},
    changes: {},
    ends: {},
    needChange: 0,
    calls: { plan: 1, scans: 0, changes: 0, reads: 0, total: 0 },
    seconds: 0,
    destinations: [],
    quotaWarnings: [],
    problems: [],
    readAt: 'T',
    ...omitUndefined({ emptySelectors }),
  }) satisfies PlanReport;

/** A service whose bulks and plans find nothing for these selectors; of a bulk that runs, its progress says so. */
function serviceOf(empty: readonly number[] | undefined, isRunning = false): Partial<FlowLogsPort> {
  const told = empty ? { emptySelectors: empty } : {};
  const handle = {
    workflowId: 'flow-log-bulk/b',
    runId: 'run-1',
    result: () => (isRunning ? new Promise(() => undefined) : Promise.resolve(report(empty))),
    progress: () => Promise.resolve({ phase: 'running', total: 1, ended: {}, running: 1, ...told }),
  };
  const plan = { report: planReport(empty), async *[Symbol.asyncIterator]() {} };
  const bulks = { start: () => Promise.resolve(handle), plan: () => Promise.resolve(plan), async *rows() {} };
  return { bulks: bulks as unknown as FlowLogsPort['bulks'] };
}

describe('a selector that matches nothing', () => {
  it.each([
    ['a plan', 'plan -f m.yaml', false],
    ['a dry run', 'enable -f m.yaml --dry-run', false],
    ['a bulk that is waited for', 'enable -f m.yaml --wait', false],
    ['a bulk that has ended at once', 'enable -f m.yaml', false],
    ['a bulk that goes on', 'enable -f m.yaml', true],
  ])('is told of %s, which ends with 0 only with --allow-empty', async (_, line, isRunning) => {
    const run = async (flags: string, empty?: readonly number[]) => {
      const ended = await worldOf({ flowLogs: serviceOf(empty, isRunning) }).run(`${line}${flags}`, files);
      return { ...ended, screen: ended.stdout + ended.stderr };
    };
    const told = await run('', [1]);
    expect(told.exitCode).toBe(1);
    expect(told.screen).toContain(words);
    expect(told.screen).not.toContain('selectors[0] matches nothing');
    const allowed = await run(' --allow-empty', [1]);
    expect(allowed.exitCode).toBe(0);
    expect(allowed.screen).toContain(words);
    const none = await run('');
    expect(none.exitCode).toBe(0);
    expect(none.screen).not.toContain('matches nothing');
  });

  it('is told with the end of its bulk, also where the bulk was seen at work a moment before it ended', async () => {
    const flowLogs = serviceOf([0]);
    let looks = 0;
    const progress = () =>
      Promise.resolve({ phase: ++looks < 2 ? 'running' : 'finishing', total: 0, ended: {}, running: 0 });
    const result = async () => {
      while (looks < 2) await new Promise((resolve) => setImmediate(resolve));
      return report([0]);
    };
    const start = () => Promise.resolve({ workflowId: 'flow-log-bulk/b', runId: 'run-1', progress, result });
    const bulks = { ...flowLogs.bulks, start } as unknown as FlowLogsPort['bulks'];
    const { stdout, stderr } = await worldOf({ flowLogs: { bulks } }).run('enable -f m.yaml', files);
    expect(stdout + stderr).toContain('it has ended already: completed; 0 ');
  });
});
