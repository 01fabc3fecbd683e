import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { createActivities } from '../../activities/index.js';
import type { Doubt } from '../../audit/index.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { ANSWER_BYTES, fitting, jsonBytes } from '../../cloud/json-size.js';
import { pageOf } from '../../store/rows.js';
import type { BulkSummary, DiscoveredResource, PlaceProblem } from '../../workflows/contract/bulk.js';
import type { SeenFlowLog } from '../../cloud/flow-log.js';
import { DOUBTS_PAGE } from '../../workflows/reads/doubts.js';
import { operationFailure } from '../../workflows/operation/failure.js';
import { toldObservation } from '../../workflows/operation/told-observation.js';
import { against, answering, activate, cloudErrorOf, friendlySimulator } from './fixtures/wire-server.js';

/** No answer is longer than one payload should be, however much the cloud, the ledger and years of callers have gathered. */

const MOST_BYTES = 64 * 1_024;
const accountId = '1000000000000001';
const region = 'cn-hangzhou';
const wide = (characters: number) => '流'.repeat(characters);
const longest = { name: wide(128), description: wide(256) };
const tags = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}${wide(120)}`, wide(128)]));

const { simulator, cloud } = await friendlySimulator();

/** Rows kept by name, as the database keeps them. */
const kept = new Map<string, unknown[]>();
const rows = {
  append: (name: string, first: number, more: readonly unknown[]) => {
    const found = kept.get(name) ?? [];
    found.splice(first, more.length, ...more);
    kept.set(name, found);
    return Promise.resolve();
  },
  read: (name: string, after: number) =>
    Promise.resolve(
      pageOf((kept.get(name) ?? []).slice(after).map((body, index) => ({ ordinal: after + index + 1, body }))),
    ),
};

const activitiesWith = (more: object = {}) =>
  createActivities({
    cloud,
    clock: { now: Date.now, monotonicMs: () => performance.now(), bootMs: () => performance.now(), bootId: 'boot' },
    owner: 'test',
    timing: { graceMs: 60_000, listLagMs: 1_000, commitDelayMs: 0, connectTimeoutMs: 100, readTimeoutMs: 100 },
    ledger: { memoryOf: () => Promise.resolve([]) },
    store: { rows },
    ...more,
  } as unknown as Dependencies).cloud;

/** Runs an activity and returns its answer, which must be within an answer's bounds. */
async function answerOf<Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> {
  const answer = (await new MockActivityEnvironment().run(activity as never, input)) as Output;
  expect(jsonBytes(answer)).toBeLessThan(MOST_BYTES);
  return answer;
}

/** All rows of a name, by pages each within the bounds. */
async function allRows(name: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let after: number | undefined = 0; after !== undefined;) {
    const page: Awaited<ReturnType<typeof rows.read>> = await answerOf(activitiesWith().readRows, {
      rows: name,
      after,
    });
    all.push(...page.rows);
    after = page.next;
  }
  return all;
}

const failing = (message: string) => ({
  call: () =>
    Promise.reject(
      new CloudError({
        kind: 'denied',
        scope: 'account',
        code: 'Forbidden',
        message,
        service: 'vpc',
        action: 'DescribeVpcs',
        advice: 'Allow it.',
      }),
    ),
});
const accounts = Array.from({ length: 300 }, (_, index) => String(2_000_000_000_000_000 + index));
const selectors = [{ product: 'vpc', accounts, regions: [region], resourceType: 'VPC', coverage: 'missing' }] as const;

describe('an answer is below 64 KB', () => {
  it('of 1,000 flow logs with the longest texts that there may be, and as many that no list shows', async () => {
    const flowLogs = Array.from({ length: 1_000 }, (_, index) => ({
      product: 'vpc' as const,
      resource: { type: 'VPC', id: `vpc-${index}` },
      tags: index % 2 === 0 ? tags : {},
      ...longest,
    }));
    await simulator.seed({ flowLogs });
    const memoryOf = () =>
      Promise.resolve(
        flowLogs.map(({ resource: { id } }) => ({
          key: `VPC/x-${id}`,
          state: { pending: [{ verb: 'create', committedAt: '2026-01-01T00:00:00.000Z', flowLogId: `fl-${id}` }] },
        })),
      );
    const { inspect } = activitiesWith({ ledger: { memoryOf } });
    const report = await answerOf(inspect, { accountId, product: 'vpc', region });
    expect(report.problems).toEqual([]);
    const seen = [...report.flowLogs, ...(await allRows(report.rest?.flowLogs ?? ''))] as typeof report.flowLogs;
    expect(new Set(seen.map(({ resource }) => resource['id'])).size).toBe(1_000);
    expect(seen[999]).toMatchObject(longest);
    const remembered = [...(report.remembered ?? []), ...(await allRows(report.rest?.remembered ?? ''))];
    expect(remembered).toHaveLength(1_000);
  });

  it('of a resource with 4,000 flow logs the first are named in its row, and the rest counted', async () => {
    const { discover } = activitiesWith({ accountIds: [accountId] });
    const crowded = { type: 'VPC', id: 'vpc-crowded' };
    const flowLogs = Array.from({ length: 4_000 }, () => ({ product: 'vpc' as const, resource: crowded }));
    await simulator.seed({ region: 'cn-beijing', vpcs: [{ id: crowded.id }], flowLogs });
    const resources = { ...selectors[0], accounts: [accountId], regions: ['cn-beijing'], coverage: 'all' } as const;
    const report = await answerOf(discover, { selectors: [resources] });
    expect(report.problems).toEqual([]);
    const [row] = (await allRows(report.rows)) as DiscoveredResource[];
    expect(row).toMatchObject({ target: { resource: crowded }, moreFlowLogs: 3_800 });
    expect(row?.flowLogIds).toHaveLength(200);
  }, 60_000);

  it('of few flow logs all are in it', async () => {
    const flowLogs = [1, 2].map((each) => ({ product: 'vpc' as const, resource: { type: 'VPC', id: `vpc-${each}` } }));
    await simulator.seed({ flowLogs });
    const report = await answerOf(activitiesWith().inspect, { accountId, product: 'vpc', region });
    expect(report.flowLogs).toHaveLength(2);
    expect(report).not.toHaveProperty('rest');
  });

  it('of places that cannot be read the first are told and the rest counted', async () => {
    const { discover, planBulk } = activitiesWith({ cloud: failing(wide(900)), accountIds: accounts });
    const found = await answerOf(discover, { selectors });
    expect(found.problems.length + (found.moreProblems ?? 0)).toBe(accounts.length);
    expect(found.problems.length).toBeGreaterThan(10);
    const planned = await answerOf(planBulk, { operation: 'enable', requestedBy: 'mika', selectors });
    expect(planned.problems.length + (planned.moreProblems ?? 0)).toBe(accounts.length);
    const checks = (
      await answerOf(activitiesWith({ cloud: failing(wide(900)), accountIds: accounts }).diagnose, undefined)
    ).checks;
    expect(checks.at(-1)).toMatchObject({ name: 'everything else', ok: false });
  });

  it('of bulks with long reports, read on by next until all are told', async () => {
    const problem: PlaceProblem = { product: 'vpc', accountId, region, code: 'Forbidden', message: wide(900) };
    const bulks = Array.from({ length: 100 }, (_, index): BulkSummary => {
      const [bulk, operation] = [`flow-log-bulk/b${index}`, 'enable'] as const;
      const about = { bulk, operation, end: 'completed', rows: `bulk:${index}`, tally: { total: 0 } } as const;
      const times = { startedAt: 'T', endedAt: 'T' };
      const report = { ...about, ...times, problems: Array.from({ length: index % 3 ? 0 : 200 }, () => problem) };
      return { bulk, run: String(index), operation, requestedBy: 'mika', startedAt: 'T', tally: { total: 0 }, report };
    });
    const list = (limit: number, { after }: { after?: string }) => {
      const first = after === undefined ? 0 : Number(after) + 1;
      return Promise.resolve(bulks.slice(first, first + limit));
    };
    const { inspectBulks } = activitiesWith({
      store: { bulks: { list, countAll: () => Promise.resolve(bulks.length) } },
    });
    const told: BulkSummary[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: { bulks: readonly BulkSummary[]; next?: string } = await answerOf(inspectBulks, {
        limit: 100 - told.length,
        ...omitUndefined({ after: after || undefined }),
      });
      told.push(...page.bulks);
      after = page.next;
    }
    expect(told.map(({ run }) => run)).toEqual(bulks.map(({ run }) => run));
    expect(told[0]?.report?.problems.length).toBeGreaterThan(10);
    expect((told[0]?.report?.problems.length ?? 0) + (told[0]?.report?.moreProblems ?? 0)).toBe(200);
  });

  it('of changes in doubt, read on by next until all are told', async () => {
    const doubts = Array.from({ length: 450 }, (_, index) => ({
      target: { owner: 'test', product: 'vpc', accountId, place: region, key: `VPC/vpc-${1_000 + index}` },
      state: { pending: [], version: 0, fence: 0 },
      intent: {
        intentId: String(index),
        verb: 'create',
        action: 'CreateFlowLog',
        committedAt: '2026-01-01T00:00:00.000Z',
        ageMs: 1_000,
        operation: { workflowId: 'w', runId: 'r' },
      },
      asked: { requestedBy: wide(256), reason: wide(1_024) },
      end: { answered: true, code: 'X', message: wide(index % 2 ? 2_000 : 10) },
    })) as unknown as Doubt[];
    const page = ({ after, limit }: { after?: string; limit: number }) => {
      const first = after === undefined ? 0 : Number(after.slice(-4)) - 1_000 + 1;
      const found = doubts.slice(first, first + limit);
      const isLast = first + limit >= doubts.length;
      const next = isLast ? {} : { next: `test/vpc/${accountId}/${region}/${found.at(-1)?.target.key}` };
      return Promise.resolve({ doubts: found, total: doubts.length, ...next });
    };
    const temporal = {
      workflow: { getHandle: () => ({ describe: () => Promise.resolve({ status: { name: 'RUNNING' } }) }) },
    };
    const { listDoubts } = activitiesWith({ ledger: { doubts: page }, temporal });
    for (const asked of ['INC-1', wide(1_024)]) {
      doubts.forEach((doubt) => Object.assign(doubt.asked, { requestedBy: asked.slice(0, 256), reason: asked }));
      // A run that settles a page adds these fields to each row, here with long refusals from the cloud.
      const [message, readAt] = [`${wide(500)}. Look.`, '2026-01-01T00:00:00.000Z'];
      const settling = await answerOf(listDoubts, DOUBTS_PAGE);
      const rows = settling.doubts.map((row) => ({ ...row, message, look: { problem: wide(500), readAt } }));
      expect(jsonBytes(rows)).toBeLessThan(MOST_BYTES);
      expect(settling.next).toBeDefined();
    }
    const told: string[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const answer: Awaited<ReturnType<typeof listDoubts>> = await answerOf(listDoubts, after ? { after } : {});
      told.push(...answer.doubts.map(({ intentId }) => intentId));
      after = answer.next;
    }
    expect(told).toEqual(doubts.map(({ intent }) => intent.intentId));
  });

  it('of a failure that tells what was seen, and what the cloud has said at length', async () => {
    const message = wide(100_000);
    const { client } = await against(
      answering(400, JSON.stringify({ Code: wide(5_000), Message: message, RequestId: 'r' })),
    );
    const error = await cloudErrorOf(client.call(activate));
    expect(error.message.length).toBeLessThan(2_000);
    expect(error.details.message).toMatch(/…$/);
    const flowLog = { flowLogId: 'fl-1', ...longest, tags } as unknown as SeenFlowLog;
    const many = Array.from({ length: 1_000 }, () => flowLog);
    const seen = { own: many, foreign: many, managed: many, readAt: 'T', complete: true };
    const lastObservation = toldObservation(seen);
    expect(lastObservation).toMatchObject({ more: expect.any(Number) as number, readAt: 'T' });
    const details = { kind: 'Conflict', code: 'Conflict', message: error.message, advice: 'Look.', lastObservation };
    const failure = operationFailure(details, operationFailure(details));
    const written = [failure.details, failure.message, (failure.cause as typeof failure).details, failure.message];
    expect(jsonBytes(written)).toBeLessThan(MOST_BYTES);
  });
});

describe('entries that fit', () => {
  it.each([
    { entries: [], bytes: 10, fit: 0 },
    { entries: ['ab', 'cd'], bytes: 10, fit: 2 },
    { entries: ['ab', 'cd'], bytes: 9, fit: 1 },
    { entries: ['流', 'cd'], bytes: 10, fit: 1 },
    { entries: ['far too long'], bytes: 5, fit: 0 },
  ])('$entries in $bytes bytes: $fit', ({ entries, bytes, fit }) => {
    expect(fitting(entries, bytes)).toHaveLength(fit);
  });

  it('are counted as the network counts them', () => {
    for (const text of ['plain', 'é', '流日志', '😀', '\ud83d', '\u0000"\\\n'])
      expect(jsonBytes(text)).toBe(Buffer.byteLength(JSON.stringify(text)));
    expect(ANSWER_BYTES).toBeLessThan(MOST_BYTES);
  });
});
