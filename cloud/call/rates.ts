import type { CloudRequest, Service } from './port.js';
import type { Pace } from './line.js';
import type { ActionRow } from '../products/product-row.js';
import { lists } from '../discovery/lists.js';
import { products } from '../products/products.js';
import { services } from '../products/services.js';

/** Calls per second by API: under `*`, a service, an action, or `service:Action`; the most particular one counts. */
export type Budgets = Readonly<Record<string, number>>;

/** Settings of a deployment for its budgets. */
export interface BudgetSettings {
  /** Share of a limit that we use: 0.05 to 1. The rest is left to other programs that use the account. */
  readonly share: number;
  /** Limits in the place of the documented ones, for every account. */
  readonly budgets: Budgets;
  /** The same by the account's uid; any of them beats those for every account. */
  readonly ofAccount: (accountId: string) => Budgets | undefined;
}

/** Form of a limit's name in a setting, as in {@link Budgets}. */
export const budgetName = new RegExp(`^(\\*|(${Object.keys(services).join('|')})(:[A-Z][A-Za-z]*)?|[A-Z][A-Za-z]*)$`);

/** Documented limits of actions that have no row, in calls per minute, from the tables of limits of each product. */
const documentedRates: Readonly<Record<string, number>> = {
  'ecr:DescribeExpressConnectRouterAssociation': 300,
  'ecr:DescribeExpressConnectRouterRegion': 300,
  'sts:AssumeRole': 6_000,
};

const actionRows: ReadonlyMap<string, ActionRow> = new Map([
  ...Object.values(lists).map((row) => [`${row.service}:${row.action}`, row] as const),
  ...Object.values(products).flatMap(({ service, actions, serviceActions }) =>
    [...Object.values(actions), ...Object.values(serviceActions)].map(
      (row) => [`${service}:${row.action}`, row] as const,
    ),
  ),
]);

function givenBudget(budgets: Budgets | undefined, service: Service, action: string): number | undefined {
  return budgets?.[`${service}:${action}`] ?? budgets?.[action] ?? budgets?.[service] ?? budgets?.['*'];
}

/**
 * Rate at which one API of one account and region may be called: the share of the limit that is set, else of the documented one; a number
 * of our own where there is neither.
 */
export function paceOf(
  { service, action, accountId }: Pick<CloudRequest, 'service' | 'action' | 'accountId'>,
  { share, budgets, ofAccount }: BudgetSettings,
): Pace {
  const api = `${service}:${action}`;
  const row = actionRows.get(api);
  const perMinute = row?.quotaPerMinute ?? documentedRates[api];
  const limitPerSecond =
    givenBudget(ofAccount(accountId), service, action) ??
    givenBudget(budgets, service, action) ??
    (perMinute === undefined ? undefined : perMinute / 60);
  if (limitPerSecond !== undefined) return { limitPerSecond, perSecond: limitPerSecond * share };
  const perSecond = row?.undocumentedPerSecond ?? services[service].undocumentedPerSecond;
  return { limitPerSecond: perSecond / share, perSecond };
}
