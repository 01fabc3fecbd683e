import type { Command } from 'commander';
import { operations, type Operation, type OperationOptions } from '../../../workflows/contract.js';
import { effectiveItems } from '../../manifest/effective.js';
import { readManifest } from '../../manifest/manifest.js';
import type { OperationRequest } from '../../request.js';
import type { Answer } from '../answer.js';
import { runBatch, type Item } from '../batch.js';
import { UsageError } from '../exit-codes.js';
import { addFlags, inputFromFlags, optionFlags, specFlags } from '../flags.js';
import { liveDisplay } from '../live.js';
import type { TargetFlags } from '../resource-id.js';
import type { Session } from '../session.js';
import { endsAnswer } from './ends.js';
import { addTargetFlags, checkedInput, namedTarget, nameOf } from './targets.js';

/** Operations at once; a bulk of its own will do more. */
const maximumAtOnce = 20;

const says: Readonly<Record<Operation, string>> = {
  enable: 'create, adopt or activate flow logs, whatever is missing, until they are Active',
  disable: 'make flow logs Inactive; they stay',
  modify: 'change what the cloud lets change of a flow log',
  delete: 'remove flow logs of ours',
};

type Flags = Readonly<Record<string, unknown>> &
  TargetFlags & {
    readonly file?: string;
    readonly wait?: boolean;
    readonly requestedBy?: string;
    readonly reason?: string;
  };

/** Who asks and why, as flags say it. */
const asking = (flags: Flags, userName: string) => ({
  requestedBy: flags.requestedBy ?? userName,
  ...(flags.reason ? { reason: flags.reason } : {}),
});

interface Batch {
  readonly items: readonly Item[];
  readonly window: number;
}

async function fromManifest(operation: Operation, file: string, flags: Flags, session: Session): Promise<Batch> {
  if (Object.keys(inputFromFlags(specFlags, flags)).length > 0)
    throw new UsageError('with -f the wishes are in the manifest; only options such as --adopt can be added here');
  const { surroundings } = session;
  const text = await surroundings.readFile(file).catch((error: unknown) => {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const located = readManifest(file, text);
  const { options = {} } = inputFromFlags(optionFlags, flags) as { options?: OperationOptions };
  const accounts = await surroundings.accounts();
  const effective = effectiveItems(located, operation, { accounts, options, ...asking(flags, surroundings.userName) });
  return {
    items: effective.map(({ request, input }) => ({ name: nameOf(input), request })),
    window: Math.min(located.manifest.options?.window ?? maximumAtOnce, maximumAtOnce),
  };
}

async function fromFlags(operation: Operation, id: string | undefined, flags: Flags, session: Session): Promise<Batch> {
  const { surroundings } = session;
  const request = {
    target: namedTarget(id, flags),
    ...inputFromFlags([...specFlags, ...optionFlags], flags),
    ...asking(flags, surroundings.userName),
  } as OperationRequest;
  const input = checkedInput(operation, request, await surroundings.accounts());
  return { items: [{ name: nameOf(input), request }], window: 1 };
}

async function operate(operation: Operation, id: string | undefined, flags: Flags, session: Session): Promise<Answer> {
  if (id !== undefined && flags.file !== undefined) throw new UsageError('give an id or -f manifest, not both');
  // Everything wrong with the input is told before anything is looked for.
  const { items, window } =
    flags.file === undefined
      ? await fromFlags(operation, id, flags, session)
      : await fromManifest(operation, flags.file, flags, session);
  const { flowLogs } = await session.service();
  const wait = flags.wait ?? false;
  const { signal } = session;
  const ends = await runBatch(flowLogs, operation, items, {
    wait,
    concurrency: window,
    live: liveDisplay(session.screen),
    signal,
  });
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
    addFlags(command, optionFlags);
    if (operation === 'enable' || operation === 'modify') addFlags(command, specFlags);
    command.action(async (id: string | undefined, flags: Flags) => {
      session.answer(await operate(operation, id, flags, session));
    });
  }
}
