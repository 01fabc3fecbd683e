import {
  ApplicationFailure,
  CancellationScope,
  condition,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { callerRecords } from '../activities.js';
import { isCarriedOn } from './arguments.js';
import type { Checked } from '../contract/bounds.js';
import { callers, currentUpdateId } from './callers.js';
import { type Operation, failureTypes } from '../contract/operation.js';
import { noSuch } from './no-such.js';
import { operationFailure } from '../operation/failure.js';
import { correctFields, invalidInput } from '../contract/invalid-input.js';
import { requestUpdate } from './updates.js';
import { canonicalRequestJson } from '../contract/request-hash.js';
import { wrongWord } from './signal-checks.js';
import {
  type AskedRequest,
  type CallerWord,
  type RequestAnswer,
  type RunningOperation,
  callMemo,
} from '../contract/request.js';

/** A request that is right. */
export interface RightRequest<Input> {
  readonly operation: Operation;
  readonly input: Input;
  /** The workflow that asks, where it is one. */
  readonly workflowId?: string;
}

interface Asking {
  readonly requestedBy: string;
  readonly reason?: string;
}

/** Facts of one run, by which requests to it are judged. */
export interface RequestRules<Input extends Asking> {
  /** Argument of the start, or its refusal: then nothing is worked on. */
  readonly own: RightRequest<Input> | { readonly refusal: ApplicationFailure };
  /** Checks the argument of the update, which is meant for the id of this run. */
  readonly check: (value: unknown) => Checked<RightRequest<Input>>;
  /** Equal exactly where two requests wish the same. */
  readonly wishOf: (operation: Operation, input: Input) => string;
  /** Workflow id of the bulk that this run is part of. */
  readonly bulk?: string;
  /** First run of this bulk, where it is one: its chain in the ledger. */
  readonly run?: string;
}

/**
 * Takes the update `request`: the same wish joins this run, and its caller is put on the record after the answer; another one is refused
 * with all that is known of this run. Call it before anything is awaited.
 *
 * @returns refusal of the start itself, where its caller asked for something else by the update that came with it
 */
export function handleRequests<Input extends Asking>(
  rules: RequestRules<Input>,
): Promise<ApplicationFailure | undefined> | undefined {
  const { own } = rules;
  let isOpening = !isCarriedOn();
  let isStartHeard = false;
  let refusal: Promise<ApplicationFailure | undefined> | undefined;
  const checked = (args: readonly unknown[]): Checked<RightRequest<Input>> =>
    args.length === 1
      ? rules.check(args[0])
      : { problems: [{ path: 'arguments', message: `takes exactly one argument; ${args.length} were given` }] };
  const right = (args: readonly unknown[]): RightRequest<Input> => {
    const request = checked(args);
    if ('problems' in request)
      throw operationFailure(invalidInput(request.problems, correctFields, requestUpdate.name));
    return request.input;
  };
  const handle = async (...args: readonly unknown[]): Promise<RequestAnswer> => {
    if ('refusal' in own) throw own.refusal;
    const request = !isStartHeard && mayBeOfStart(isOpening) ? checked(args) : undefined;
    // A workflow cannot start this run by an update: what it asks for is a request of its own.
    if (request && !('input' in request && request.input.workflowId !== undefined)) {
      isStartHeard = 'input' in request && isSameRequest(request.input, own);
      if (isStartHeard) return answer(rules, own, false);
      if (!refusal) {
        refusal = refusalOfStart(() => isStartHeard).finally(() => (isOpening = false));
        const refused = await refusal;
        if (refused) throw refused;
      }
    }
    const { operation, input, workflowId } = right(args);
    if (rules.wishOf(operation, input) !== rules.wishOf(own.operation, own.input)) throw inProgress(rules, own);
    requireHeard(requestUpdate.name);
    const { requestedBy, reason } = input;
    const body = {
      requestedBy,
      ...omitUndefined({ reason: reason || undefined, workflowId: workflowId || undefined }),
    };
    callers().record({ event: 'joined', body }, rules.run);
    return answer(rules, own, true);
  };
  setHandler(requestUpdate, handle as (asked: AskedRequest) => Promise<RequestAnswer>, {
    validator: (...args: readonly unknown[]) => {
      if ('refusal' in own) throw own.refusal;
      // The first ones may have come with the start: their handlers tell, which can ask who sent both.
      if (!isOpening) right(args);
    },
  });
  // Updates of the first task have been handled by now, as far as they do not wait. Where one of them differs from the start, its own may be late.
  if (!refusal) isOpening = false;
  return refusal;
}

const isSameRequest = <Input>(one: RightRequest<Input>, other: RightRequest<Input>): boolean =>
  canonicalRequestJson(one) === canonicalRequestJson(other);

/** Tells whether the update whose handler runs may have been sent with the start: the start names it, else it is one of the first. */
function mayBeOfStart(isOpening: boolean): boolean {
  const call = workflowInfo().memo?.[callMemo];
  return call === undefined ? isOpening : call === currentUpdateId();
}

/** Refuses an update that an older worker has refused, when its history is replayed: to write a row now would be another history. */
export function requireHeard(name: string): void {
  if (!patched('updates-are-heard')) throw noSuch('update', name);
}

/** Time in ms for the update of the start itself, where the server has lost it under load and the caller's SDK sends it again. */
const RESENT_MS = 5_000;

/**
 * Asks who sent the start: an update of the same client that differs from it came with it, and neither is worked on. Unless the start's own update
 * is heard: one client may send several wishes at once, and they come in any order.
 */
async function refusalOfStart(isStartHeard: () => boolean): Promise<ApplicationFailure | undefined> {
  // All updates of the first task are taken first.
  await condition(() => true);
  if (isStartHeard()) return undefined;
  requireHeard(requestUpdate.name);
  return CancellationScope.nonCancellable(async () => {
    const { isSame } = await callerRecords.compareCallers({ updateId: currentUpdateId() });
    if (!isSame || (await condition(isStartHeard, RESENT_MS))) return undefined;
    const message = 'the argument of the start and that of the update differ: give the same to both';
    return operationFailure(invalidInput([{ path: 'input', message }], correctFields, requestUpdate.name));
  });
}

function running<Input extends Asking>({ run, bulk }: RequestRules<Input>, own: RightRequest<Input>): RunningOperation {
  const { workflowId, runId, startTime } = workflowInfo();
  const { requestedBy, reason } = own.input;
  return {
    workflowId,
    runId: run ?? runId,
    operation: own.operation,
    since: startTime.toISOString(),
    requestedBy,
    ...omitUndefined({ reason: reason || undefined, bulk: bulk || undefined }),
  };
}

function answer<Input extends Asking>(
  rules: RequestRules<Input>,
  own: RightRequest<Input>,
  joined: boolean,
): RequestAnswer {
  const { workflowId, runId, operation, since, requestedBy } = running(rules, own);
  return { workflowId, runId, joined, operation, since, requestedBy };
}

function inProgress<Input extends Asking>(rules: RequestRules<Input>, own: RightRequest<Input>): ApplicationFailure {
  const run = running(rules, own);
  const { operation, workflowId, runId, since, requestedBy, bulk } = run;
  const kind = failureTypes.inProgress;
  return operationFailure({
    kind,
    code: kind,
    message:
      `${operation} is in progress since ${since}, asked for by ${requestedBy}: workflow ${workflowId}, run ${runId}` +
      (bulk ? `, part of ${bulk}` : ''),
    advice: 'Wait for it (`flowlog operation wait`), or cancel it, then ask again.',
    running: run,
  });
}

/** The argument of a start and its check as {@link RequestRules.own}. Anything but a refusal is a defect of ours, and is thrown on. */
export function taken<Input>(
  take: () => RightRequest<Input>,
): RightRequest<Input> | { readonly refusal: ApplicationFailure } {
  try {
    return take();
  } catch (error) {
    if (error instanceof ApplicationFailure) return { refusal: error };
    throw error;
  }
}

/** Argument of an update that tells a run something. @throws ApplicationFailure `InvalidInput` */
export function checkedWord(args: readonly unknown[], name: string): CallerWord {
  refuseWrong(wrongWord(args), name);
  return args[0] as CallerWord;
}

/** Refuses the argument of an update that tells a run something, where there is a problem with it. @throws ApplicationFailure `InvalidInput` */
export function refuseWrong(problem: string | undefined, name: string): void {
  if (problem === undefined) return;
  const advice = 'Correct what is named; nothing was changed.';
  throw operationFailure(invalidInput([{ path: '', message: problem }], advice, name));
}
