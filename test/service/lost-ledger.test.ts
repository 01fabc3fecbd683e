import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningWorker } from '../../worker/index.js';
import { flowlog } from './fixtures/console.js';
import { migratedDatabase } from './fixtures/servers.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

/**
 * A ledger that is gone and made anew is empty, and so is that of a first start. Only the first of them must not change anything: it has
 * forgotten what was sent a moment ago.
 */

const GRACE_MS = 7_500;
const [product] = productsUnderTest;
const request = (name: string) => ({ target: product!.target(name), spec: { destination }, requestedBy });
const changes = (service: Service) => service.simulator.journal().filter(({ committed }) => committed);

let service: Service;
beforeAll(async () => {
  const progression = { mode: 'immediate' } as const;
  const env = { FLOWLOG_EMPTY_LEDGER: 'ask' };
  service = await startService({ simulator: { config: { progression, listLagMs: 0 } }, workers: 0, env });
});
afterAll(() => service.stop());

/** The same deployment on another database, and as the case may be on another Temporal. */
async function onAnother(databaseUrl: string, run: (service: Service) => Promise<void>): Promise<void> {
  const env = { ...service.env, DATABASE_URL: databaseUrl };
  const worker: RunningWorker = await service.startWorker({ env });
  try {
    await run({ ...service, env });
  } finally {
    await worker.stop();
  }
}

describe('an empty ledger', () => {
  test('of a first start works at once, and asks the cloud once more in its life', async () => {
    await onAnother(service.env['DATABASE_URL'] ?? '', async ({ flowLogs, simulator }) => {
      const calls: number[] = [];
      for (const name of ['first', 'second']) {
        const before = simulator.journal().length;
        expect((await (await flowLogs.enable(request(name))).result()).outcome).toBe('created');
        calls.push(simulator.journal().length - before);
      }
      expect(calls[0]! - calls[1]!).toBeLessThanOrEqual(2);
    });
    const [began] = await service.query<{ how: string }>('select how from ledger.beginning');
    expect(began?.how).toBe('first-start');
    expect(await flowlog(service, 'ledger adopt-empty --reason x')).toMatchObject({ exitCode: 4 });
  });

  test.each([
    { lost: 'while Temporal knows runs', temporal: 'the same' },
    { lost: 'while the cloud shows flow logs of ours', temporal: 'another' },
  ])(
    '$lost changes nothing until it is adopted, and creates nothing for one grace then',
    async ({ temporal, lost }) => {
      const databaseUrl = await migratedDatabase();
      const here = temporal === 'the same' ? service : await startService({ workers: 0, env: service.env });
      const worker = await here.startWorker({ env: { DATABASE_URL: databaseUrl } });
      const before = changes(service).length;
      const name = `third-${temporal.replace(' ', '-')}`;
      const asked = await here.flowLogs.enable(request(name));
      const refused = async () => {
        const { raw } = await here.client.workflow.getHandle(asked.workflowId).describe();
        return raw.pendingActivities?.[0]?.lastFailure?.message ?? '';
      };
      await expect.poll(refused, { timeout: 60_000 }).toMatch(/the ledger is empty, but it is not a first start/);
      expect(changes(service)).toHaveLength(before);
      const doctor = await here.flowLogs.diagnose();
      expect(doctor.checks).toContainEqual(expect.objectContaining({ name: 'ledger', ok: false }));

      const console = { ...here, env: { ...here.env, DATABASE_URL: databaseUrl } };
      expect(await flowlog(console, 'ledger adopt-empty')).toMatchObject({ exitCode: 2 });
      const adoptedMs = Date.now();
      const adopted = await flowlog(console, 'ledger adopt-empty --reason "the disk is gone"');
      expect(adopted).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining(lost.includes('Temporal') ? 'Temporal knows' : 'the cloud shows'),
      });
      expect((await asked.result()).outcome).toBe('created');
      const made = changes(service).slice(before);
      expect(made).toHaveLength(1);
      expect(made[0]!.monotonicMs - adoptedMs).toBeGreaterThanOrEqual(GRACE_MS - 50);
      expect(await flowlog(console, 'audit verify')).toMatchObject({ exitCode: 5 });
      expect(service.simulator.summary().madeMoreThanOnce).toEqual([]);
      await worker.stop();
      if (here !== service) await here.stop();
    },
  );
});
