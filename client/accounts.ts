import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

/** One account as a caller needs to know it. */
export interface Account {
  /** The account's uid: digits. */
  readonly uid: string;
  /** Values that a manifest's items of this account take where they have none. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/** Account names and what they stand for. */
export type Accounts = Readonly<Record<string, Account>>;

/** The name that stands for the account of a request which names none. */
export const defaultAccount = 'default';

/** An accounts file that cannot be used. */
export class AccountsFileError extends Error {
  override readonly name = 'AccountsFileError';
}

const uid = z.string().regex(/^\d+$/, 'must be the uid of an account: digits, in quotes');

// The worker reads the rest (role ARN, external id, budgets); a client has no business with it.
const entrySchema = z.union([
  uid.transform((value) => ({ uid: value })),
  z.looseObject({ uid, defaults: z.looseObject({}).optional() }),
]);
const entries = z.record(z.string(), entrySchema);
const fileSchema = z.union([z.looseObject({ accounts: entries }).transform((file) => file.accounts), entries]);

/**
 * Reads an accounts file (YAML or JSON; `name: uid` or `name: { uid, … }`, at the top or below `accounts`).
 * @throws AccountsFileError when it is not one, or when two names stand for one uid.
 */
export function parseAccounts(file: string, text: string): Accounts {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new AccountsFileError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) throw new AccountsFileError(`${file}: ${z.prettifyError(parsed.error)}`);
  const names = new Map<string, string>();
  const accounts: Record<string, Account> = {};
  for (const [name, entry] of Object.entries(parsed.data)) {
    const other = names.get(entry.uid);
    if (other !== undefined)
      throw new AccountsFileError(`${file}: "${name}" and "${other}" are two names of one account (${entry.uid})`);
    names.set(entry.uid, name);
    const defaults = 'defaults' in entry ? entry.defaults : undefined;
    accounts[name] = { uid: entry.uid, ...(defaults ? { defaults } : {}) };
  }
  return accounts;
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
      throw new AccountsFileError(
        `FLOWLOG_ACCOUNTS=${file}: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    return parseAccounts(file, text);
  }
  const id = env['FLOWLOG_ACCOUNT_ID'];
  if (!id) return {};
  if (!/^\d+$/.test(id)) throw new AccountsFileError(`FLOWLOG_ACCOUNT_ID=${id}: must be the uid of an account: digits`);
  return { [defaultAccount]: { uid: id } };
}

/** The name of a uid; `undefined` where it has none. */
export const accountName = (accounts: Accounts, accountId: string): string | undefined =>
  Object.entries(accounts).find(([, { uid: id }]) => id === accountId)?.[0];
