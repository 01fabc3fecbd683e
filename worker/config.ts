import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { SEND_WINDOW_MS, type Timing } from '../activities/dependencies.js';
import type { Quotas } from '../cloud/call/accounts.js';
import { products } from '../cloud/products/products.js';
import { type ProxyFor, ProxyError, proxiesFrom } from '../cloud/call/proxy.js';
import { type Budgets, budgetName } from '../cloud/call/rates.js';
import { addressWithPassword, oneLine, shownAddress } from '../cloud/text.js';

/** A variable is wrong; the message names each one and what it must be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Of this service; `RELEASES.md` names its commit. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const milliseconds = (fallback: number, least = 0) =>
  z.coerce.number({ error: 'must be a number of milliseconds' }).int().min(least).max(86_400_000).default(fallback);
const url = z.url({ protocol: /^https?$/, error: 'must be http://host:port or https://host:port' });
// {region} is filled in for each call, so the template is judged with a stand-in.
const endpoint = z.string().refine((text) => url.safeParse(text.replaceAll('{region}', 'region')).success, {
  error: 'must be http://host:port or https://host:port, and may contain {region}',
});
const ownerName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, dots, underscores or hyphens');

/** `name=number,name=number` */
const numbersByName = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    text
      .split(',')
      .map((each) => each.split('='))
      .map(([name, value]) => [name?.trim(), Number(value)]),
  );

/**
 * Every variable the worker reads beside those of Temporal (TEMPORAL_*) and of the cloud's credentials (ALIBABA_CLOUD_*).
 * `docs/configuration.md` tells of each; a test compares the two.
 */
export const environment = z.object({
  DATABASE_URL: z
    .string({ error: 'is required: postgres://user:password@host:port/database' })
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://'),
  DATABASE_PASSWORD_FILE: z.string().min(1).optional(),
  FLOWLOG_OWNER: ownerName.describe("this deployment's id; its flow logs are known by it"),
  FLOWLOG_ACCOUNTS: z.string().min(1).optional(),
  FLOWLOG_ACCOUNT_ID: z
    .string()
    .regex(/^\d{1,20}$/, "must be the account's uid: digits")
    .optional(),
  FLOWLOG_ENDPOINT: endpoint.optional(),
  FLOWLOG_ENDPOINT_VPC: endpoint.optional(),
  FLOWLOG_ENDPOINT_CEN: endpoint.optional(),
  FLOWLOG_ENDPOINT_ECR: endpoint.optional(),
  FLOWLOG_ENDPOINT_ECS: endpoint.optional(),
  FLOWLOG_ENDPOINT_STS: endpoint.optional(),
  FLOWLOG_NETWORK: z.enum(['public', 'vpc'], { error: 'must be public or vpc' }).default('public'),
  FLOWLOG_CONNECT_TIMEOUT_MS: milliseconds(5_000, 1),
  FLOWLOG_READ_TIMEOUT_MS: milliseconds(10_000, 1),
  FLOWLOG_LIST_LAG_MS: milliseconds(10_000),
  FLOWLOG_COMMIT_DELAY_MS: milliseconds(10_000),
  FLOWLOG_GRACE_MS: milliseconds(60_000, 1),
  FLOWLOG_HEARTBEAT_MS: milliseconds(30_000, 100),
  FLOWLOG_DEADLINE_MS: milliseconds(1_800_000, 1),
  FLOWLOG_BUDGET_SHARE: z.coerce.number({ error: 'must be a number' }).min(0.05).max(1).default(0.8),
  FLOWLOG_BUDGETS: z
    .string()
    .transform(numbersByName)
    .refine((budgets) => Object.entries(budgets).every(([name, perSecond]) => budgetName.test(name) && perSecond > 0), {
      error: 'must be like *=10,vpc=100: calls per second, more than 0',
    })
    .optional(),
  FLOWLOG_QUOTAS: z
    .string()
    .transform(numbersByName)
    .refine(
      (quotas) =>
        Object.entries(quotas).every(
          ([name, count]) => Object.hasOwn(products, name) && Number.isInteger(count) && count > 0,
        ),
      { error: 'must be like vpc=100: flow logs of one account and region' },
    )
    .optional(),
  FLOWLOG_ALLOW_UNSAFE_DATABASE: z.enum(['0', '1'], { error: 'must be 0 or 1' }).default('0'),
  FLOWLOG_EMPTY_LEDGER: z.enum(['ask', 'first-start'], { error: 'must be ask or first-start' }).default('ask'),
  FLOWLOG_LONG_HISTORY_EVENTS: z.coerce
    .number({ error: 'must be a number of events' })
    .int()
    .min(10)
    .max(40_000)
    .default(8_000),
  FLOWLOG_ANCHORS_FILE: z.string().min(1).optional(),
  FLOWLOG_METRICS_ADDRESS: z
    .string()
    .regex(/^[^:]+:\d{1,5}$/, 'must be host:port')
    .optional(),
  FLOWLOG_WORKER_BUILD: z.string().min(1).default(`flowlog ${version} on ${hostname()}`),
});

type CheckedEnvironment = z.infer<typeof environment>;

