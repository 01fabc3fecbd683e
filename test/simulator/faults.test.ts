import { afterEach, describe, expect, test } from 'vitest';
import { startSimulator, type ConfigPatch, type FaultRuleInput, type Simulator } from '../../simulator/index.js';
import { ask, called, create, dialects, manualClock, products, signed, type Called } from './fixtures/caller.js';

/** Faults before and after the effect, barriers, chances: what the client sees, and what is true afterwards. */

let simulator: Simulator;
let clock = manualClock();
async function start(config: ConfigPatch = {}): Promise<Simulator> {
  clock = manualClock();
  const all = {
    progression: { mode: 'immediate' as const },
    limits: {},
    quotas: {},
    duplicates: 'allow' as const,
    ...config,
  };
  simulator = await startSimulator({ profile: 'friendly', clock, config: all });
  return simulator;
}
afterEach(() => simulator.close());

/** Result at the client: an answer, or the word `nothing`. */
const got = (called: Promise<Called>): Promise<Called | 'nothing'> => called.catch(() => 'nothing' as const);

const seen: Record<string, (answer: Called | 'nothing') => void> = {
  reset: (answer) => expect(answer).toBe('nothing'),
  'half-body': (answer) => expect(answer).toBe('nothing'),
  html: (answer) => {
    expect(answer).toMatchObject({ status: 502 });
    expect((answer as Called).text).toContain('<html>');
  },
  empty: (answer) => expect(answer).toMatchObject({ status: 200, text: '' }),
  'codeless-500': (answer) => {
    expect(answer).toMatchObject({ status: 500 });
    expect(Object.keys((answer as Called).body)).toEqual(['RequestId', 'Message']);
  },
  status: (answer) => expect(answer).toMatchObject({ status: 503, body: {} }),
  code: (answer) => expect(answer).toMatchObject({ status: 400, body: { Code: 'InternalErrorTemp' } }),
};

describe.each(products)('%s', (product) => {
  const dialect = dialects[product];
  const effects = Object.keys(seen).flatMap((effect) =>
    (['before', 'after'] as const).map((when) => ({ effect, when })),
  );

  test.each(effects)('$effect $when the effect of a create', async ({ effect, when }) => {
    const { url } = await start();
    simulator.faults([
      {
        product,
        action: dialect.create,
        count: 1,
        when,
        effect: effect as never,
        status: effect === 'status' ? 503 : 400,
        code: 'InternalErrorTemp',
      },
    ]);
    seen[effect]?.(await got(ask(url, product, 'create', dialect.createParams())));
    const committed = when === 'after';
    expect(simulator.flowLogs()).toHaveLength(committed ? 1 : 0);
    expect(simulator.journal()[0]).toMatchObject({
      committed,
      fault: effect,
      outcome: effect === 'code' ? 'InternalErrorTemp' : 'dropped',
    });
    expect((await ask(url, product, 'create', dialect.createParams(2))).status).toBe(200);
  });
});

