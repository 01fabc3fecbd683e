import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StartedOperation } from '../../client/index.js';
import { type Detour, startDetour } from './fixtures/detour.js';
import { everyHistory, everyRow, printed } from './fixtures/haystack.js';
import { changesOn, expectExactlyOne, expectNeverTwo, flowLogsOn, ledgerProblems } from './fixtures/judge.js';
import { leaks } from './fixtures/needles.js';
import {
  PATIENCE_MS,
  type Named,
  enable,
  enableAll,
  hostile,
  inService,
  onEveryProduct,
  until,
  untilItWaits,
} from './fixtures/scenario.js';
import { type Service, uid } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** Scenarios 17, 20 and 26: credentials and clocks, cancellation, secrets. */

/** Until the last failure of what is under way has this code. */
const untilItSays = (operation: StartedOperation, code: string) =>
  until(async () => JSON.stringify((await operation.progress()).pending).includes(code));

const changesNow = ({ simulator }: Service) =>
  simulator.journal().filter(({ kind, committed }) => kind === 'change' && committed);

describe.concurrent('credentials and clocks', () => {
  test(
    'scenario 17: the key disabled while operations wait and begin: they say so, change nothing, and go on when it is back',
    async () => {
      await inService(hostile({ progression: { mode: 'explicit' } }), async (service) => {
        const { simulator } = service;
        const before = onEveryProduct('before');
        const waiting = await Promise.all(before.map((one) => enable(service, one)));
        await Promise.all(waiting.map(untilItWaits));
        await simulator.revoke({ accessKeyId: service.env['ALIBABA_CLOUD_ACCESS_KEY_ID'] ?? '' });
        const during = onEveryProduct('during');
        const begun = await Promise.all(during.map((one) => enable(service, one)));
        await Promise.all(
          [...waiting, ...begun].map((operation) => untilItSays(operation, 'InvalidAccessKeyId.Inactive')),
        );
        expect(changesNow(service)).toHaveLength(before.length);
        await simulator.restore({ accessKeyId: service.env['ALIBABA_CLOUD_ACCESS_KEY_ID'] ?? '' });
        simulator.config({ progression: { mode: 'immediate' } });
        await simulator.settle();
        const reports = await Promise.all([...waiting, ...begun].map((operation) => operation.result()));
        expect(reports).toMatchObject([...before, ...during].map(() => ({ outcome: 'created', status: 'active' })));
        for (const { product, name } of [...before, ...during]) expectExactlyOne(service, product, name);
        expect(await ledgerProblems(service)).toEqual([]);
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 17: the role of one of two accounts revoked: its operations wait for it, those of the other are not touched',
    async () => {
      const other = '1000000000000002';
      const roleArn = `acs:ram::${other}:role/flowlog`;
      const folder = await mkdtemp(join(tmpdir(), 'flowlog-accounts-'));
      const file = join(folder, 'accounts.json');
      await writeFile(file, JSON.stringify({ here: uid, there: { uid: other, roleArn } }));
      const options = hostile({}, { env: { FLOWLOG_ACCOUNTS: file, FLOWLOG_ACCOUNT_ID: '' } });
      const seed = { accounts: [{ uid: other, roles: [{ name: 'flowlog', trusts: [uid] }] }] };
      try {
        await inService({ ...options, simulator: { ...options.simulator, seed } }, async (service) => {
          const { simulator, flowLogs } = service;
          const there = (one: Named): Named => ({
            ...one,
            product: { ...one.product, target: (name) => ({ ...one.product.target(name), accountId: other }) },
          });
          const first = onEveryProduct('first').map(there);
          expect(await enableAll(service, first)).toMatchObject(first.map(() => ({ outcome: 'created' })));
          await simulator.revoke({ roleArn });
          const kept = onEveryProduct('kept');
          const barred = onEveryProduct('barred').map(there);
          const waiting = await Promise.all(barred.map((one) => enable({ flowLogs }, one)));
          expect(await enableAll(service, kept)).toMatchObject(
            kept.map(() => ({ outcome: 'created', status: 'active' })),
          );
          await Promise.all(waiting.map((operation) => untilItSays(operation, 'NoPermission')));
          expect(simulator.flowLogs().filter(({ accountId }) => accountId === other)).toHaveLength(first.length);
          await simulator.restore({ roleArn });
          const reports = await Promise.all(waiting.map((operation) => operation.result()));
          expect(reports).toMatchObject(barred.map(() => ({ outcome: 'created', status: 'active' })));
          for (const { product, name } of [...first, ...kept, ...barred]) expectExactlyOne(service, product, name);
        });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    PATIENCE_MS,
  );

  test.each([{ minutes: 20 }, { minutes: -20 }])(
    'scenario 17: clocks $minutes minutes apart: nothing is changed, the operation says why and goes on when they agree',
    async ({ minutes }) => {
      const skew = { ms: 0 };
      const steady = () => performance.timeOrigin + performance.now();
      const clock = { now: () => Date.now() + skew.ms, steady };
      await inService(hostile({}, { clock }), async (service) => {
        skew.ms = minutes * 60_000;
        const all = onEveryProduct('skewed');
        const operations = await Promise.all(all.map((one) => enable(service, one)));
        await Promise.all(operations.map((operation) => untilItSays(operation, 'InvalidTimeStamp.Expired')));
        expect(changesNow(service)).toEqual([]);
        skew.ms = 0;
        const reports = await Promise.all(operations.map((operation) => operation.result()));
        expect(reports).toMatchObject(all.map(() => ({ outcome: 'created', status: 'active' })));
        for (const { product, name } of all) expectExactlyOne(service, product, name);
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 17: every create arrives twice and the second is refused for its nonce: made once, and found',
    async () => {
      let detour: Detour | undefined;
      try {
        await inService(hostile({}, { workers: 0 }), async (service) => {
          const isCreate = (form: URLSearchParams) => /^Create/.test(form.get('Action') ?? '');
          detour = await startDetour(service.simulator.url, (_, form) => (isCreate(form) ? 'twice' : 'pass'));
          await service.startWorker({ env: { FLOWLOG_ENDPOINT: detour.url } });
          const all = onEveryProduct('copied');
          expect(await enableAll(service, all)).toMatchObject(
            all.map(() => ({ outcome: 'created', status: 'active' })),
          );
          for (const { product, name } of all) {
            expectExactlyOne(service, product, name);
            const codes = changesOn(service, product, name).map(({ code }) => code);
            expect(codes).toEqual([undefined, 'SignatureNonceUsed']);
          }
        });
      } finally {
        await detour?.close();
      }
    },
    PATIENCE_MS,
  );
});

describe.concurrent('an operation that is not to go on', () => {
  test.each(['before', 'after'] as const)(
    'scenario 20: cancelled while its create is held %s its effect: what is left is reported, and with rollback nothing is',
    async (when) => {
      await inService(hostile(), async (service) => {
        const { simulator } = service;
        const all = onEveryProduct('kept', 'undone');
        simulator.faults(
          all.map(({ product, name }) => ({
            product: product.product,
            action: product.create,
            resource: product.resource(name),
            when,
            barrier: `${product.product} ${name}`,
            count: 1,
          })),
        );
        const ends = all.map(async ({ product, name }) => {
          const operation = await enable(service, { product, name }, { rollback: name === 'undone' });
          await simulator.barriers.waiting(`${product.product} ${name}`);
          await operation.cancel();
          simulator.barriers.release(`${product.product} ${name}`);
          return operation.result();
        });
        const reports = await Promise.all(ends);
        expect(reports).toMatchObject(all.map(() => ({ outcome: 'cancelled' })));
        for (const [index, { product, name }] of all.entries()) {
          const standing = flowLogsOn(service, product, name).map(({ flowLogId }) => flowLogId);
          if (name === 'undone') expect(standing).toEqual([]);
          else expect(standing).toEqual([reports[index]?.flowLogId]);
          expectNeverTwo(service, product, name);
        }
        expect(await ledgerProblems(service)).toEqual([]);
      });
    },
    PATIENCE_MS,
  );
});

describe.concurrent('secrets', () => {
  test(
    'scenario 26: neither key nor token nor signature is in history, ledger, log or error after faults of every kind',
    async () => {
      const key = {
        id: 'STS.scenarioKeyOfTheTest',
        secret: "7Zq/scenarioSecret+w9='k!Vb",
        securityToken: 'CAISscenarioToken/8fGh+jK1==',
      };
      const options = hostile(
        {},
        {
          workers: 0,
          env: {
            ALIBABA_CLOUD_ACCESS_KEY_ID: key.id,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.secret,
            ALIBABA_CLOUD_SECURITY_TOKEN: key.securityToken,
          },
        },
      );
      const seed = { accounts: [{ uid, accessKeys: [key] }] };
      await inService({ ...options, simulator: { ...options.simulator, seed } }, async (service) => {
        const worker = await service.spawnWorker();
        const effects = ['reset', 'timeout', 'half-body', 'html', 'codeless-500'] as const;
        const denied = { effect: 'code', code: 'SignatureDoesNotMatch', status: 400 } as const;
        service.simulator.faults([
          {
            ...denied,
            resource: vpc.resource('denied'),
            message: `string to sign: POST&%2F&SecurityToken=${key.securityToken}`,
          },
          ...effects.map((effect, index) => ({ action: '^Create', when: 'after' as const, effect, every: index + 1 })),
        ]);
        await enableAll(service, onEveryProduct(...effects));
        const denial = await (
          await service.flowLogs.enable({ target: vpc.target('denied'), spec: { destination }, requestedBy })
        )
          .result()
          .catch((error: unknown) => error);
        expect(denial).toMatchObject({ kind: 'denied', code: 'SignatureDoesNotMatch' });
        const places = [
          ...(await everyHistory(service)),
          ...(await everyRow(service)),
          printed(denial),
          { where: 'log', text: worker.output() },
        ];
        const planted = [
          { name: 'secret', text: key.secret },
          { name: 'token', text: key.securityToken },
        ];
        expect(await leaks(planted, places)).toEqual([]);
        expect(places.filter(({ text }) => /Signature=|&Signature/.test(text)).map(({ where }) => where)).toEqual([]);
        // The search can find: the same secret written down on purpose is found.
        expect(await leaks(planted, [{ where: 'here', text: encodeURIComponent(key.secret) }])).not.toEqual([]);
      });
    },
    PATIENCE_MS,
  );
});
