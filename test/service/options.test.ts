import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { ownerTags } from '../../cloud/ownership.js';
import { flowlog } from './fixtures/console.js';
import { changesOn, expectExactlyOne, flowLogsOn, seedOwn } from './fixtures/judge.js';
import { type Service, startService, uid } from './fixtures/service.js';
import {
  committed,
  destination,
  productsUnderTest,
  requestedBy,
  vpc,
  type ProductUnderTest,
} from './fixtures/targets.js';

let service: Service;
beforeAll(async () => {
  service = await startService({
    simulator: {
      profile: 'hostile',
      config: { progression: { mode: 'time', activationMs: 300, settleMs: 100 }, listLagMs: 500, cooldownMs: 0 },
    },
    // A slow machine answers within it, so that only answers that are meant to be lost are.
    env: { FLOWLOG_READ_TIMEOUT_MS: '3000', FLOWLOG_LIST_LAG_MS: '500', FLOWLOG_GRACE_MS: '6000' },
  });
});
afterAll(() => service.stop());

const enable = (product: ProductUnderTest, name: string, options: object, to: object = destination) =>
  service.flowLogs.enable({
    target: product.target(name),
    spec: { destination: to as typeof destination },
    requestedBy,
    options: { deadlineMs: 110_000, ...options },
  });

