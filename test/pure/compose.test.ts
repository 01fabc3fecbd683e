import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { environment } from '../../worker/config.js';
import { needs } from '../languages/needs.js';
import { root } from './fixtures/source-tree.js';

const withGo = await needs('go');

/** docker-compose.yml, as far as it can be held against the rest without an engine. */

interface ComposeService {
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
  readonly logging?: { readonly options: object };
  readonly deploy?: { readonly resources: { readonly limits: object } };
  readonly image?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly healthcheck?: { readonly disable?: boolean };
  readonly restart?: string;
}
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
};
const services = Object.entries(compose.services);
const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
const worker = compose.services['worker']?.environment ?? {};

/** A text of the file with its variables at their defaults. */
const defaults = (value: string) => value.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1');

describe('the compose file', () => {
  test.each(Object.keys(environment.shape))('lets %s be set', (name) => {
    expect(Object.keys(worker)).toContain(name);
  });

  test('passes on every variable of credentials and proxies', () => {
    const named = [...page.matchAll(/`(ALIBABA_CLOUD_[A-Z_]+|[a-z]+_proxy)`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !(name! in worker))).toEqual([]);
  });

  test('passes on nothing that the page does not tell of', () => {
    expect(Object.keys(worker).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test('takes no variable of its own that the page does not tell of', () => {
    const taken = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
    expect(new Set(taken).size).toBeGreaterThan(5);
    expect(taken.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test('has no password of its own: each is a file of a folder that has to be named', () => {
    expect(text).not.toMatch(/PASSWORD(:-| *: *\w)/);
    const files = Object.values(compose.secrets).map(({ file }) => file);
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) expect(file).toMatch(/^\$\{FLOWLOG_SECRETS:\?/);
    const taken = services.flatMap(([, { secrets = [] }]) => secrets);
    expect(new Set(taken)).toEqual(new Set(Object.keys(compose.secrets)));
  });

  test('gives the worker the login that may not change the schema, and only the migration the one that may', () => {
    const logins = services.map(([name, { environment = {} }]) => [name, environment['DATABASE_URL'] ?? '']);
    const of = (login: string) => logins.filter(([, url]) => url?.includes(`${login}@`)).map(([name]) => name);
    expect([of('migrate'), of('worker'), of('auditor')]).toEqual([['migrate'], ['worker'], ['flowlog']]);
  });

  test.each(services)('%s waits for services, mounts files and uses volumes that there are', (_, service) => {
    expect(Object.keys(service.depends_on ?? {}).filter((name) => !(name in compose.services))).toEqual([]);
    for (const [source = ''] of (service.volumes ?? []).map((volume) => defaults(volume).split(':'))) {
      if (source.startsWith('.')) expect(existsSync(join(root, source)), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  test.each(services)(
    '%s is reached from this machine only, is bounded, keeps its log short, and says whether it is well',
    (_, service) => {
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      expect(service.restart).toBeDefined();
      expect(service.logging?.options).toMatchObject({ 'max-size': '10m', 'max-file': '5' });
      expect(service.deploy?.resources.limits).toMatchObject({ memory: expect.stringMatching(/^\d+[mg]$/) as string });
      if (service.restart === 'unless-stopped') expect(service.healthcheck?.disable ?? true).toBe(true);
      if (service.restart === 'unless-stopped') expect(service.healthcheck).toHaveProperty('test');
    },
  );

  test('runs our own image with a root file system that cannot be written, and without rights of the kernel', () => {
    const ours = services.filter(([, { image }]) => image === 'flowlog');
    expect(ours.map(([name]) => name)).toEqual(['migrate', 'worker', 'flowlog', 'simulator', 'demo']);
    for (const [, service] of ours) expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], init: true });
  });

  test('names one release of Temporal for its server and its tools', () => {
    const tags = ['temporal', 'temporal-schema', 'temporal-namespace'].map((name) => compose.services[name]?.image?.split(':').slice(1).join(':')); // prettier-ignore
    expect(new Set(tags)).toEqual(new Set(['${TEMPORAL_VERSION:-1.31.2}']));
  });
});

describe('what Docker Compose makes of it', () => {
  const file = join(root, 'docker-compose.yml');
  const read = async (go: string, ...envFiles: readonly string[]) => {
    const env = { ...process.env, GOFLAGS: '-mod=readonly' };
    const run = promisify(execFile)(go, ['run', '.', file, ...envFiles], { cwd: join(root, 'tools/compose'), env });
    return run.then(({ stdout }) => stdout);
  };

  withGo('is whole with the settings of the demonstration, which reach the worker', async ([go = '']) => {
    const project = JSON.parse(await read(go, join(root, 'deploy/demo.env'))) as typeof compose;
    const all = Object.keys(compose.services).filter((name) => name !== 'flowlog');
    expect(Object.keys(project.services).sort()).toEqual(all.sort());
    const { environment: seen } = project.services['worker']!;
    expect(seen).toMatchObject({
      FLOWLOG_OWNER: 'demo',
      FLOWLOG_ENDPOINT: 'http://simulator:4510',
      FLOWLOG_ACCOUNTS: '/etc/flowlog/accounts.yaml',
      DATABASE_URL: 'postgres://worker@postgres:5432/flowlog',
      DATABASE_PASSWORD_FILE: '/run/secrets/worker-password',
    });
    // An unset variable is not passed on as empty text, which a worker would take for a wrong value.
    expect(seen?.['FLOWLOG_GRACE_MS']).toBeNull();
  });

  withGo(
    'is refused without passwords, by the name of their variable, also against the simulator',
    async ([go = '']) => {
      for (const files of [[], [join(root, 'deploy/simulator.env')]])
        await expect(read(go, ...files)).rejects.toMatchObject({
          stderr: expect.stringContaining('required variable FLOWLOG_SECRETS is missing a value') as string,
        });
    },
  );
});
