import type { Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { Applied, CallerWord } from '../../../workflows/contract/request.js';
import { OperationNotFoundError } from '../../errors.js';
import type { StartedOperation } from '../../operations/handle.js';
import { targetOfWorkflowId } from '../../operations/labels.js';
import type { OperationProgress } from '../../operations/progress.js';
import type { Answer } from '../answer.js';
import { follow, type ItemEnd } from '../batch.js';
import { exitCodes } from '../exit-codes.js';
import { liveDisplay } from '../live.js';
import { addOutputFlags } from '../output.js';
import type { Session } from '../session.js';
import { endsAnswer, wasCancelled, type Asked } from './ends.js';
import { addNamingFlags, namedOperation, type NamingFlags } from './named-operation.js';

/** The very run that was found, so that a successor under the same id is never taken for it. */
async function foundRun(
  id: string | undefined,
  flags: NamingFlags,
  session: Session,
): Promise<{ readonly progress: OperationProgress; readonly run: StartedOperation }> {
  const progress = await (await namedOperation(id, flags, session)).progress();
  const { workflowId, runId } = progress;
  const { flowLogs } = await session.service();
  return { progress, run: { ...flowLogs.getHandleById(workflowId, runId), runId, joined: true } };
}

const operationName = (workflowId: string): string => {
  const target = targetOfWorkflowId(workflowId);
  return target ? `${target.product} ${target.name}` : workflowId;
};

async function followed(run: StartedOperation, session: Session): Promise<ItemEnd<Asked>[]> {
  const { signal, screen } = session;
  const options = { wait: true, concurrency: 1, live: liveDisplay(screen), signal };
  return follow<Asked>([{ name: operationName(run.workflowId) }], () => Promise.resolve(run), options);
}

const runTelling = (run: StartedOperation, { signal }: Session) => ({
  document: { workflowId: run.workflowId, runId: run.runId },
  verb: 'operation',
  wait: true,
  total: 1,
  signal,
});

async function waitForOperation(id: string | undefined, flags: NamingFlags, session: Session): Promise<Answer> {
  const { run } = await foundRun(id, flags, session);
  return endsAnswer(await followed(run, session), runTelling(run, session));
}

/** Asks for the cancellation; undefined where it had ended meanwhile. */
async function stopped(run: StartedOperation, by: CallerWord): Promise<Applied | undefined> {
  try {
    return await run.cancel(by);
  } catch (error) {
    if (error instanceof OperationNotFoundError) return undefined;
    throw error;
  }
}

interface CancelFlags extends NamingFlags {
  readonly wait?: boolean;
  readonly requestedBy?: string;
  readonly reason?: string;
}

async function cancel(
  id: string | undefined,
  { wait: isAwaited, requestedBy, reason, ...flags }: CancelFlags,
  session: Session,
): Promise<Answer> {
  const by = {
    requestedBy: requestedBy ?? session.surroundings.userName,
    ...omitUndefined({ reason: reason || undefined }),
  };
  const { progress, run } = await foundRun(id, flags, session);
  const { workflowId, runId } = run;
  const answer = progress.state === 'running' ? await stopped(run, by) : undefined;
  if (!answer)
    return {
      document: { workflowId, runId, asked: false, state: progress.state },
      text: [[{ text: 'not cancelled:', tone: 'bad' }, `${operationName(workflowId)} had ended already`]],
      notes: [`how it ended: npx flowlog operation show ${workflowId}`],
      exitCode: exitCodes.failed,
    };
  if (!isAwaited)
    return {
      document: { workflowId, runId, asked: true, ...answer },
      text: [
        [
          answer.applied
            ? `${operationName(workflowId)} stops before its next change`
            : `not changed: ${operationName(workflowId)}: ${answer.why}`,
        ],
      ],
      notes: [`what it leaves: npx flowlog operation wait ${workflowId}`],
    };
  const ends = await followed(run, session);
  const end = endsAnswer(ends, runTelling(run, session));
  // Here the cancellation is what was asked for: it is any other end that came otherwise.
  const { exitCode = exitCodes.done } = end;
  if (ends.every(wasCancelled) && !session.signal.aborted) return { ...end, exitCode: exitCodes.done };
  const late = ['it was past stopping: it ended before its next change'];
  return exitCode === exitCodes.done
    ? { ...end, notes: [...(end.notes ?? []), ...late], exitCode: exitCodes.failed }
    : end;
}

/** `operation wait` and `operation cancel`. */
export function addFollowingCommands(operation: Command, session: Session): void {
  const waitCommand = operation.command('wait').description('follow one operation to its end; exits as `--wait` does');
  addOutputFlags(addNamingFlags(waitCommand)).action(async (id: string | undefined, flags: NamingFlags) =>
    session.answer(await waitForOperation(id, flags, session)),
  );
  const cancelCommand = operation
    .command('cancel')
    .description('stop one operation before its next change; it then reports what stands in the cloud')
    .option('-w, --wait', 'wait for that report')
    .option('--requested-by <who>', 'who says so, for the record (default: your login name)')
    .option('--reason <text>', 'why, for the record');
  addOutputFlags(addNamingFlags(cancelCommand)).action(async (id: string | undefined, flags: CancelFlags) =>
    session.answer(await cancel(id, flags, session)),
  );
}
