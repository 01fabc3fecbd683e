import { describe, expect, test } from 'vitest';
import getPort from 'get-port';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { OperationFailedError, type StartedOperation } from '../../client/index.js';
import { redactSecrets } from '../../cloud/call/redact.js';
import type { WorkerOptions } from '../../worker/index.js';
import { everyHistory, everyRow, pendingOf, printed } from './fixtures/haystack.js';
import { type Leak, type Place, type Planted, leaks } from './fixtures/needles.js';
import { until } from './fixtures/scenario.js';
import { type Service, type WorkerProcess, startService, uid } from './fixtures/service.js';
import { type ProductUnderTest, destination, productsUnderTest, requestedBy, vpc } from './fixtures/targets.js';
import { type Tale, type Wiretap, startWiretap } from './fixtures/wiretap.js';

/** Shaped like the real ones, with every character that encodings treat differently. */
const key = {
  id: 'STS.NUplantedKeyIdOfTheTest',
  secret: "9Zp/plantedSecret+q7W='3xkVb!Rm(T)8sYc*Lh",
  securityToken: 'CAISplantedToken/1dq6Ft5B2yfSjIr5bgEtX+nrVx1e1Gv/0QkVyDsJn7Q7l6pb9Ws3zz2IHpIe3RuBOwYt/g0==',
};
const accountWith = (accessKey: object) => ({ accounts: [{ uid, accessKeys: [{ ...key, ...accessKey }] }] });

/** A piece of the form that names one vpc target. */
const about = (name: string, action = vpc.create) => [`Action=${action}&`, `ResourceId=${vpc.resource(name)}&`];
const parameter = (form: string, name: string) => new URLSearchParams(form).get(name) ?? '';

/** Text that a firewall might answer, with the secret itself where `withSecret`: only an attacker would, so no check expects it. */
const blocked = (form: string, withSecret: boolean): string => {
  const bytes = Buffer.from(key.secret);
  const known = [key.secret, encodeURIComponent(key.secret), bytes.toString('base64'), bytes.toString('hex')];
  return `blocked: ${form}${withSecret ? `; known: ${known.join(' ')}` : ''}`;
};
const coded = (code: string, status: number, withSecret: boolean) => (form: string) => ({
  status,
  body: JSON.stringify({ RequestId: 'FIREWALL', Code: code, Message: blocked(form, withSecret) }),
});

/** Tales told once each, of creates that still end well, except the last. */
const talesOfCreates = (withSecret: boolean): Tale[] => [
  {
    about: about('html'),
    times: 1,
    answer: (form) => ({
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: `<html>Signature=${parameter(form, 'Signature')} SecurityToken=${parameter(form, 'SecurityToken')}</html>`,
    }),
  },
  {
    // A quotation of this answer ends in the middle of the secret.
    about: about('cut'),
    times: 1,
    answer: (form) => ({
      status: 502,
      headers: { 'content-type': 'text/plain' },
      body: `${'.'.repeat(180)}${withSecret ? key.secret : ''}SecurityToken=${parameter(form, 'SecurityToken')}`,
    }),
  },
  {
    about: about('redirect'),
    times: 1,
    answer: (form) => ({ status: 302, headers: { location: `http://elsewhere/?${form}` }, body: '' }),
  },
  { about: about('forbidden'), answer: coded('Forbidden.RAM', 403, withSecret) },
];

/** A service whose calls pass a middlebox, with credentials worth hiding. */
interface Scene {
  readonly service: Service;
  readonly tap: Wiretap;
  readonly withSecret: boolean;
  readonly places: Place[];
}

const enable = ({ service }: Scene, product: ProductUnderTest, name: string, options: object = {}) =>
  service.flowLogs.enable({ target: product.target(name), spec: { destination }, requestedBy, options });

/** The end of an operation: the code of its failure, or its outcome. Keeps everything that a client could print of it. */
async function endOf({ places }: Scene, operation: StartedOperation): Promise<string> {
  try {
    const report = await operation.result();
    places.push(printed(report));
    return report.outcome;
  } catch (error) {
    places.push(printed(error));
    return error instanceof OperationFailedError ? `${error.kind} ${error.code}` : String(error);
  }
}
const endsOf = async (scene: Scene, names: readonly string[]): Promise<Record<string, string>> => {
  const ended = await Promise.all(
    names.map(async (name) => [name, await endOf(scene, await enable(scene, vpc, name))]),
  );
  return Object.fromEntries(ended) as Record<string, string>;
};

