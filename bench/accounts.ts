import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultAccount, type ConfigPatch } from '../simulator/index.js';
import type { Laboratory } from './laboratory.js';

/** Four accounts; the worker calls all but the first by a role that trusts it. */
export const benchAccounts: readonly string[] = [
  defaultAccount.uid,
  '1000000000000002',
  '1000000000000003',
  '1000000000000004',
];

/** Five regions in which each account has targets. */
export const benchRegions: readonly string[] = [
  'cn-hangzhou',
  'cn-beijing',
  'cn-shanghai',
  'cn-shenzhen',
  'eu-central-1',
];

/** Scene with several accounts: the cloud, and what our worker is told beside the accounts. */
interface Scene {
  readonly cloud: ConfigPatch;
  /** Calls a second of each API in each account and region. */
  readonly perSecond: number;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Measures beside four accounts: writes the file of accounts, starts a worker with it and a cloud in which their roles exist, and puts the usual
 * worker back at the end.
 * @param measure gets the worker's settings, to start it again with the same
 */
export async function withAccounts<Result>(
  laboratory: Laboratory,
  { cloud, perSecond, env: more = {} }: Scene,
  measure: (env: Readonly<Record<string, string>>) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-accounts-'));
  try {
    const file = join(folder, 'accounts.json');
    await writeFile(file, JSON.stringify(accountsFile(perSecond)));
    const env = { ...more, FLOWLOG_ACCOUNTS: file, FLOWLOG_ACCOUNT_ID: '', FLOWLOG_BUDGETS: '' };
    await laboratory.worker(env);
    await laboratory.cloud({ resources: 'open', ...cloud });
    const others = benchAccounts
      .slice(1)
      .map((uid) => ({ uid, roles: [{ name: 'flowlog', trusts: [defaultAccount.uid] }] }));
    await laboratory.simulator.seed({ accounts: others });
    return await measure(env);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await laboratory.worker();
  }
}

const accountsFile = (perSecond: number) =>
  Object.fromEntries(
    benchAccounts.map((uid, index) => {
      const role = index === 0 ? {} : { roleArn: `acs:ram::${uid}:role/flowlog` };
      return [`account-${index}`, { uid, ...role, budgets: { '*': perSecond } }];
    }),
  );