describe('rules', () => {
  const statuses = async (n: number, make: () => Promise<Called>) => {
    const all = [];
    for (let k = 0; k < n; k += 1) all.push((await make()).status);
    return all;
  };
  const broken = { effect: 'status', status: 599 } as const;

  test('the first that matches wins, and a count that is used up lets the next one in', async () => {
    const { url } = await start();
    simulator.faults([
      { action: 'DescribeFlowLogs', count: 1, effect: 'status', status: 501 },
      { action: '^Describe', count: 2, effect: 'status', status: 502 },
    ]);
    expect(await statuses(4, () => ask(url, 'vpc', 'list'))).toEqual([501, 502, 502, 200]);
    expect(simulator.faultRules().map(({ hits }) => hits)).toEqual([1, 2]);
  });

  test('every n-th', async () => {
    const { url } = await start();
    simulator.faults([{ every: 3, ...broken }]);
    expect(await statuses(7, () => ask(url, 'vpc', 'list'))).toEqual([200, 200, 599, 200, 200, 599, 200]);
  });

  const aims: readonly [FaultRuleInput, number, string][] = [
    [{ product: 'vpc' }, 599, 'the product'],
    [{ product: 'cen' }, 200, 'another product'],
    [{ action: 'DescribeFlowLogs' }, 599, 'the exact action'],
    [{ action: 'Describe' }, 200, 'half an action'],
    [{ action: '^De.*Logs$' }, 599, 'a pattern'],
    [{ region: 'cn-hangzhou' }, 599, 'the region'],
    [{ region: 'cn-beijing' }, 200, 'another region'],
    [{ accountId: '1000000000000001' }, 599, 'the account'],
    [{ accountId: '2' }, 200, 'another account'],
    [{ resource: 'vpc-1' }, 599, 'the resource of the flow log named'],
    [{ resource: 'vpc-2' }, 200, 'another resource'],
    [{ flowLogId: 'fl-none' }, 200, 'another flow log'],
    [{ probability: 0 }, 200, 'never'],
    [{ probability: 1 }, 599, 'always'],
  ];
  test.each(aims)('%j gives %i: %s', async (rule, status) => {
    const { url } = await start();
    const FlowLogId = await create(url, 'vpc');
    simulator.faults([{ ...rule, ...broken }]);
    expect((await ask(url, 'vpc', 'list', { FlowLogId })).status).toBe(status);
  });

  test('chances are repeatable by their seed, and one rule does not move the chances of another', async () => {
    const { url } = await start();
    const list = () => ask(url, 'vpc', 'list');
    const run = async (rules: FaultRuleInput[], seed: number) => {
      simulator.faults(rules, seed);
      return (await statuses(40, list)).join();
    };
    const rule = { product: 'vpc', probability: 0.5, ...broken } as const;
    const first = await run([rule], 7);
    expect(await run([rule], 7)).toBe(first);
    expect(await run([rule, { product: 'vpc', probability: 0.5, effect: 'none' }], 7)).toBe(first);
    expect(await run([rule], 8)).not.toBe(first);
    const hits = first.split(',').filter((status) => status === '599').length;
    expect(hits, 'seed 7').toBeGreaterThan(8);
    expect(hits, 'seed 7').toBeLessThan(32);
  });

  test('an after fault waits for a call that is accepted', async () => {
    const { url } = await start();
    const FlowLogId = await create(url, 'vpc');
    simulator.faults([{ action: 'ActiveFlowLog', count: 1, when: 'after', effect: 'reset' }]);
    expect((await ask(url, 'vpc', 'activate', { FlowLogId })).body.Code).toBe('IncorrectStatus.flowlog');
    await ask(url, 'vpc', 'deactivate', { FlowLogId });
    expect(await got(ask(url, 'vpc', 'activate', { FlowLogId }))).toBe('nothing');
    expect(simulator.flowLogs()[0]?.status).toBe('Active');
  });

  test('throttling is injected with or without how long to wait', async () => {
    const { url } = await start();
    simulator.faults([
      { count: 1, effect: 'code', code: 'Throttling.User', retryAfterMs: 800 },
      { count: 1, effect: 'code', code: 'Throttling.User' },
    ]);
    const headers = [];
    for (let k = 0; k < 2; k += 1) headers.push((await ask(url, 'ecr', 'list')).headers.get('x-acs-retry-after'));
    expect(headers).toEqual(['800', null]);
    expect(simulator.summary().throttled).toBe(2);
  });

  test('a code brings its documented status and message, worded as its product words it', async () => {
    const { url } = await start();
    const answers = [];
    for (const code of ['ServiceUnavailable', 'Unauthorized', 'NobodyKnowsThis']) {
      simulator.faults([{ effect: 'code', code }]);
      answers.push(await ask(url, 'cen', 'list'));
    }
    expect(answers.map(({ status, body }) => [status, body.Message])).toEqual([
      [503, 'The request has failed due to a temporary failure of the server.'],
      [400, 'The AccessKeyId is unauthorized.'],
      [400, 'The request is refused.'],
    ]);
  });

  test('ECR: a failure inside a success', async () => {
    const { url } = await start();
    simulator.faults([{ effect: 'code', code: 'IncorrectStatus.Ecr', status: 200 }]);
    expect(await ask(url, 'ecr', 'list')).toMatchObject({
      status: 200,
      body: { Success: false, Code: 'IncorrectStatus.Ecr' },
    });
  });

  test('a single call commits late although it was never answered', async () => {
    const { url } = await start();
    simulator.faults([{ action: 'CreateFlowLog', count: 1, when: 'after', effect: 'reset', commitDelayMs: 4_000 }]);
    expect(await got(ask(url, 'vpc', 'create', dialects.vpc.createParams()))).toBe('nothing');
    expect(simulator.flowLogs()).toHaveLength(0);
    clock.advance(4_000);
    expect(simulator.flowLogs()).toHaveLength(1);
  });

  test('no answer at all, for as long as the client waits', async () => {
    const { url } = await start();
    simulator.faults([{ count: 1, when: 'after', effect: 'timeout' }]);
    const request = signed(url, 'vpc', 'DescribeFlowLogs', { RegionId: 'cn-hangzhou' });
    const waiting = fetch(request, { signal: AbortSignal.timeout(300) });
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(simulator.journal().at(-1)).toMatchObject({ outcome: 'dropped', fault: 'timeout' });
    expect((await ask(url, 'vpc', 'list')).status).toBe(200);
  });

  test('latency of a rule and of the configuration hold a call back', async () => {
    const { url } = await start({ latencyMs: 30 });
    simulator.faults([{ latencyMs: 40, when: 'before' }]);
    const began = performance.now();
    await ask(url, 'vpc', 'list');
    expect(performance.now() - began).toBeGreaterThan(65);
  });
});

