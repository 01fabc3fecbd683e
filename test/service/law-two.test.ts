import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Dependencies } from '../../activities/index.js';
import { DatabaseUnavailable } from '../../database/unavailable.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { type Service, historyOf, startService } from './fixtures/service.js';
import { committed, destination, productsUnderTest, requestedBy, vpc } from './fixtures/targets.js';

const cloud = {
  profile: 'hostile',
  config: { progression: { mode: 'time', activationMs: 500, settleMs: 200 } },
} as const;

/** A promise and the way to keep it. */
function gate() {
  let open!: () => void;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

describe('an attempt frozen before its intent, while a second one runs', () => {
  test.each(productsUnderTest)(
    'can never send on $product once it is thawed',
    { timeout: 120_000 },
    async (product) => {
      const frozen = gate();
      const thawed = gate();
      const ended: { refused?: unknown } = {};
      const freezeFirst = (deps: Dependencies): Dependencies => ({
        ...deps,
        ledger: {
          ...deps.ledger,
          async commitIntent(intent) {
            if (intent.attempt.attempt === 1) {
              frozen.open();
              await thawed.passed;
            }
            return deps.ledger.commitIntent(intent).catch((error: unknown) => {
              ended.refused = error;
              throw error;
            });
          },
        },
      });
      const service = await startService({ simulator: cloud, workers: 0 });
      try {
        await service.startWorker({ wrap: freezeFirst });
        const handle = await service.flowLogs.enable({
          target: product.target('ice'),
          spec: { destination },
          requestedBy,
        });
        await frozen.passed;
        const report = await handle.result();
        thawed.open();
        await expect
          .poll(() => ended.refused, { timeout: 60_000 })
          .toMatchObject({ name: 'IntentRefused', reason: 'superseded' });
        expect(report).toMatchObject({ outcome: 'created', status: 'active' });
        expect(service.simulator.journal().filter((call) => call.action === product.create)).toHaveLength(1);
      } finally {
        await service.stop();
      }
    },
  );
});

describe('a look before every resend', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ simulator: cloud, workers: 0 });
  });
  afterAll(() => service.stop());

  /** The mutation: what is unclear is taken for refused, as clients do that simply send again. */
  const plainResend = (deps: Dependencies): Dependencies => ({
    ...deps,
    cloud: {
      call: (request, options) =>
        deps.cloud.call(request, options).catch((error: unknown) => {
          if (!(error instanceof CloudError) || error.kind !== 'ambiguous') throw error;
          throw new CloudError({ ...error.details, kind: 'unavailable', proof: 'refused' });
        }),
    },
  });

  const loseAnswer = (name: string) =>
    service.simulator.faults([
      { product: 'vpc', action: vpc.create, resource: vpc.resource(name), when: 'after', effect: 'reset', count: 1 },
    ]);
  const enable = async (name: string) => {
    loseAnswer(name);
    const handle = await service.flowLogs.enable({ target: vpc.target(name), spec: { destination }, requestedBy });
    await handle.result();
    return service.simulator.summary().madeMoreThanOnce.filter((made) => made.resource.includes(vpc.resource(name)));
  };

  test('taken out makes a second flow log, so these tests can fail', { timeout: 120_000 }, async () => {
    const worker = await service.startWorker({ wrap: plainResend });
    expect(await enable('mutant')).not.toEqual([]);
    await worker.stop();
  });

  test('keeps it at one, and the history shows what it went through', { timeout: 120_000 }, async () => {
    const worker = await service.startWorker();
    service.simulator.faults([
      {
        product: 'vpc',
        action: vpc.create,
        when: 'before',
        effect: 'code',
        code: 'IncorrectStatus.flowlog',
        status: 400,
        count: 1,
      },
    ]);
    const busy = await service.flowLogs.enable({ target: vpc.target('busy'), spec: { destination }, requestedBy });
    await busy.result();
    expect(await enable('whole')).toEqual([]);
    const id = (name: string) => `flow-log/vpc/${vpc.target(name).accountId}/cn-hangzhou/VPC/${vpc.resource(name)}`;
    expect(await lastFailures(id('busy'))).toContain('busy');
    expect(await lastFailures(id('whole'))).toContain('ambiguous');
    expect(
      committed(service.simulator.journal(), 'vpc', vpc.create).filter(
        (call) => call.params['ResourceId'] === 'vpc-whole',
      ),
    ).toHaveLength(1);
    await worker.stop();
  });

  test('is for what may have left: a call that lost its database before it had a turn is known as not sent, and sent at once', async () => {
    let isLost = false;
    const loses = ({ cloud, ...others }: Dependencies): Dependencies => ({
      ...others,
      cloud: {
        async call(request, options) {
          if (isLost || request.action !== vpc.create) return cloud.call(request, options);
          isLost = true;
          throw new DatabaseUnavailable(new Error('no slot was given'));
        },
      },
    });
    const worker = await service.startWorker({ wrap: loses });
    const handle = await service.flowLogs.enable({ target: vpc.target('turn'), spec: { destination }, requestedBy });
    expect(await handle.result()).toMatchObject({ outcome: 'created', status: 'active' });
    const rows = await service.query<{ kind: string; result: string | null }>(
      `select kind, result from ledger.entries where intent_id is not null and target like '%/vpc-turn' order by at, kind`,
    );
    expect(rows.map(({ kind, result }) => [kind, result].filter(Boolean).join(' '))).toEqual([
      'intent',
      'outcome not-sent',
      'intent',
      'outcome accepted',
    ]);
    await worker.stop();
  });

  /** Types of the last failure of every activity that took more than one attempt. */
  async function lastFailures(workflowId: string) {
    const events = await historyOf(service.client, workflowId);
    return events.flatMap(({ activityTaskStartedEventAttributes: started }) =>
      (started?.attempt ?? 0) >= 2 ? [started?.lastFailure?.applicationFailureInfo?.type] : [],
    );
  }
});
