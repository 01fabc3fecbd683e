import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OperationProgress, StartedOperation } from '../../client/index.js';
import { type Service, startService, uid as base } from './fixtures/service.js';
import {
  type ProductUnderTest,
  committed,
  destination,
  productsUnderTest,
  requestedBy,
  vpc,
} from './fixtures/targets.js';

/** Several accounts through one worker: each by a role of its own, assumed with the same base credentials. */

const alpha = '2000000000000002';
const beta = '3000000000000003';
/** In the accounts file with the base credentials as they are, which are another account's. */
const mistaken = '4000000000000004';
/** Its role trusts another principal. */
const closed = '5000000000000005';
const roleOf = (uid: string): string => `acs:ram::${uid}:role/flowlog`;

const accountsFile = {
  accounts: {
    alpha: { uid: alpha, roleArn: roleOf(alpha) },
    beta: { uid: beta, roleArn: roleOf(beta), externalId: 'cis-3.3', sessionName: 'flow-logs' },
    mistaken,
    closed: { uid: closed, roleArn: roleOf(closed) },
  },
};
const role = { name: 'flowlog', trusts: [base] };

let folder: string;
let service: Service;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowlog-accounts-'));
  const file = join(folder, 'accounts.json');
  await writeFile(file, JSON.stringify(accountsFile));
  service = await startService({
    env: { FLOWLOG_ACCOUNTS: file },
    simulator: {
      profile: 'friendly',
      config: { limits: {}, quotas: {}, progression: { mode: 'time', activationMs: 300, settleMs: 300 } },
      seed: {
        accounts: [
          { uid: alpha, roles: [role] },
          { uid: beta, roles: [{ ...role, externalId: 'cis-3.3' }] },
          { uid: closed, roles: [{ name: 'flowlog', trusts: [alpha] }] },
        ],
      },
    },
  });
});
beforeEach(() => service.simulator.clearFaults());
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

const enable = (product: ProductUnderTest, accountId: string, name: string): Promise<StartedOperation> =>
  service.flowLogs.enable({ target: { ...product.target(name), accountId }, spec: { destination }, requestedBy });

/** Calls on one target that could have changed something. */
const changesOf = (product: ProductUnderTest, name: string) =>
  service.simulator
    .journal()
    .filter(({ kind, params }) => kind === 'change' && Object.values(params).includes(product.resource(name)));

const liveOf = (accountId: string, name: string) =>
  service.simulator
    .summary()
    .live.filter((live) => live.accountId === accountId && live.resource.endsWith(name))
    .map(({ product, status }) => `${product} ${status}`)
    .sort();

describe('two accounts behind one base credential', () => {
  test('have each their own flow logs on resources of the same names, by their own role, assumed once', async () => {
    const { simulator, query } = service;
    const operations = await Promise.all(
      [alpha, beta].flatMap((accountId) => productsUnderTest.map((product) => enable(product, accountId, 'same'))),
    );
    for (const operation of operations) {
      expect(await operation.result()).toMatchObject({ outcome: 'created', status: 'active' });
    }
    for (const accountId of [alpha, beta]) {
      expect(liveOf(accountId, 'same')).toEqual(['cen Active', 'ecr Active', 'vpc Active']);
    }
    expect(liveOf(base, 'same')).toEqual([]);
    expect(simulator.summary().madeMoreThanOnce).toEqual([]);
    const assumed = simulator.journal().filter(({ action }) => action === 'AssumeRole');
    expect(assumed.map(({ params }) => [params['RoleArn'], params['RoleSessionName'], params['ExternalId']])).toEqual(
      expect.arrayContaining([
        [roleOf(alpha), 'flowlog', undefined],
        [roleOf(beta), 'flow-logs', 'cis-3.3'],
      ]),
    );
    expect(assumed).toHaveLength(2);
    const principals = await query<{ arn: string }>(
      `select distinct body::json -> 'principal' ->> 'arn' as arn from ledger.entries where kind = 'intent' order by 1`,
    );
    expect(principals.map(({ arn }) => arn)).toEqual([
      `acs:ram::${alpha}:assumed-role/flowlog/flowlog`,
      `acs:ram::${beta}:assumed-role/flowlog/flow-logs`,
    ]);
  });
});