/** Settings of a worker from its environment, checked. */
export interface WorkerConfig {
  readonly databaseUrl: string;
  readonly owner: string;
  readonly workerBuild: string;
  readonly accountsFile?: string;
  /** uid of the default account, where there is no accounts file. */
  readonly accountId?: string;
  readonly timing: Timing;
  readonly longHistoryEvents: number;
  /** True where the worker may use a database that can lose committed rows. */
  readonly allowUnsafeDatabase: boolean;
  /** `ask`: the cloud and Temporal are asked whether an empty ledger is in the place of a lost one. `first-start`: it is not, by this setting. */
  readonly emptyLedger: 'ask' | 'first-start';
  /** Share of each limit that is used, and limits in the place of the documented ones. */
  readonly budgetShare: number;
  readonly budgets: Budgets;
  /** Flow logs that an account may have in one region, in the place of the documented numbers. */
  readonly quotas: Quotas;
  readonly network: 'public' | 'vpc';
  /** The proxy of an address, as `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say. */
  readonly proxyFor: ProxyFor;
  /** `FLOWLOG_ENDPOINT*` as given, by name. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly metricsAddress?: string;
  /** Every anchor of the ledger is appended to this file. */
  readonly anchorsFile?: string;
}

/**
 * Reads the environment, once, with every default above.
 * @throws ConfigError naming every variable that is wrong
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): WorkerConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) =>
      problem(String(path[0]), given[String(path[0])], message),
    );
    throw new ConfigError(problems.join('\n'));
  }
  const timing = timingFrom(parsed.data);
  const { FLOWLOG_ACCOUNTS, FLOWLOG_ACCOUNT_ID, FLOWLOG_METRICS_ADDRESS, FLOWLOG_ANCHORS_FILE } = parsed.data;
  const endpoints = Object.entries(parsed.data).filter(([name]) => name.startsWith('FLOWLOG_ENDPOINT'));
  return {
    databaseUrl: databaseUrlOf(parsed.data),
    owner: parsed.data.FLOWLOG_OWNER,
    workerBuild: parsed.data.FLOWLOG_WORKER_BUILD,
    timing,
    longHistoryEvents: parsed.data.FLOWLOG_LONG_HISTORY_EVENTS,
    allowUnsafeDatabase: parsed.data.FLOWLOG_ALLOW_UNSAFE_DATABASE === '1',
    emptyLedger: parsed.data.FLOWLOG_EMPTY_LEDGER,
    budgetShare: parsed.data.FLOWLOG_BUDGET_SHARE,
    budgets: parsed.data.FLOWLOG_BUDGETS ?? {},
    quotas: parsed.data.FLOWLOG_QUOTAS ?? {},
    network: parsed.data.FLOWLOG_NETWORK,
    proxyFor: proxiesOf(env),
    endpoints: Object.fromEntries(endpoints.filter(([, value]) => value !== undefined)) as Record<string, string>,
    ...omitUndefined({
      accountsFile: FLOWLOG_ACCOUNTS || undefined,
      accountId: FLOWLOG_ACCOUNT_ID || undefined,
      metricsAddress: FLOWLOG_METRICS_ADDRESS || undefined,
      anchorsFile: FLOWLOG_ANCHORS_FILE || undefined,
    }),
  };
}

/** Passwords of addresses are not repeated. */
const problem = (name: string, value: string | undefined, message: string): string =>
  value === undefined
    ? `${name} is not set: ${message}`
    : `${name}=${isAddress(name) ? shownAddress(value) : oneLine(value)}: ${message}`;

const isAddress = (name: string): boolean => name === 'DATABASE_URL' || name.startsWith('FLOWLOG_ENDPOINT');

function databaseUrlOf({ DATABASE_URL, DATABASE_PASSWORD_FILE }: CheckedEnvironment): string {
  if (DATABASE_PASSWORD_FILE === undefined) return DATABASE_URL;
  try {
    return addressWithPassword(DATABASE_URL, readFileSync(DATABASE_PASSWORD_FILE, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`DATABASE_PASSWORD_FILE=${oneLine(DATABASE_PASSWORD_FILE)}: ${reason}`);
  }
}

function proxiesOf(env: Readonly<Record<string, string | undefined>>): ProxyFor {
  try {
    return proxiesFrom(env);
  } catch (error) {
    if (error instanceof ProxyError) throw new ConfigError(error.message);
    throw error;
  }
}

function timingFrom(data: CheckedEnvironment): Timing {
  const timing = {
    connectTimeoutMs: data.FLOWLOG_CONNECT_TIMEOUT_MS,
    readTimeoutMs: data.FLOWLOG_READ_TIMEOUT_MS,
    listLagMs: data.FLOWLOG_LIST_LAG_MS,
    commitDelayMs: data.FLOWLOG_COMMIT_DELAY_MS,
    graceMs: data.FLOWLOG_GRACE_MS,
    heartbeatMs: data.FLOWLOG_HEARTBEAT_MS,
    deadlineMs: data.FLOWLOG_DEADLINE_MS,
  };
  const parts =
    SEND_WINDOW_MS + timing.connectTimeoutMs + timing.readTimeoutMs + timing.listLagMs + timing.commitDelayMs;
  if (timing.graceMs >= parts) return timing;
  throw new ConfigError(
    `FLOWLOG_GRACE_MS=${timing.graceMs}: must be at least ${parts}: the send window (${SEND_WINDOW_MS}), FLOWLOG_CONNECT_TIMEOUT_MS, ` +
      'FLOWLOG_READ_TIMEOUT_MS, FLOWLOG_LIST_LAG_MS and FLOWLOG_COMMIT_DELAY_MS together. A change whose answer was lost may show that late.',
  );
}