test('many calls held back at once are no leak to warn of', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on('warning', warned);
  try {
    const { url } = await start({ latencyMs: 100 });
    await Promise.all(Array.from({ length: 20 }, () => ask(url, 'vpc', 'list')));
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', warned);
  }
});

describe('barriers', () => {
  test('before: nothing is committed until the release; after: it is, and only the answer waits', async () => {
    const { url } = await start();
    for (const when of ['before', 'after'] as const) {
      simulator.faults([{ action: 'CreateFlowLog', count: 1, when, barrier: 'gate' }]);
      const standing = simulator.flowLogs().length;
      const answer = ask(url, 'vpc', 'create', dialects.vpc.createParams());
      await simulator.barriers.waiting('gate');
      expect(simulator.flowLogs()).toHaveLength(standing + (when === 'after' ? 1 : 0));
      expect(simulator.journal().at(-1)).toMatchObject({ outcome: 'pending', committed: when === 'after' });
      expect(simulator.barriers.release('gate')).toBe(1);
      expect((await answer).status).toBe(200);
      expect(simulator.flowLogs()).toHaveLength(standing + 1);
    }
  });

  test('a call whose client went away while it was held still commits: it had reached the cloud', async () => {
    const { url } = await start();
    simulator.faults([{ action: 'CreateFlowlog', count: 1, barrier: 'gate' }]);
    const gone = new AbortController();
    const params = { RegionId: 'cn-hangzhou', ...dialects.cen.createParams() };
    const answer = got(fetch(signed(url, 'cen', 'CreateFlowlog', params), { signal: gone.signal }).then(called));
    await simulator.barriers.waiting('gate');
    gone.abort();
    expect(await answer).toBe('nothing');
    simulator.barriers.release('gate');
    await expect.poll(() => simulator.flowLogs().length).toBe(1);
    expect(simulator.journal()[0]).toMatchObject({ committed: true });
  });

  test('a held call can be dropped on release', async () => {
    const { url } = await start();
    simulator.faults([{ count: 1, barrier: 'gate', effect: 'reset' }]);
    const answer = got(ask(url, 'vpc', 'list'));
    await simulator.barriers.waiting('gate');
    simulator.barriers.release('gate');
    expect(await answer).toBe('nothing');
  });

  test('over HTTP: who waits, and the release', async () => {
    const { url } = await start();
    const control = (path: string, body?: object) =>
      fetch(`${url}/_simulator/${path}`, body ? { method: 'POST', body: JSON.stringify(body) } : {}).then((response) =>
        response.json(),
      );
    await control('faults', { rules: [{ action: 'DescribeFlowLogs', when: 'after', barrier: 'gate' }] });
    const answers = [ask(url, 'vpc', 'list'), ask(url, 'ecr', 'list')];
    await simulator.barriers.waiting('gate');
    await expect
      .poll(
        async () => ((await control('barriers')) as { barriers: { waiting: unknown[] }[] }).barriers[0]?.waiting.length,
      )
      .toBe(2);
    expect(await control('barriers', { name: 'gate', action: 'release' })).toEqual({ released: 2 });
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
    expect(await control('barriers')).toEqual({ barriers: [] });
  });

  test('a reset drops what is held, and it commits nothing', async () => {
    const { url } = await start();
    simulator.faults([{ barrier: 'gate' }]);
    const answer = got(ask(url, 'vpc', 'create', dialects.vpc.createParams()));
    await simulator.barriers.waiting('gate');
    await simulator.reset();
    expect(await answer).toBe('nothing');
    expect([simulator.flowLogs(), simulator.journal(), simulator.faultRules()]).toEqual([[], [], []]);
  });
});