/** Answers lost in every way, tales told, and one that goes well on each product. */
async function creates(scene: Scene): Promise<void> {
  const { service, tap, withSecret } = scene;
  const lost = ['reset', 'timeout', 'half-body', 'empty'] as const;
  service.simulator.faults(
    lost.map((effect) => ({
      action: vpc.create,
      resource: vpc.resource(effect),
      when: 'after',
      effect,
      count: 1,
    })),
  );
  tap.tell(talesOfCreates(withSecret));
  const well = productsUnderTest.map(async (product) => endOf(scene, await enable(scene, product, 'well')));
  expect(await endsOf(scene, [...lost, 'html', 'cut', 'redirect', 'forbidden'])).toEqual({
    ...Object.fromEntries([...lost, 'html', 'cut', 'redirect'].map((name) => [name, 'created'])),
    forbidden: 'denied Forbidden.RAM',
  });
  expect(await Promise.all(well)).toEqual(['created', 'created', 'created']);
}

/** The credentials go bad in the middle: the cloud itself echoes what was signed. */
async function credentials(scene: Scene): Promise<void> {
  const { simulator } = scene.service;
  scene.tap.tell([]);
  simulator.faults([
    { action: vpc.list, resource: vpc.resource('mismatch'), when: 'after', barrier: 'looked', count: 1 },
  ]);
  const mismatch = await enable(scene, vpc, 'mismatch');
  await simulator.barriers.waiting('looked');
  await simulator.seed(accountWith({ secret: 'another' }));
  simulator.barriers.release('looked');
  expect(await endOf(scene, mismatch)).toBe('denied SignatureDoesNotMatch');
  await simulator.seed(accountWith({ securityToken: 'another' }));
  const wrongToken = await enable(scene, vpc, 'wrong-token');
  expect(await endOf(scene, wrongToken)).toBe('denied InvalidSecurityToken.MismatchWithAccessKey');
  await simulator.seed(accountWith({ expiresAt: new Date().toISOString() }));
  const expiredWithin = async (deadlineMs: number) => endOf(scene, await enable(scene, vpc, 'expired', { deadlineMs }));
  // A machine that is too busy to make one call before the deadline is asked once more, with more time.
  const soon = await expiredWithin(20_000);
  const expired = soon === 'DeadlineExceeded DeadlineExceeded' ? await expiredWithin(60_000) : soon;
  expect(expired).toBe('DeadlineExceeded InvalidSecurityToken.Expired');
  await simulator.seed(accountWith({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() }));
}

/** Reads fail while they are waited for: heartbeats, last failures and progress tell of it. */
async function waits(scene: Scene): Promise<void> {
  const { service, tap, withSecret, places } = scene;
  service.simulator.config({ progression: { mode: 'explicit' } });
  const operation = await enable(scene, vpc, 'waits');
  const shows = async (what: string) => {
    await until(async () => (await pendingOf(service, operation)).text.includes(what));
    places.push(await pendingOf(service, operation), printed(await operation.progress()));
  };
  await shows('Activating');
  tap.tell([{ about: [`Action=${vpc.list}&`], answer: coded('InternalError', 500, withSecret) }]);
  await shows('lastError');
  const looks = await enable(scene, vpc, 'looks');
  await until(async () => (await pendingOf(service, looks)).text.includes('"code":"InternalError"'));
  places.push(await pendingOf(service, looks), printed(await looks.progress()));
  tap.tell([]);
  service.simulator.config({ progression: { mode: 'immediate' } });
  await service.simulator.settle();
  expect([await endOf(scene, operation), await endOf(scene, looks)]).toEqual(['created', 'created']);
}

/** Tells the whole story with one worker, and looks everywhere. */
async function storyWith(
  startWorker: (service: Service, url: string) => Promise<{ output?: () => Promise<string> }>,
  withSecret = true,
): Promise<Leak[]> {
  const service = await startService({
    workers: 0,
    simulator: {
      profile: 'friendly',
      config: { limits: {}, quotas: {}, progression: { mode: 'immediate' } },
      seed: accountWith({}),
    },
    env: {
      // Two stories share one process: an answer that is only slow must not count as lost.
      FLOWLOG_READ_TIMEOUT_MS: '10000',
      FLOWLOG_LIST_LAG_MS: '200',
      FLOWLOG_GRACE_MS: '13000',
      FLOWLOG_HEARTBEAT_MS: '5000',
      ALIBABA_CLOUD_ACCESS_KEY_ID: key.id,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.secret,
      ALIBABA_CLOUD_SECURITY_TOKEN: key.securityToken,
    },
  });
  const tap = await startWiretap(service.simulator.url);
  const scene: Scene = { service, tap, withSecret, places: [] };
  try {
    const { output } = await startWorker(service, tap.url);
    await creates(scene);
    await credentials(scene);
    await waits(scene);
    expect(new Set(tap.overheard.map(({ method, url }) => `${method} ${url}`))).toEqual(new Set(['POST /']));
    scene.places.push(...(await everyHistory(service)), ...(await everyRow(service)));
    if (output) scene.places.push({ where: 'output', text: await output() });
    expectEverything(scene.places, output !== undefined);
    const signatures = tap.overheard.map(({ form }) => ({ name: 'signature', text: parameter(form, 'Signature') }));
    const planted: Planted[] = [
      { name: 'secret', text: key.secret },
      { name: 'token', text: key.securityToken },
      ...signatures,
    ];
    expect(signatures.length).toBeGreaterThan(40);
    return leaks(planted, scene.places);
  } finally {
    await tap.close();
    await service.stop();
  }
}

