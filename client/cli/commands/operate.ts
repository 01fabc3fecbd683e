import type { Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { operations, type Operation } from '../../../workflows/contract/operation.js';
import type { Answer } from '../answer.js';
import { runBatch, type Item } from '../batch.js';
import { addBulkFlags, toldByBulkFlags, type BulkFlags } from '../bulk/flags.js';
import { ONE_BY_ONE, askedByManifest, needsBulk } from '../bulk/from-manifest.js';
import { runBulk } from '../bulk/start.js';
import { UsageError } from '../exit-codes.js';
import { addFlags, optionFlags, specFlags } from '../flags.js';
import { liveDisplay } from '../live.js';
import { addOutputFlags } from '../output.js';
import { tellsRegionsItself } from '../region-check.js';
import type { Session } from '../session.js';
import { askedByFlags, type AskingFlags } from './asked.js';
import { endsAnswer } from './ends.js';
import { addDryRunFlags, isPlanned, planOperation, type PlanFlags } from './plan.js';
import { addTargetFlags, nameOf } from './targets.js';

const says: Readonly<Record<Operation, string>> = {
  enable: 'create, adopt or activate flow logs, whatever is missing, until they are Active',
  disable: 'make flow logs Inactive; they stay',
  modify: 'change what the cloud lets change of a flow log',
  delete: 'remove flow logs of ours',
};

type OperateFlags = AskingFlags & BulkFlags & PlanFlags & { readonly file?: string; readonly wait?: boolean };

interface Batch {
  readonly items: readonly Item[];
  readonly window: number;
}

async function operateOnTarget(
  operation: Operation,
  id: string | undefined,
  flags: OperateFlags,
  session: Session,
): Promise<Answer> {
  if (isPlanned(flags)) return planOperation(operation, id, flags, session);
  const { file, wait = false } = flags;
  if (id !== undefined && file !== undefined) throw new UsageError('give an id or -f manifest, not both');
  // Everything wrong with the input is told before anything is looked for.
  if (file === undefined) {
    const { request, input } = await askedByFlags(operation, id, flags, session);
    return runItems(operation, { items: [{ name: nameOf(input), request }], window: 1 }, wait, session);
  }
  const asked = await askedByManifest(operation, file, flags, session);
  if (needsBulk(asked, flags))
    return toldByBulkFlags(flags, () =>
      runBulk(asked.bulk, { wait, ...omitUndefined({ allowEmpty: flags.allowEmpty ? true : undefined }) }, session),
    );
  const items = asked.items.map(({ request, input }) => ({ name: nameOf(input), request }));
  const window = Math.min(asked.bulk.options?.window ?? ONE_BY_ONE, ONE_BY_ONE);
  return runItems(operation, { items, window }, wait, session);
}

/** One operation an item. */
async function runItems(operation: Operation, { items, window }: Batch, wait: boolean, session: Session) {
  const { flowLogs } = await session.service();
  const { signal } = session;
  const live = liveDisplay(session.screen);
  const ends = await runBatch(flowLogs, operation, items, { wait, concurrency: window, live, signal });
  return endsAnswer(ends, { document: { operation }, verb: operation, wait, total: items.length, signal });
}

/** `enable`, `disable`, `modify`, `delete`: one operation on one target, or one on each item of a manifest. */
export function addOperationCommands(program: Command, session: Session): void {
  for (const operation of operations) {
    const command = program
      .command(operation)
      .description(says[operation])
      .argument(
        '[id]',
        'a resource (vpc-…, vsw-…, eni-…, tr-…, tr-attach-…, vbr-…) or a flow log (fl-…, flowlog-…, ecr-flog-…)',
      )
      .option('-f, --file <manifest>', 'do it for every flow log of a manifest (YAML, JSON or CSV)')
      .option('-w, --wait', 'wait for the end and show the outcome')
      .option('--requested-by <who>', 'who asks, for the record (default: your login name)')
      .option('--reason <text>', 'why, for the record');
    addTargetFlags(command);
    addBulkFlags(command);
    addDryRunFlags(command, operation);
    addFlags(command, optionFlags);
    if (operation === 'enable' || operation === 'modify') addFlags(command, specFlags);
    addOutputFlags(tellsRegionsItself(command));
    command.action(async (id: string | undefined, flags: OperateFlags) => {
      session.answer(await operateOnTarget(operation, id, flags, session));
    });
  }
}
