import { readFileSync } from 'node:fs';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { addressWithPassword } from '../../../cloud/text.js';
import { findRunFile, namesTemporal } from '../../connection.js';
import { UsageError } from '../exit-codes.js';
import { LedgerOutOfReachError } from './errors.js';

/** Sources that may name the ledger's database. */
export interface DatabaseSearch {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder in which the search for `.flowlog/run.json` begins, upwards. */
  readonly directory: string;
  /** `--address`, where it was given. */
  readonly address?: string;
}

const howToName = 'set DATABASE_URL to the PostgreSQL of the service';

/**
 * The ledger's connection string: what `DATABASE_URL` names, else that of a running `npm start`. Never a mixture: where a Temporal is named
 * and no database, the local one would be another service's, and a freeze would hold nothing.
 * @throws LedgerOutOfReachError saying what to set
 */
export async function findDatabase({ env, directory, address }: DatabaseSearch): Promise<string> {
  const named = env['DATABASE_URL'];
  if (named) return withPasswordFile(named, env['DATABASE_PASSWORD_FILE']);
  if (namesTemporal({ env, ...omitUndefined({ address: address || undefined }) }))
    throw new LedgerOutOfReachError(undefined, `Temporal is named, the database of its ledger is not: ${howToName}`);
  const url = (await findRunFile(directory))?.database?.url;
  if (url) return url;
  throw new LedgerOutOfReachError(
    undefined,
    `no ledger: nothing runs here by \`npm start\`, and none is named: ${howToName}`,
  );
}

function withPasswordFile(url: string, file: string | undefined): string {
  if (!file) return url;
  try {
    return addressWithPassword(url, readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`DATABASE_PASSWORD_FILE=${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
