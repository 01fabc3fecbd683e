import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hold } from './check.js';
import { root, type World } from './world.js';

/** Parts of the compose file that no scene exercises, each with the reason. */
const unexercised: Readonly<Record<string, string>> = {
  'variable POSTGRES_VERSION': 'the tag that is the default is the one that runs',
  'variable TEMPORAL_VERSION': 'as above',
  'variable TEMPORAL_UI_VERSION': 'as above',
  'variable FLOWLOG_ENDPOINT_VPC': 'test/cloud/endpoints.test.ts; here one address serves all',
  'variable FLOWLOG_ENDPOINT_CEN': 'as above',
  'variable FLOWLOG_ENDPOINT_ECR': 'as above',
  'variable FLOWLOG_ENDPOINT_ECS': 'as above',
  'variable FLOWLOG_ENDPOINT_STS': 'as above',
  'variable FLOWLOG_NETWORK': 'names hosts of the real cloud',
  'variable FLOWLOG_HEARTBEAT_MS': 'the default is what is tried',
  'variable FLOWLOG_DEADLINE_MS': 'the default is what is tried',
  'variable FLOWLOG_ALLOW_UNSAFE_DATABASE': 'the database here is safe',
  'variable FLOWLOG_LONG_HISTORY_EVENTS': 'the default is what is tried',
  'variable FLOWLOG_QUOTAS': 'test/service/plan.test.ts',
  'variable FLOWLOG_BUDGET_SHARE': 'test/service/budgets.test.ts',
  'variable ALIBABA_CLOUD_CREDENTIALS_FILE': 'its default, a secret, is what the demonstration uses',
  'variable ALIBABA_CLOUD_CREDENTIALS_URI': 'needs a server of credentials: test/cloud/credentials.test.ts',
  'variable ALIBABA_CLOUD_ECS_METADATA': 'needs an instance of the real cloud',
  'variable ALIBABA_CLOUD_OIDC_PROVIDER_ARN': 'needs a cluster of the real cloud',
  'variable ALIBABA_CLOUD_OIDC_TOKEN_FILE': 'needs a cluster of the real cloud',
  'variable ALIBABA_CLOUD_PROFILE': 'the default profile is what the demonstration uses',
  'variable ALIBABA_CLOUD_ROLE_ARN': 'needs a cluster of the real cloud',
  'variable ALIBABA_CLOUD_SECURITY_TOKEN': 'temporary keys: test/cloud/credentials.test.ts',
  'variable http_proxy': 'test/service/proxy.test.ts',
  'variable https_proxy': 'test/service/proxy.test.ts',
  'variable all_proxy': 'test/cloud/proxy.test.ts',
  'variable no_proxy': 'test/cloud/proxy.test.ts',
};

interface ServiceOf {
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: unknown; readonly disable?: boolean };
  readonly ports?: readonly { readonly published: string }[];
}
interface Inspected {
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: { readonly Status: string };
  };
}

/** Notes what of the compose file the scenes exercise. */
export class Coverage {
  readonly #seen = new Set<string>(['service flowlog']);

  /** Notes variables that a world sets. */
  sets(names: Iterable<string>): void {
    for (const name of names) this.#seen.add(`variable ${name}`);
  }

  /** Looks at the containers of a world: which services ran, were healthy, and began after what they depend on. */
  async see(world: World): Promise<void> {
    const { services } = await composeFile(world);
    const containers = new Map<string, Inspected>();
    for (const name of Object.keys(services)) {
      const [id] = (await world.compose(['ps', '--all', '--quiet', name])).split('\n').filter(Boolean);
      if (id) containers.set(name, (JSON.parse(await world.docker('inspect', id)) as [Inspected])[0]);
    }
    for (const [name, { State: state }] of containers) {
      if (state.Status === 'running' || state.ExitCode === 0) this.#seen.add(`service ${name}`);
      if (state.Health?.Status === 'healthy') this.#seen.add(`health check of ${name}`);
      for (const [other, { condition }] of Object.entries(services[name]?.depends_on ?? {})) {
        const before = containers.get(other)?.State;
        const moment = condition === 'service_completed_successfully' ? before?.FinishedAt : before?.StartedAt;
        hold(moment !== undefined && moment <= state.StartedAt, `${name} began after ${other}`, { before, state });
        this.#seen.add(`${name} depends on ${other}`);
      }
      for (const { published } of services[name]?.ports ?? []) await this.#port(world, Number(published));
    }
  }

  async #port(world: World, port: number): Promise<void> {
    const script = `require('node:net').connect(${port}, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))`;
    const { code } = await world.onHost([process.execPath, '-e', script]);
    hold(code === 0, `port ${port} is published`);
    this.#seen.add(`port ${port}`);
  }

  /** @throws Wrong where a part is neither exercised nor named with a reason, or is both */
  async judge(world: World): Promise<void> {
    const { services } = await composeFile(world);
    const text = await readFile(join(root, 'docker-compose.yml'), 'utf8');
    const parts = new Set<string>([...text.matchAll(/\$\{([A-Za-z_]+)/g)].map(([, name]) => `variable ${name}`));
    for (const [name, service] of Object.entries(services)) {
      parts.add(`service ${name}`);
      if (service.healthcheck?.test !== undefined && !service.healthcheck.disable) parts.add(`health check of ${name}`);
      for (const other of Object.keys(service.depends_on ?? {})) parts.add(`${name} depends on ${other}`);
      for (const { published } of service.ports ?? []) parts.add(`port ${published}`);
    }
    // Those that are handed on by name alone.
    const given = new Set(Object.values(services).flatMap(({ environment = {} }) => Object.keys(environment)));
    for (const [, name = ''] of text.matchAll(/^ {6}([A-Za-z_]+):$/gm))
      if (given.has(name)) parts.add(`variable ${name}`);
    const missing = [...parts].filter((part) => !this.#seen.has(part) && !(part in unexercised));
    hold(missing.length === 0, 'every part of the compose file is exercised, or named with a reason', missing);
    const needless = Object.keys(unexercised).filter((part) => !parts.has(part) || this.#seen.has(part));
    hold(needless.length === 0, 'no reason is given for what is exercised or not there', needless);
  }
}

async function composeFile(world: World): Promise<{ readonly services: Readonly<Record<string, ServiceOf>> }> {
  return JSON.parse(await world.compose(['--profile', '*', 'config', '--format', 'json'])) as never;
}