describe('refused before anything is sent', () => {
  test.each([
    { reason: 'credentials of another account', accountId: mistaken, code: 'AccountMismatch', says: base },
    { reason: 'a role that never could be assumed', accountId: closed, code: 'NoPermission', says: 'AssumeRole' },
    {
      reason: 'an account of no name',
      accountId: '9000000000000009',
      code: 'AccountUnknown',
      says: '9000000000000009',
    },
  ])('$reason: denied, $code', async ({ accountId, code, says }) => {
    const operation = await enable(vpc, accountId, `no-${code}`);
    const failure = await operation.result().catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'denied', code, message: expect.stringContaining(says) as string });
    expect(changesOf(vpc, `no-${code}`)).toEqual([]);
    const intents = await service.query('select 1 from ledger.entries where run_id = $1 and kind = $2', [
      operation.runId,
      'intent',
    ]);
    expect(intents).toEqual([]);
  });
});

describe('a role revoked in the middle', () => {
  /** Waits until an operation that cannot go on reports the progress expected of it. */
  const says = (operation: StartedOperation, isSo: (progress: OperationProgress) => void) =>
    vi.waitFor(async () => isSo(await operation.progress()), { timeout: 60_000, interval: 200 });
  const denied = (progress: OperationProgress): void =>
    expect(progress.pending).toMatchObject([
      {
        activity: 'create',
        lastFailure: {
          message: expect.stringContaining('NoPermission') as string,
          details: { code: 'NoPermission', advice: expect.stringContaining(roleOf(beta)) as string },
        },
      },
    ]);
  const reading = (progress: OperationProgress): void =>
    expect(progress.pending).toMatchObject([
      {
        activity: 'waitUntilSettled',
        heartbeat: { lastError: expect.stringContaining('NoPermission') as string },
      },
    ]);

  test(
    'makes its operations wait and say so, leaves the other account alone, and lets them go on when it is back',
    { timeout: 180_000 },
    async () => {
      const { simulator } = service;
      simulator.config({ progression: { mode: 'explicit' } });
      const looked = { action: vpc.list, resource: vpc.resource('before'), when: 'after', barrier: 'looked' } as const;
      simulator.faults([{ ...looked, accountId: beta, count: 1 }]);
      // One has looked and not yet created, one has created and waits; and one of the other account waits too.
      const [before, during, other] = await Promise.all([
        enable(vpc, beta, 'before'),
        enable(vpc, beta, 'during'),
        enable(vpc, alpha, 'during'),
      ]);
      await simulator.barriers.waiting('looked');
      await vi.waitFor(() => expect(changesOf(vpc, 'during')).toHaveLength(2), { timeout: 60_000, interval: 50 });
      await simulator.revoke({ roleArn: roleOf(beta) });
      simulator.barriers.release('looked');
      await Promise.all([says(before, denied), says(during, reading)]);
      expect(changesOf(vpc, 'before').filter((call) => call.committed)).toEqual([]);

      await simulator.settle();
      expect(await other.result()).toMatchObject({ outcome: 'created', status: 'active' });
      expect(await (await enable(vpc, alpha, 'during')).result()).toMatchObject({ outcome: 'unchanged' });
      for (const operation of [before, during]) {
        expect((await operation.progress()).state).toBe('running');
      }

      simulator.config({ progression: { mode: 'immediate' } });
      await simulator.restore({ roleArn: roleOf(beta) });
      for (const operation of [before, during]) {
        expect(await operation.result()).toMatchObject({ outcome: 'created', status: 'active' });
      }
      for (const name of ['before', 'during']) {
        const made = committed(simulator.journal(), 'vpc', vpc.create).filter(
          (call) => call.accountId === beta && call.params['ResourceId'] === vpc.resource(name),
        );
        expect(made, name).toHaveLength(1);
      }
    },
  );
});
