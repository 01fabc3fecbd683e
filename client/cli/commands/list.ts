import type { Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { Product } from '../../../cloud/flow-log.js';
import { productNames, products } from '../../../cloud/products/products.js';
import { resourceKey } from '../../../cloud/target.js';
import { defaultAccountName } from '../../accounts.js';
import type { InspectInput, InspectedFlowLog } from '../../../workflows/contract/operation.js';
import type { Answer, Cell, Tone } from '../answer.js';
import { exitCodes, UsageError } from '../exit-codes.js';
import { regionFlag } from '../flags.js';
import { flawCounts } from '../flaws.js';
import { addLimit, limited, moreThan } from '../limit.js';
import { addOutputFlags } from '../output.js';
import { addUnlistedRegion, refuseMisspeltDefault } from '../region-check.js';
import { accountIdOf, checkedProduct, regionDoubt } from '../scope-flags.js';
import type { Session } from '../session.js';
import { surplusAmong } from '../surplus.js';
import { counted, sortedNaturally, timeFor } from '../words.js';

/** Columns of a table of flow logs. */
export const flowLogHead = [
  'product',
  'region',
  'resource',
  'flow log',
  'status',
  'delivery',
  'whose',
  'destination',
] as const;

const statusTones: Readonly<Record<string, Tone>> = {
  active: 'good',
  changing: 'busy',
  inactive: 'dim',
  unknown: 'bad',
};

/** A flow log as a row of {@link flowLogHead}. @param isSurplus it is one of ours beyond the one that counts */
export function flowLogRow(flowLog: InspectedFlowLog, isSurplus = false): Cell[] {
  const { product, region = '', resource, flowLogId, status, rawStatus, delivery, whose, destination } = flowLog;
  return [
    product,
    region,
    resourceKey(product, resource) ?? '',
    flowLogId,
    { text: rawStatus || status, tone: statusTones[status] ?? 'dim' },
    delivery.state === 'failed' ? { text: delivery.message ?? 'failed', tone: 'bad' } : delivery.state,
    isSurplus ? { text: `${whose}, surplus`, tone: 'bad' } : whose,
    `${destination.project}/${destination.logStore}`,
  ];
}

interface FlowLogListFlags {
  readonly account?: string;
  readonly product?: string;
  readonly region?: string;
  readonly ecr?: string;
  readonly limit?: number;
}

/** Finds a flag that the list of a product cannot do without; undefined where all are given. */
function missingFlag(product: Product, { region, ecr }: FlowLogListFlags): string | undefined {
  const { central, parent } = products[product];
  if (!central && !region) return '--region <region>';
  return parent?.requiredOnList && !ecr ? '--ecr <id>' : undefined;
}

/** The products that are looked at, and what the others lack. @throws UsageError where nothing would be looked at */
function lookingAt(flags: FlowLogListFlags): { readonly untold: readonly string[] } {
  const wanted = flags.product === undefined ? productNames : [checkedProduct(flags.product)];
  const untold = wanted.flatMap((product) => {
    const missing = missingFlag(product, flags);
    return missing ? [`${product}: give ${missing}`] : [];
  });
  if (untold.length === wanted.length)
    throw new UsageError(`nothing to look at; ${untold.join('; ')}. All regions at once: flowlog discover`);
  return { untold: untold.map((what) => `not looked at: ${what}`) };
}

async function inspectInputOf(
  { account = defaultAccountName, product, region, ecr }: FlowLogListFlags,
  session: Session,
): Promise<InspectInput> {
  return {
    accountId: accountIdOf(account, await session.accounts()),
    ...omitUndefined({
      product: product ? checkedProduct(product) : undefined,
      region: region || undefined,
      ecrId: ecr || undefined,
    }),
  };
}

async function listFlowLogs(given: FlowLogListFlags, session: Session): Promise<Answer> {
  const defaults = await session.defaults();
  if (given.region === undefined) refuseMisspeltDefault(defaults.region, given);
  const flags = { ...defaults, ...given };
  const { untold } = lookingAt(flags);
  const input = await inspectInputOf(flags, session);
  const { flowLogs } = await session.service();
  const report = await flowLogs.inspect(input);
  const { flowLogs: found, readAt, problems, changedWhileReading: changed = [] } = report;
  const ordered = sortedNaturally(
    found,
    ({ product }) => product,
    ({ region = '' }) => region,
    ({ product, resource }) => resourceKey(product, resource) ?? '',
    ({ flowLogId }) => flowLogId,
  );
  const rows = limited(ordered, flags.limit);
  const doubled = surplusAmong(found);
  const surplus = doubled.flat();
  const isWhole = problems.length === 0 && surplus.length === 0;
  return {
    document: { ...report, flowLogs: rows, ...omitUndefined({ surplus: surplus.length > 0 ? surplus : undefined }) },
    // A read that failed stands first and alone: no heading of nothing before it.
    ...(found.length > 0 || problems.length === 0 || session.screen.isWhole
      ? { table: { head: flowLogHead, rows: rows.map((row) => flowLogRow(row, surplus.includes(row.flowLogId))) } }
      : { text: [] }),
    notes: [
      ...problems.map(({ place, message }) => `${place} could not be read: ${message}`),
      `${counted(found.length, 'flow log')}${problems.length > 0 ? ' in what could be read' : ''}, read at ${timeFor(session.screen.stdout, readAt)}`,
      ...moreThan(rows.length, found.length, 'flow log'),
      ...changed.map((place) => `${place} changed while reading: what is shown was there, and rows may be missing`),
      ...flawCounts(doubled.length),
      ...untold,
      ...(found.length === 0 ? regionDoubt(flags.region) : []),
    ],
    exitCode: isWhole ? exitCodes.done : found.length > 0 ? exitCodes.failed : exitCodes.unreachable,
  };
}

/** `list`: flow logs as the cloud has them, ours and others'. */
export function addListCommand(program: Command, session: Session): void {
  const command = program
    .command('list')
    .description('flow logs in the cloud, ours and others')
    .option('--account <name>', 'account by name or uid (default: FLOWLOG_ACCOUNT, `flowlog config`, else default)')
    .option('--product <product>', 'only this product: vpc, cen or ecr')
    .option(
      '--region <region>',
      'where to look, for products that live in regions (default: FLOWLOG_REGION, else `flowlog config`)',
      regionFlag('--region'),
    )
    .option('--ecr <id>', 'Express Connect Router, whose flow logs are listed by it');
  addOutputFlags(addLimit(addUnlistedRegion(command))).action(async (flags: FlowLogListFlags) =>
    session.answer(await listFlowLogs(flags, session)),
  );
}
