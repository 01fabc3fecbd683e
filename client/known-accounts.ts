import { type Accounts, accountsFromEnvironment, defaultAccountName } from './accounts.js';
import { findRunFile } from './connection.js';

/**
 * The accounts of the environment (`accountsFromEnvironment`); where it names none, those of an `npm start` that runs in `directory` or
 * above it.
 * @throws AccountsFileError
 */
export async function knownAccounts(
  env: Readonly<Record<string, string | undefined>> = process.env,
  directory: string = process.cwd(),
): Promise<Accounts> {
  const named = await accountsFromEnvironment(env);
  if (Object.keys(named).length > 0) return named;
  const run = await findRunFile(directory);
  if (run?.accountsFile !== undefined) return accountsFromEnvironment({ FLOWLOG_ACCOUNTS: run.accountsFile });
  return run?.accountId === undefined ? {} : { [defaultAccountName]: { uid: run.accountId } };
}
