import type { Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { Freeze, FreezeScope } from '../../../audit/index.js';
import type { Product } from '../../../cloud/flow-log.js';
import { products } from '../../../cloud/products/products.js';
import { regionMeant } from '../../../cloud/regions.js';
import { centralPlace } from '../../../cloud/target.js';
import { accountName, type Accounts } from '../../accounts.js';
import type { Answer, Cell } from '../answer.js';
import { exitCodes, UsageError } from '../exit-codes.js';
import { neededReason, regionFlag } from '../flags.js';
import { addLimit, limited, moreThan } from '../limit.js';
import { addOutputFlags } from '../output.js';
import { addUnlistedRegion, tellsRegionsItself } from '../region-check.js';
import { accountIdOf, knownAccountsText, checkedProduct } from '../scope-flags.js';
import type { Session } from '../session.js';

interface ScopeFlags {
  readonly account?: string;
  readonly region?: string;
  readonly product?: string;
}
interface ReasonFlags {
  readonly reason?: string;
  readonly requestedBy?: string;
}

type FreezeFlags = ScopeFlags & ReasonFlags & { readonly unlistedRegion?: boolean };

/** Reads the scope of a freeze from the flags. A freeze that could hold nothing is a mistake, and the worst one to find out later. */
function scopeFromFlags({ account, region, product }: ScopeFlags, accounts: Accounts): FreezeScope {
  if (product !== undefined) checkedProduct(product);
  const isCentral = product !== undefined && products[product as Product].central;
  if (isCentral && region !== undefined && region !== centralPlace)
    throw new UsageError(`${product} has one central endpoint and is in no region: leave --region away`);
  if (product !== undefined && !isCentral && region === centralPlace)
    throw new UsageError(`${product} is in regions: --region ${centralPlace} would hold nothing of it`);
  return omitUndefined({
    accountId: account === undefined ? undefined : accountIdOf(account, accounts),
    region,
    product,
  });
}

/** A scope in words: `vpc in cn-hangzhou of account prod (1000000000000001)`. */
function scopeText({ accountId, region, product }: FreezeScope, accounts: Accounts): string {
  const name = accountId && accountName(accounts, accountId);
  const parts = [
    product ?? 'every product',
    ...(region ? [`in ${region}`] : []),
    ...(accountId ? [`of account ${name ? `${name} (${accountId})` : accountId}`] : []),
  ];
  return accountId || region || product ? parts.join(' ') : 'everything';
}

const freezesStand = (count: number): string => (count === 1 ? '1 freeze stands' : `${count} freezes stand`);

/** Notes for the freeze of a region by itself: it does not hold products with a central endpoint. */
const centralProductsNote = ({ region, product }: FreezeScope): string[] => {
  const central = Object.entries(products).flatMap(([name, row]) => (row.central ? [name] : []));
  if (region === undefined || region === centralPlace || product !== undefined) return [];
  return [`${central.join(', ')} is in no region and goes on: hold it with --region ${centralPlace}`];
};

/** Refuses a uid that is none of the known accounts, if any are known: it is misspelt, and the freeze would hold nothing. */
function refuseUnknownAccount({ accountId }: FreezeScope, accounts: Accounts): void {
  if (accountId === undefined || Object.keys(accounts).length === 0 || accountName(accounts, accountId)) return;
  throw new UsageError(
    `--account ${accountId}: no account has this uid, so nothing would be held; ${knownAccountsText(accounts)}`,
  );
}

/** Refuses a region that is nearly one of the public list, also by its number alone: the freeze would hold nothing. */
function refuseMisspeltRegion({ region, unlistedRegion }: FreezeFlags): void {
  const meant = region === undefined || region === centralPlace || unlistedRegion ? undefined : regionMeant(region);
  if (meant === undefined) return;
  throw new UsageError(
    `--region ${region}: no public region has this name, so nothing would be held; did you mean ${meant}? If it is meant, add --unlisted-region`,
  );
}

async function freezeScope(flags: FreezeFlags, session: Session): Promise<Answer> {
  const reason = neededReason(flags.reason);
  const accounts = await session.surroundings.accounts();
  const scope = scopeFromFlags(flags, accounts);
  refuseUnknownAccount(scope, accounts);
  refuseMisspeltRegion(flags);
  const by = flags.requestedBy ?? session.surroundings.userName;
  const { place, made } = await session.withLedger(async (ledger) => ({
    place: ledger.place,
    made: await ledger.freeze({ ...scope, reason, by }),
  }));
  return {
    document: { ledger: place, ...made },
    text: [[{ text: 'frozen:', tone: 'busy' }, `${scopeText(scope, accounts)}; freeze ${made.freezeId} on ${place}`]],
    notes: [
      'what is not on its way yet is held, reads go on, operations wait',
      ...centralProductsNote(scope),
      `lift it with: npx flowlog thaw --id ${made.freezeId}`,
    ],
  };
}

const freezeRow = ({ freezeId, since, by, reason, ...scope }: Freeze, accounts: Accounts): Cell[] => [
  freezeId,
  scopeText(scope, accounts),
  { at: since },
  by,
  reason,
];

async function listFreezes({ limit }: { readonly limit?: number }, session: Session): Promise<Answer> {
  const accounts = await session.surroundings.accounts();
  const { place, freezes } = await session.withLedger(async (ledger) => ({
    place: ledger.place,
    freezes: await ledger.freezes(),
  }));
  return {
    document: { ledger: place, freezes: limited(freezes, limit) },
    table: {
      head: ['freeze', 'holds', 'since', 'by', 'reason'],
      rows: limited(freezes, limit).map((one) => freezeRow(one, accounts)),
    },
    notes: [
      freezes.length === 0 ? `nothing is frozen on ${place}` : `${freezesStand(freezes.length)} on ${place}`,
      ...moreThan(limited(freezes, limit).length, freezes.length, 'freeze'),
    ],
  };
}

async function thawScope(flags: ScopeFlags & ReasonFlags & { id?: string }, session: Session): Promise<Answer> {
  const { id, reason = 'no reason given', requestedBy = session.surroundings.userName } = flags;
  if (id !== undefined && [flags.account, flags.region, flags.product].some((part) => part !== undefined))
    throw new UsageError('give --id or a scope, not both');
  const accounts = await session.surroundings.accounts();
  const scope = scopeFromFlags(flags, accounts);
  const what = id === undefined ? scopeText(scope, accounts) : `freeze ${id}`;
  const words = { reason, by: requestedBy };
  const { lifted, left } = await session.withLedger(async (ledger) => ({
    lifted: await ledger.thaw({ ...(id === undefined ? scope : { freezeId: id }), ...words }),
    left: await ledger.freezes(),
  }));
  const isNone = lifted.length === 0;
  return {
    document: { lifted, standing: left },
    text: [isNone ? [{ text: 'not frozen:', tone: 'bad' }, what] : [{ text: 'thawed:', tone: 'good' }, what]],
    notes: [
      ...(isNone ? ['a freeze is lifted by its id, or by exactly its own scope'] : []),
      ...(left.length > 0 ? [`${freezesStand(left.length)} still: npx flowlog freeze --list`] : []),
    ],
    exitCode: isNone ? exitCodes.failed : exitCodes.done,
  };
}

const addScope = (command: Command): Command =>
  addUnlistedRegion(command)
    .option('--account <name>', 'only this account, by name or uid')
    .option('--region <region>', `only this region; ${centralPlace}: products without regions`, regionFlag('--region'))
    .option('--product <product>', 'only this product')
    .option('--reason <text>', 'why, for the record')
    .option('--requested-by <who>', 'who asks, for the record (default: your login name)');

/** `freeze` and `thaw`: hold every change in a scope, and let them go on. Both are rows of the ledger. */
export function addFreezeCommands(program: Command, session: Session): void {
  const freezeCommand = addScope(
    program.command('freeze').description('hold every change in a scope; without one: every change'),
  ).option('--list', 'the freezes that stand');
  addOutputFlags(addLimit(tellsRegionsItself(freezeCommand))).action(
    async ({ list: listed, ...flags }: FreezeFlags & { list?: boolean; limit?: number }) =>
      session.answer(await (listed ? listFreezes(flags, session) : freezeScope(flags, session))),
  );
  addScope(program.command('thaw').description('lift the freeze of exactly this scope, or one by its id'))
    .option('--id <freeze>', 'this freeze')
    .action(async (flags: ScopeFlags & ReasonFlags & { id?: string }) =>
      session.answer(await thawScope(flags, session)),
    );
}
