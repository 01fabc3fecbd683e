import type { Service } from '../call/port.js';
import type { Product } from '../flow-log.js';
import type { ActionRow, ProductRow, ServiceVerb, Verb } from './product-row.js';
import { cen } from './cen.js';
import { ecr } from './ecr.js';
import { vpc } from './vpc.js';

/** The three products as rows. The differences between them are here; the rest is code. */
export const products: Readonly<Record<Product, ProductRow>> = { vpc, cen, ecr };

/** Names of the products, as lists of choices take them. */
export const productNames = Object.keys(products) as [Product, ...Product[]];

/** Share of a documented limit that we use by default: other programs call the same account. */
export const defaultQuotaShare = 0.8;

/**
 * Calls per second allowed for one account, region and action.
 * @param share of the documented limit, 0 < share ≤ 1; default {@link defaultQuotaShare}
 */
export const budgetPerSecond = (row: ActionRow, share: number = defaultQuotaShare): number =>
  row.quotaPerMinute === undefined ? row.undocumentedPerSecond : (row.quotaPerMinute / 60) * share;

/** The product's action of this name. @throws TypeError where it has none, as for tags of ecr */
export function actionRow(product: Product, verb: Verb): ActionRow {
  const row = products[product].actions[verb];
  if (!row) throw new TypeError(`${product} has no action to ${verb} a flow log`);
  return row;
}

/** Our name for one action of the cloud. */
export type ActionName = Verb | ServiceVerb;

/** The product's row and our name for an action spelled the cloud's way; `undefined` for an action that is not a flow log's. */
export function actionNamed(
  service: Service,
  action: string,
): { readonly name: ActionName; readonly row: ActionRow } | undefined {
  if (!(service in products)) return undefined;
  const row = products[service as Product];
  const all = Object.entries({ ...row.actions, ...row.serviceActions }) as [ActionName, ActionRow][];
  const found = all.find(([, candidate]) => candidate.action === action);
  return found && { name: found[0], row: found[1] };
}
