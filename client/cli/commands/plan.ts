import { Option, type Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { operations, type Operation } from '../../../workflows/contract/operation.js';
import type { PlanRow } from '../../../workflows/contract/plan.js';
import type { BulkRequest } from '../../bulks/bulk.js';
import type { Answer } from '../answer.js';
import { emptyAnswer } from '../bulk/empty.js';
import { addAllowEmpty, addRunFlags, bulkOptionsOf, toldByBulkFlags } from '../bulk/flags.js';
import { askedByManifest, type ManifestFlags } from '../bulk/from-manifest.js';
import { UsageError } from '../exit-codes.js';
import { addFlags, optionFlags, specFlags } from '../flags.js';
import { addLimit } from '../limit.js';
import { addOutputFlags } from '../output.js';
import { effectiveAnswer } from '../plan/effective-out.js';
import { planAnswer } from '../plan/plan-out.js';
import { tellsRegionsItself } from '../region-check.js';
import type { Session } from '../session.js';
import { askedByFlags, type AskingFlags } from './asked.js';
import { addTargetFlags } from './targets.js';

/** Flags that ask what would be done instead of doing it. */
export interface PlanFlags {
  readonly dryRun?: boolean;
  readonly validate?: boolean;
  readonly detailedExitcode?: boolean;
}

type PlanCommandFlags = AskingFlags &
  ManifestFlags &
  PlanFlags & {
    readonly file?: string;
    readonly operation?: Operation;
    readonly printEffective?: boolean;
    readonly limit?: number;
  };

/** Tells whether the operation is only to be planned. A rehearsal by the cloud never does anything. */
export const isPlanned = ({ dryRun, validate }: PlanFlags): boolean => dryRun === true || validate === true;

/** Adds the flags by which an operation is only planned. */
export function addDryRunFlags(command: Command, operation: Operation): void {
  command.option('--dry-run', 'show what would be done, and do nothing');
  addDetails(command, operation === 'enable');
}

function addDetails(command: Command, canValidate: boolean): void {
  if (canValidate)
    command.option('--validate', 'have the cloud rehearse what would be created, where it can (ecr); nothing is done');
  command.option(
    '--detailed-exitcode',
    'of a plan: exit 0 when there is nothing to do, 10 for changes, 4 for conflicts',
  );
}

/** Plans an operation that was asked for with an id and flags, or with `-f`, and answers with what it would do. */
export async function planOperation(
  operation: Operation,
  id: string | undefined,
  flags: PlanCommandFlags,
  session: Session,
): Promise<Answer> {
  if (id !== undefined && flags.file !== undefined) throw new UsageError('give an id or -f manifest, not both');
  const { file, validate = false } = flags;
  if (validate && operation !== 'enable') throw new UsageError('--validate: only what enable creates can be rehearsed');
  const request =
    file === undefined
      ? await planOneTarget(operation, id, flags, session)
      : await planManifest(operation, file, flags, session);
  const { flowLogs } = await session.service();
  const plan = await toldByBulkFlags(flags, () =>
    flowLogs.bulks.plan({ ...request, ...omitUndefined({ validate: validate || undefined }) }, session.signal),
  );
  const rows: PlanRow[] = [];
  for await (const row of plan) rows.push(row);
  const answer = planAnswer(plan.report, rows, {
    isTerminal: session.screen.stdout.isTTY ?? false,
    detailedExitCode: flags.detailedExitcode ?? false,
    isBulk: file !== undefined,
    ...omitUndefined({ limit: flags.limit }),
  });
  const { selectors = [] } = request;
  return emptyAnswer(answer, plan.report, { selectors, isFailure: !flags.allowEmpty });
}

async function planManifest(
  operation: Operation,
  file: string,
  flags: PlanCommandFlags,
  session: Session,
): Promise<BulkRequest> {
  return (await askedByManifest(operation, file, flags, session)).bulk;
}

async function planOneTarget(
  operation: Operation,
  id: string | undefined,
  flags: PlanCommandFlags,
  session: Session,
): Promise<BulkRequest> {
  const { request } = await askedByFlags(operation, id, flags, session);
  const { target, spec, options, requestedBy, reason } = request;
  const all = { ...options, ...bulkOptionsOf(flags) };
  return {
    operation,
    items: [{ target, ...omitUndefined({ spec }) }],
    requestedBy,
    ...omitUndefined({ reason: reason || undefined, options: Object.keys(all).length > 0 ? all : undefined }),
  };
}

async function plan(id: string | undefined, flags: PlanCommandFlags, session: Session): Promise<Answer> {
  const { operation = 'enable', file, printEffective } = flags;
  if (!printEffective) return planOperation(operation, id, flags, session);
  if (file === undefined) throw new UsageError('--print-effective shows how a manifest merges: give -f');
  const { items, selectors } = await askedByManifest(operation, file, flags, session);
  return effectiveAnswer(items, selectors);
}

/** `plan`: what an operation would do, before it does anything. */
export function addPlanCommand(program: Command, session: Session): void {
  const command = program
    .command('plan')
    .description('what would be done, target by target, before anything is done')
    .argument('[id]', 'a resource or a flow log, as for `enable`')
    .option('-f, --file <manifest>', 'every flow log of a manifest, and what its selectors find')
    .addOption(new Option('--operation <name>', 'what would be asked for').choices(operations).default('enable'))
    .option('--print-effective', 'only show the merged wishes of a manifest, and who gave each value')
    .option('--requested-by <who>', 'who asks (default: your login name)')
    .option('--reason <text>', 'why');
  addDetails(command, true);
  addTargetFlags(command);
  addRunFlags(command);
  addAllowEmpty(command);
  addFlags(command, optionFlags);
  addFlags(command, specFlags);
  addOutputFlags(addLimit(tellsRegionsItself(command))).action(
    async (id: string | undefined, flags: PlanCommandFlags) => session.answer(await plan(id, flags, session)),
  );
}
