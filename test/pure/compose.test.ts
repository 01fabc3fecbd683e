import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { environment } from '../../worker/config.js';
import { needs } from '../languages/needs.js';
import { root } from './source-tree.js';

const withGo = await needs('go');

/** docker-compose.yml, as far as it can be held against the rest without an engine. */

interface ComposeService {
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: object;
  readonly restart?: string;
}
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
const worker = compose.services['worker']?.environment ?? {};

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

  test('has no password that everybody knows: without one it is not started, and the variable is named', () => {
    expect(text).not.toMatch(/PASSWORD:?-/);
    for (const [, rule] of text.matchAll(/\$\{POSTGRES_PASSWORD(.*?)\}/g)) expect(rule).toMatch(/^:\?/);
  });

  test.each(services)('%s waits for services, mounts files and uses volumes that there are', (_, service) => {
    expect(Object.keys(service.depends_on ?? {}).filter((name) => !(name in compose.services))).toEqual([]);
    for (const [source = ''] of (service.volumes ?? []).map((volume) => volume.split(':'))) {
      if (source.startsWith('.')) expect(existsSync(join(root, source)), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  test.each(services)(
    '%s is reached from this machine only, is started again, and says whether it is well',
    (name, service) => {
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      expect(service.restart).toBeDefined();
      const isOnce = service.restart?.startsWith('on-failure');
      // The vendor's image of the UI has no program that could ask it.
      if (!isOnce && name !== 'temporal-ui') expect(service.healthcheck).toBeDefined();
    },
  );
});

describe('what Docker Compose makes of it', () => {
  const file = join(root, 'docker-compose.yml');
  const read = async (go: string, ...envFiles: readonly string[]) => {
    const env = { ...process.env, GOFLAGS: '-mod=readonly' };
    const run = promisify(execFile)(go, ['run', '.', file, ...envFiles], { cwd: join(root, 'tools/compose'), env });
    return run.then(({ stdout }) => stdout);
  };

  withGo('is whole with the settings of the simulator, which reach the worker', async ([go = '']) => {
    const project = JSON.parse(await read(go, join(root, 'deploy/simulator.env'))) as typeof compose;
    expect(Object.keys(project.services).sort()).toEqual(Object.keys(compose.services).sort());
    const { environment: seen } = project.services['worker']!;
    expect(seen).toMatchObject({
      FLOWLOG_OWNER: 'compose',
      FLOWLOG_ENDPOINT: 'http://simulator:4510',
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'AKsim',
      DATABASE_URL: 'postgres://flowlog:flowlog@postgres:5432/flowlog',
    });
    // An unset variable is not passed on as empty text, which a worker would take for a wrong value.
    expect(seen?.['FLOWLOG_GRACE_MS']).toBeNull();
  });

  withGo('is refused without a password, by the name of its variable', async ([go = '']) => {
    await expect(read(go)).rejects.toMatchObject({
      stderr: expect.stringContaining('required variable POSTGRES_PASSWORD is missing a value') as string,
    });
  });
});
