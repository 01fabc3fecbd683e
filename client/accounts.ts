import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { parseAccountEntries as readAccounts } from '../cloud/call/accounts.js';

/** One account as a caller needs to know it. */
export interface Account {
  /** The account's uid: digits. */
  readonly uid: string;
  /** The role that the worker assumes for it; absent: its default credentials. */
  readonly roleArn?: string;
  /** Values that a manifest's items of this account take where they have none. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/** Account names and what they stand for. */
export type Accounts = Readonly<Record<string, Account>>;

/** The name that stands for the account of a request which names none. */
export const defaultAccountName = 'default';

/** An accounts file that cannot be used. */
export class AccountsFileError extends Error {
  override readonly name = 'AccountsFileError';
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Reads an accounts file (YAML or JSON), by the same rules as the worker; external ids and budgets are the worker's business.
 * @throws AccountsFileError with everything that is wrong
 */
export function parseAccounts(file: string, text: string): Accounts {
  try {
    return Object.fromEntries(
      readAccounts(parse(text)).map(({ name, accountId, roleArn, defaults }) => [
        name,
        { uid: accountId, ...omitUndefined({ roleArn: roleArn || undefined, defaults }) },
      ]),
    );
  } catch (error) {
    throw new AccountsFileError(`accounts file ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * The accounts this process knows: the file named by `FLOWLOG_ACCOUNTS`, else the one account `FLOWLOG_ACCOUNT_ID`, else none
 * (then only uids can be used).
 * @throws AccountsFileError
 */
export async function accountsFromEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Accounts> {
  const file = env['FLOWLOG_ACCOUNTS'];
  if (file) {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new AccountsFileError(`FLOWLOG_ACCOUNTS=${file}: ${reasonOf(error)}`, { cause: error });
    });
    return parseAccounts(file, text);
  }
  const id = env['FLOWLOG_ACCOUNT_ID'];
  if (!id) return {};
  if (!/^\d+$/.test(id)) throw new AccountsFileError(`FLOWLOG_ACCOUNT_ID=${id}: must be the uid of an account: digits`);
  return { [defaultAccountName]: { uid: id } };
}

/** The name of a uid; `undefined` where it has none. */
export const accountName = (accounts: Accounts, accountId: string): string | undefined =>
  Object.entries(accounts).find(([, { uid: id }]) => id === accountId)?.[0];
