import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { type Account, parseAccountEntries } from '../cloud/call/accounts.js';
import { type Budget, type BudgetOptions, createBudget } from '../cloud/call/budget.js';
import { budgeted } from '../cloud/call/budgeted.js';
import { createCloudClient } from '../cloud/call/client.js';
import type { CloudClient } from '../cloud/call/port.js';
import { type Identity, createAccountCredentials } from '../cloud/call/credentials.js';
import type { Product } from '../cloud/flow-log.js';
import { products } from '../cloud/products/products.js';
import { InvalidInput } from '../cloud/effective-spec.js';
import { paceOf } from '../cloud/call/rates.js';
import type { Redact } from '../cloud/call/redact.js';
import { ConfigError, type WorkerConfig } from './config.js';

/** The cloud as this worker reaches it, and the accounts it has credentials for. */
export interface CloudConnection {
  /** Every call leaves within the budget, those for credentials too. */
  readonly cloud: CloudClient;
  readonly budget: Budget;
  readonly accountIds: readonly string[];
  /** Flow logs that an account may have in one region; undefined where nothing is set and nothing documented. */
  readonly quotaOf: (accountId: string, product: Product) => number | undefined;
  /** Owner of an account's credentials, asked once; a CloudError `denied` when they are another account's. */
  readonly principalOf: (accountId: string) => Promise<Identity>;
  close(): Promise<void>;
}

/** Store and clock of the cloud's budgets. */
export interface BudgetParts extends Pick<BudgetOptions, 'slots' | 'clock' | 'isAway'> {
  readonly redact?: Redact | undefined;
}

/** Credentials and adapter over one another: a role is assumed through the same adapter that then uses it. */
export async function connectCloud(config: WorkerConfig, { redact, ...parts }: BudgetParts): Promise<CloudConnection> {
  const { connectTimeoutMs, readTimeoutMs } = config.timing;
  const accounts = await configuredAccounts(config);
  const credentials = createAccountCredentials({ accounts, cloud: () => cloud });
  const limits = new Map(accounts.map(({ accountId, budgets }) => [accountId, budgets]));
  const quotas = new Map(accounts.map((account) => [account.accountId, account.quotas]));
  const settings = { share: config.budgetShare, budgets: config.budgets, ofAccount: (uid: string) => limits.get(uid) };
  const budget = createBudget({ ...parts, paceOf: (request) => paceOf(request, settings) });
  await budget.open();
  const client = createCloudClient({
    credentials: (accountId) => credentials.providerFor(accountId),
    endpoints: config.endpoints,
    network: config.network,
    proxyFor: config.proxyFor,
    connectTimeoutMs,
    readTimeoutMs,
    ...omitUndefined({ redact }),
  });
  const cloud = budgeted(client, budget);
  return {
    cloud,
    budget,
    accountIds: accounts.map(({ accountId }) => accountId),
    quotaOf: (uid, product) => quotas.get(uid)?.[product] ?? config.quotas[product] ?? products[product].defaultQuota,
    principalOf: (accountId) => credentials.verifyUid(accountId),
    async close() {
      await budget.close();
      client.close();
    },
  };
}

/** The accounts file, or the one account of `FLOWLOG_ACCOUNT_ID`; if there is neither, the default credentials serve every account that is asked for. */
async function configuredAccounts({ accountsFile, accountId }: WorkerConfig): Promise<readonly Account[]> {
  if (!accountsFile) return accountId ? [{ name: 'default', accountId }] : [];
  try {
    return parseAccountEntries(parse(await readFile(accountsFile, 'utf8')));
  } catch (error) {
    const problems =
      error instanceof InvalidInput ? error.problems.map(({ path, message }) => `${path}: ${message}`) : [];
    const reason = problems.length > 0 ? problems.join('\n') : error instanceof Error ? error.message : String(error);
    throw new ConfigError(`FLOWLOG_ACCOUNTS=${accountsFile}: ${reason}`);
  }
}
