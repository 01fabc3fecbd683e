import type { Product } from '../../cloud/flow-log.js';
import { productNames, products } from '../../cloud/products/products.js';
import { regionMeant } from '../../cloud/regions.js';
import type { Accounts } from '../accounts.js';
import { UsageError } from './exit-codes.js';

/**
 * The uid that `--account` means: of a name, or itself.
 * @throws UsageError where no account is named so and it is no uid
 */
export function accountIdOf(account: string, accounts: Accounts): string {
  const uid = Object.hasOwn(accounts, account) ? accounts[account]?.uid : undefined;
  if (uid ?? /^\d{1,20}$/.test(account)) return uid ?? account;
  throw new UsageError(
    `--account ${account}: no account is named so, and it is no uid; ${knownAccountsText(accounts)}`,
  );
}

/** The accounts that are known here, or how to make some known. */
export const knownAccountsText = (accounts: Accounts): string => {
  const known = Object.entries(accounts).map(([name, { uid }]) => `${name} (${uid})`);
  return known.length > 0
    ? `known: ${known.join(', ')}`
    : 'none is known: set FLOWLOG_ACCOUNT_ID to a uid, or FLOWLOG_ACCOUNTS to a file of names';
};

/** @throws UsageError where it is not one of the products */
export function checkedProduct(product: string): Product {
  if (Object.hasOwn(products, product)) return product as Product;
  throw new UsageError(`--product ${product}: known are ${productNames.join(', ')}`);
}

/** Suggests the region that may have been meant, where nothing was found in one. A region that we do not know may still exist. */
export function regionDoubt(region: string | undefined): readonly string[] {
  const meant = region === undefined ? undefined : regionMeant(region);
  return meant === undefined ? [] : [`--region ${region} is in no public list of regions; did you mean ${meant}?`];
}