describe('delivery that is required', () => {
  const broken = { project: 'broken', logStore: 'flow' };
  const project = (state: 'usable' | 'unusable') =>
    service.simulator.seed({ region: 'cn-hangzhou', projects: [{ name: broken.project, state }] });

  test('and does not come fails at the deadline with the words of the cloud', async () => {
    await project('unusable');
    const handle = await enable(vpc, 'mute', { requireDelivery: true, deadlineMs: 20_000 }, broken);
    const failed = handle.result();
    await expect(failed).rejects.toMatchObject({ kind: 'prerequisite', code: 'NotDelivering' });
    const [flowLog] = (await service.flowLogs.inspect({ accountId: uid, product: 'vpc', region: 'cn-hangzhou' }))
      .flowLogs;
    const said = flowLog?.delivery.message ?? 'nothing was said';
    await expect(failed).rejects.toMatchObject({ message: expect.stringContaining(said) as string });
    const { exitCode, stderr } = await flowlog(service, `operation wait ${handle.workflowId}`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('what to do: See that the project and log store exist');
  });

  test('is waited for, shown while it is missing, and reported when it comes', async () => {
    await project('unusable');
    const handle = await enable(vpc, 'slow', { requireDelivery: true }, broken);
    const shown = async () => (await flowlog(service, `operation show ${handle.workflowId}`)).stdout;
    await expect.poll(shown, { timeout: 60_000 }).toMatch(/state .*not delivering/);
    await project('usable');
    expect(await handle.result()).toMatchObject({ outcome: 'created', status: 'active', delivery: { state: 'ok' } });
  });

  test('where it is not required is reported as it is', async () => {
    await project('unusable');
    const handle = await enable(vpc, 'told', {}, broken);
    expect(await handle.result()).toMatchObject({ outcome: 'created', delivery: { state: 'failed' } });
  });
});

describe('the flow log service that is closed', () => {
  const closed = () => service.simulator.seed({ accounts: [{ uid, flowLogService: 'closed' }] });
  const opened = () => committed(service.simulator.journal(), 'vpc', 'OpenFlowLogService');

  /** Intents of which the ledger says that they worked: by the answer, be it late, or by what a look has seen since. */
  const openedByTheLedger = async () => {
    const rows = await service.query(
      `select distinct intent_id from ledger.entries where verb = 'openService'
       and (kind in ('outcome', 'late-outcome') and result = 'accepted' or kind = 'resolution' and result = 'effect-seen')`,
    );
    return rows.length;
  };

  test('fails a create, and says how to have it opened', async () => {
    await closed();
    const handle = await enable(vpc, 'shut', {});
    await expect(handle.result()).rejects.toMatchObject({ kind: 'prerequisite' });
    const { stderr } = await flowlog(service, `operation wait ${handle.workflowId}`);
    expect(stderr).toMatch(/what to do: .*--open-service/);
  });

  test('is opened exactly once, on the record, by ten enables that may open it', { timeout: 120_000 }, async () => {
    await closed();
    const names = Array.from({ length: 10 }, (_, index) => `open-${index}`);
    const handles = await Promise.all(names.map((name) => enable(vpc, name, { openService: true })));
    const reports = await Promise.all(handles.map((handle) => handle.result()));
    expect(reports.map(({ outcome }) => outcome)).toEqual(names.map(() => 'created'));
    expect(opened()).toHaveLength(1);
    for (const name of names) expectExactlyOne(service, vpc, name);
    expect(await openedByTheLedger()).toBe(1);
  });

  test('is on the record as opened once where somebody else sees it before the answer is in', async () => {
    await closed();
    const before = await openedByTheLedger();
    service.simulator.faults([
      { product: 'vpc', action: 'OpenFlowLogService', when: 'after', barrier: 'answer', count: 1 },
    ]);
    const opening = await enable(vpc, 'open-first', { openService: true });
    await service.simulator.barriers.waiting('answer');
    const seeing = await enable(vpc, 'open-second', { openService: true });
    expect(await seeing.result()).toMatchObject({ outcome: 'created' });
    service.simulator.barriers.release('answer');
    expect(await opening.result()).toMatchObject({ outcome: 'created' });
    expect(await openedByTheLedger()).toBe(before + 1);
  });

  test('is opened once where the answer to that is lost', { timeout: 120_000 }, async () => {
    await closed();
    const before = opened().length;
    service.simulator.faults([
      { product: 'vpc', action: 'OpenFlowLogService', when: 'after', effect: 'reset', count: 1 },
    ]);
    const handle = await enable(vpc, 'open-lost', { openService: true });
    expect(await handle.result()).toMatchObject({ outcome: 'created' });
    expect(opened()).toHaveLength(before + 1);
  });
});

describe('more than one own flow log', () => {
  const idsOn = (product: ProductUnderTest, name: string) =>
    flowLogsOn(service, product, name).map(({ flowLogId }) => flowLogId);

  test.each(productsUnderTest)('of $product is reported, and nothing is removed', async (product) => {
    const ids = [await seedOwn(service, product, 'two', 'Active'), await seedOwn(service, product, 'two', 'Active')];
    const { runId, result } = await enable(product, 'two', {});
    const report = await result();
    expect(report).toMatchObject({ outcome: 'unchanged', status: 'active' });
    expect([report.flowLogId, ...(report.surplus ?? [])].sort()).toEqual([...ids].sort());
    const rows = await service.query('select from ledger.entries where run_id = $1 and kind = $2', [runId, 'surplus']);
    expect(rows).toHaveLength(1);
  });

  test.each(productsUnderTest)('of $product stays where the ledger does not show that we made it', async (product) => {
    const ids = [
      await seedOwn(service, product, 'theirs', 'Active'),
      await seedOwn(service, product, 'theirs', 'Active'),
    ];
    const report = await (await enable(product, 'theirs', { surplus: 'remove' })).result();
    expect(report).toMatchObject({ outcome: 'unchanged' });
    expect(idsOn(product, 'theirs').sort()).toEqual([...ids].sort());
    expect(changesOn(service, product, 'theirs')).toEqual([]);
  });

  test.each(productsUnderTest)(
    'of $product is removed, one after the other, where we made it and another one delivers',
    { timeout: 120_000 },
    async (product) => {
      const made = [await make(product, 'many'), await make(product, 'many')];
      await Promise.all(made.map((flowLogId) => byHand(product, 'many', flowLogId, 'ours')));
      const kept = await seedOwn(service, product, 'many', 'Active');
      const report = await (await enable(product, 'many', { surplus: 'remove' })).result();
      expect(idsOn(product, 'many')).toEqual([kept]);
      expect(report).toMatchObject({ outcome: 'unchanged', flowLogId: kept, status: 'active' });
      const deletes = changesOn(service, product, 'many').filter(({ action }) => action === product.delete);
      expect(deletes.map(({ params }) => params['FlowLogId']).sort()).toEqual([...made].sort());
    },
  );

  /** Changes a flow log as if by hand: whose its tags say it is, and with that where it delivers to. Lists show it one lag later. */
  async function byHand(product: ProductUnderTest, name: string, flowLogId: string, whose: 'ours' | 'nobodys') {
    const target = product.target(name);
    const tags = whose === 'ours' ? ownerTags(service.env['FLOWLOG_OWNER'] ?? '', target as never) : {};
    const to = whose === 'ours' ? destination : { project: 'elsewhere', logStore: 'flow' };
    const { region = 'cn-hangzhou', resource } = target;
    const flowLog = { product: product.product, flowLogId, resource, destination: to, tags };
    await service.simulator.seed({ region, flowLogs: [flowLog] });
    const { ecrId } = resource as { ecrId?: string };
    const place = { accountId: uid, product: product.product, region, ...omitUndefined({ ecrId: ecrId || undefined }) };
    const listed = async () =>
      (await service.flowLogs.inspect(place)).flowLogs.find((one) => one.flowLogId === flowLogId);
    await expect.poll(async () => (await listed())?.destination.project, { timeout: 60_000 }).toBe(to.project);
  }

  /** Has the service make a flow log, and takes its tags off by hand, so that the service will make another one. */
  async function make(product: ProductUnderTest, name: string): Promise<string> {
    const { outcome, flowLogId = '' } = await (await enable(product, name, { onExisting: 'alongside' })).result();
    expect(outcome).toBe('created');
    await byHand(product, name, flowLogId, 'nobodys');
    return flowLogId;
  }
});
