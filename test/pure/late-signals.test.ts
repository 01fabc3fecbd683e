import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { BulkEvent } from '../../workflows/contract/bulk-activities.js';
import { recordBulkEvent } from '../../activities/bulk/bulk.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { recordIgnored } from '../../activities/operation/record.js';
import type { Ledger } from '../../audit/index.js';
import { IgnoredSignals } from '../../workflows/run/ignored.js';
import { recordLateSignals } from '../../workflows/run/late-signals.js';

/** A signal that Temporal has taken is on the record, however often a run is ended again because another came. */

const run = 'run-1';
const operation = { workflowId: 'test', runId: run };

/** The rows of a chain, by the rule of the ledger: one for each key. */
const rows: { once?: string | undefined; body: string }[] = [];
const ledger = {
  bodiesOf: () => Promise.resolve(rows.map(({ body }) => body)),
  recordEvent: ({ body, once }: { body: unknown; once?: string }) => {
    if (once === undefined || rows.every((row) => row.once !== once)) rows.push({ once, body: JSON.stringify(body) });
    return Promise.resolve();
  },
} as unknown as Ledger;
const counted = () => rows.reduce((sum, { body }) => sum + (JSON.parse(body) as { count: number }).count, 0);

const heard = vi.hoisted(() => ({ signals: undefined as unknown as IgnoredSignals }));
vi.mock('@temporalio/workflow', async (original) => ({ ...(await original<object>()), patched: () => true }));
vi.mock('../../workflows/run/ignored.js', async (original) => ({
  ...(await original<object>()),
  ignoredSignals: () => heard.signals,
}));
vi.mock('../../workflows/activities.js', () => ({
  bulkRecords: {
    recordBulkEvent: (event: BulkEvent) =>
      new MockActivityEnvironment().run(recordBulkEvent.bind(undefined, { ledger } as Dependencies), event),
  },
}));

const hear = (times: number) => {
  for (let time = 0; time < times; time++) heard.signals.add('noSuchSignal', 'there is no such signal');
};

beforeEach(() => {
  rows.length = 0;
  heard.signals = new IgnoredSignals();
});

describe('a run that is about to end', () => {
  test('counts what comes while its end is recorded', async () => {
    hear(5);
    const told = heard.signals.all;
    await recordIgnored(ledger, operation, told);
    hear(1);
    await recordLateSignals(run, told);
    expect(counted()).toBe(6);
  });

  test('counts what comes with the task that ends it again, when the end is on the record and what came late too', async () => {
    hear(5);
    const told = heard.signals.all;
    await recordIgnored(ledger, operation, told);
    hear(1);
    await recordLateSignals(run, told);
    // Another signal makes this task fail: the next one has all that came since the last task that did not.
    hear(1);
    await recordLateSignals(run, told);
    expect(counted()).toBe(7);
  });

  test('counts what comes with the task that ends it again, when its end is recorded anew', async () => {
    hear(6);
    await recordIgnored(ledger, operation, heard.signals.all);
    hear(1);
    await recordIgnored(ledger, operation, heard.signals.all);
    expect(counted()).toBe(7);
  });

  test('counts all where an attempt that was given up writes first', async () => {
    const slow = { ...ledger, bodiesOf: vi.fn(ledger.bodiesOf).mockResolvedValueOnce([]) } as unknown as Ledger;
    hear(6);
    await recordIgnored(ledger, operation, heard.signals.all);
    hear(1);
    // It has read before the other one wrote.
    await recordIgnored(slow, operation, heard.signals.all);
    expect(counted()).toBe(7);
  });
});
