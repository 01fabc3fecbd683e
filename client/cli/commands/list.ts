import type { Command } from 'commander';
import { resourceKey } from '../../../cloud/target.js';
import { defaultAccount } from '../../accounts.js';
import type { InspectInput, InspectedFlowLog } from '../../../workflows/contract.js';
import type { Cell, Tone } from '../answer.js';
import { exitCodes, UsageError } from '../exit-codes.js';
import type { Session } from '../session.js';

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

const tones: Readonly<Record<string, Tone>> = { active: 'good', changing: 'busy', inactive: 'dim', unknown: 'bad' };

/** A flow log as a row of {@link flowLogHead}. */
export function flowLogRow(flowLog: InspectedFlowLog): Cell[] {
  const { product, region = '', resource, flowLogId, status, rawStatus, delivery, whose, destination } = flowLog;
  return [
    product,
    region,
    resourceKey(product, resource) ?? '',
    flowLogId,
    { text: rawStatus || status, tone: tones[status] ?? 'dim' },
    delivery.state === 'failed' ? { text: delivery.message ?? 'failed', tone: 'bad' } : delivery.state,
    whose,
    `${destination.project}/${destination.logStore}`,
  ];
}

interface Flags {
  readonly account?: string;
  readonly product?: string;
  readonly region?: string;
  readonly ecr?: string;
}

async function inputOf(
  { account = defaultAccount, product, region, ecr }: Flags,
  session: Session,
): Promise<InspectInput> {
  const accounts = await session.surroundings.accounts();
  const uid = Object.hasOwn(accounts, account) ? accounts[account]?.uid : undefined;
  if (uid === undefined)
    throw new UsageError(
      `no account is named "${account}": set FLOWLOG_ACCOUNT_ID to a uid, or FLOWLOG_ACCOUNTS to a file of names`,
    );
  return {
    accountId: uid,
    ...(product ? { product: product as NonNullable<InspectInput['product']> } : {}),
    ...(region ? { region } : {}),
    ...(ecr ? { ecrId: ecr } : {}),
  };
}

/** `list`: flow logs as the cloud has them, ours and others'. */
export function addListCommand(program: Command, session: Session): void {
  program
    .command('list')
    .description('flow logs in the cloud, ours and others')
    .option('--account <name>', 'account by name (default: default)')
    .option('--product <product>', 'only this product: vpc, cen or ecr')
    .option('--region <region>', 'where to look, for products that live in regions')
    .option('--ecr <id>', 'Express Connect Router, whose flow logs are listed by it')
    .action(async (flags: Flags) => {
      const input = await inputOf(flags, session);
      const { flowLogs } = await session.service();
      const report = await flowLogs.inspect(input);
      session.answer({
        document: report,
        table: { head: flowLogHead, rows: report.flowLogs.map(flowLogRow) },
        notes: [
          `${report.flowLogs.length} flow logs, read at ${report.readAt}`,
          ...report.problems.map(({ place, message }) => `${place} could not be read: ${message}`),
        ],
        exitCode: report.problems.length > 0 ? exitCodes.failed : exitCodes.done,
      });
    });
}
