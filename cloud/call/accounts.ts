import { isRecord } from '../json-path.js';
import { z } from 'zod';
import { type Budgets, budgetName } from './rates.js';
import type { Product } from '../flow-log.js';
import { productNames } from '../products/products.js';
import { InvalidInput, type Problem } from '../effective-spec.js';

/** An account this deployment works in: a name for its credentials, and the uid to which they belong. */
export interface Account {
  readonly name: string;
  /** The account's uid: digits. */
  readonly accountId: string;
  /** RAM role to assume, `acs:ram::<uid>:role/<name>`. Without one the default credentials are used as they are. */
  readonly roleArn?: string | undefined;
  /** External id, which a role that trusts a third party asks for. */
  readonly externalId?: string | undefined;
  /** Session name, shown in the account's own audit trail. Default `flowlog`. */
  readonly sessionName?: string | undefined;
  /** Values that a manifest's items of this account take where they have none. */
  readonly defaults?: Readonly<Record<string, unknown>> | undefined;
  /** Limits in calls per second, in the place of the documented ones: by action, service, `service:Action`, or `*` for all. */
  readonly budgets?: Budgets | undefined;
  /** Flow logs it may have in one region, by product, in the place of the documented numbers. */
  readonly quotas?: Quotas | undefined;
}

/** Flow logs that one account may have in one region, by product. */
export type Quotas = Readonly<Partial<Record<Product, number>>>;

const accountUid = z.string().regex(/^[0-9]{1,64}$/);
const entry = z.strictObject({
  uid: accountUid,
  roleArn: z
    .string()
    .regex(/^acs:ram::[0-9]+:role\/[A-Za-z0-9._-]{1,64}$/, 'must be acs:ram::<uid>:role/<name>')
    .optional(),
  externalId: z.string().min(2).max(1224).optional(),
  sessionName: z
    .string()
    .regex(/^[A-Za-z0-9.@_-]{2,64}$/, 'must be 2 to 64 characters of A-Z a-z 0-9 . @ _ -')
    .optional(),
  defaults: z.record(z.string(), z.unknown()).optional(),
  budgets: z
    .record(
      z.string().regex(budgetName, 'must be *, a service, an action or service:Action'),
      z.number().positive('must be more than 0 calls per second'),
    )
    .optional(),
  quotas: z
    .partialRecord(z.enum(productNames), z.int('must be a number of flow logs').min(1, 'must be at least 1'))
    .optional(),
});

type AccountEntry = z.infer<typeof entry>;

const quoteIt = 'must be the uid of an account: digits, in quotes';

/**
 * Reads the accounts file, parsed: `name: '<uid>'` or `name: { uid, roleArn?, externalId?, sessionName?, defaults?, budgets?, quotas? }`, at the
 * top or below `accounts`.
 * @throws InvalidInput with everything that is wrong; two names for one uid are, because they would be two targets where there is one
 */
export function parseAccountEntries(file: unknown): readonly Account[] {
  const entries = isRecord(file) && isRecord(file['accounts']) ? file['accounts'] : file;
  if (!isRecord(entries)) throw new InvalidInput([{ path: 'accounts', message: 'must be an object of names' }]);
  const problems: Problem[] = [];
  const accounts = Object.entries(entries).flatMap(([name, value]) => readEntry(name, value, problems));
  problems.push(...sameUid(accounts), ...foreignRoles(accounts));
  if (problems.length > 0) throw new InvalidInput(problems);
  return accounts;
}

function readEntry(name: string, value: unknown, problems: Problem[]): Account[] {
  if (typeof value !== 'object') {
    if (accountUid.safeParse(value).success) return [{ name, accountId: value as string }];
    problems.push({ path: `accounts.${name}`, message: `${JSON.stringify(value)}: ${quoteIt}` });
    return [];
  }
  const parsed = entry.safeParse(value);
  if (parsed.success) return [asAccount(name, parsed.data)];
  for (const issue of parsed.error.issues) {
    const path = ['accounts', name, ...issue.path].join('.');
    problems.push({ path, message: issue.path[0] === 'uid' ? quoteIt : issue.message });
  }
  return [];
}

const asAccount = (name: string, { uid: accountId, ...rest }: AccountEntry): Account => ({ name, accountId, ...rest });

function sameUid(accounts: readonly Account[]): Problem[] {
  return accounts.flatMap(({ name, accountId }, index) => {
    const first = accounts.findIndex((other) => other.accountId === accountId);
    if (first === index) return [];
    return [{ path: `accounts.${name}`, message: `has the uid of ${accounts[first]?.name}: one account, one name` }];
  });
}

/** A role belongs to the account that its ARN names. */
function foreignRoles(accounts: readonly Account[]): Problem[] {
  return accounts
    .filter(({ accountId, roleArn }) => roleArn !== undefined && roleArn.split(':')[3] !== accountId)
    .map(({ name, accountId, roleArn }) => ({
      path: `accounts.${name}.roleArn`,
      message: `${JSON.stringify(roleArn)} is a role of another account than ${accountId}`,
    }));
}