/** The search is worth something only where there is something to search: each code of the story is in each place it belongs to. */
function expectEverything(places: readonly Place[], withOutput: boolean): void {
  const textOf = (where: string) =>
    places
      .filter((place) => place.where === where)
      .map(({ text }) => text)
      .join('\n');
  const codes = ['SignatureDoesNotMatch', 'InvalidSecurityToken.MismatchWithAccessKey', 'Forbidden.RAM'];
  const expected = {
    history: [...codes, 'InvalidSecurityToken.Expired', 'OutcomeUnclear'],
    ledger: [...codes, 'NotJson', 'Redirect', 'ReadTimeout', 'ConnectionReset', 'EmptyBody'],
    client: codes,
    'pending activities': ['Activating', 'lastError', 'InternalError'],
    'memo and search attributes': ['FlowLogState', 'denied'],
    description: ['request'],
    ...omitUndefined({ output: withOutput ? ['worker is polling', 'SignatureDoesNotMatch'] : undefined }),
  };
  for (const [where, words] of Object.entries(expected)) {
    const text = textOf(where);
    expect(
      words.filter((word) => !text.includes(word)),
      where,
    ).toEqual([]);
  }
}

const inProcess = (redact?: WorkerOptions['redact']) => async (service: Service, url: string) => {
  await service.startWorker({ env: { FLOWLOG_ENDPOINT: url }, ...omitUndefined({ redact }) });
  return {};
};

/** A worker as a process that tells all it can tell, asked in every way there might be not to hide anything. */
const talkative = async (service: Service, url: string) => {
  const metrics = `127.0.0.1:${await getPort({ host: '127.0.0.1' })}`;
  const worker: WorkerProcess = await service.spawnWorker({
    FLOWLOG_ENDPOINT: url,
    FLOWLOG_METRICS_ADDRESS: metrics,
    FLOWLOG_LOG_LEVEL: 'trace',
    FLOWLOG_REDACT: 'off',
    DEBUG: '*',
    NODE_ENV: 'development',
  });
  return { output: async () => worker.output() + (await (await fetch(`http://${metrics}/metrics`)).text()) };
};

const names = (found: readonly Leak[], field: keyof Leak) => new Set(found.map((leak) => leak[field]));

describe.concurrent('a secret', () => {
  const patience = { timeout: 360_000 };

  // By itself: beside another story this process is too slow to read what that worker prints, and the worker waits until it is read.
  const alone = { ...patience, concurrent: false };
  test('is in no history, heartbeat, ledger, error, log or metric of a worker process', alone, async () => {
    expect(await storyWith(talkative)).toEqual([]);
  });

  test('is in none of them with a worker in this process', patience, async () => {
    expect(await storyWith(inProcess())).toEqual([]);
  });

  test('is found nearly everywhere where nothing is redacted, so the search can fail', patience, async () => {
    const found = await storyWith(inProcess((text) => text));
    expect(names(found, 'secret')).toEqual(new Set(['secret', 'token', 'signature']));
    expect(names(found, 'where')).toEqual(new Set(['history', 'ledger', 'client', 'pending activities']));
    for (const form of ['raw', 'URL-encoded', 'base64, 0 bytes in', 'hex'])
      expect(names(found, 'form')).toContain(form);
  });

  test(
    'that has a name is kept out of the ledger even where the way to the cloud let it through',
    patience,
    async () => {
      const onlyOfTheLedger = (text: string, known: readonly string[]) =>
        known.length === 0 ? redactSecrets(text, []) : text;
      const found = await storyWith(inProcess(onlyOfTheLedger), false);
      expect(names(found, 'where')).toContain('history');
      expect(found.filter(({ where }) => where === 'ledger')).toEqual([]);
    },
  );
});
