import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { RecentChange, Until } from '../contract/activities.js';
import { type Content, contentOf, isEdit, stillDiffers } from '../../cloud/difference.js';
import {
  type ChangeVerb,
  type EditVerb,
  type Observation,
  type Product,
  type SeenFlowLog,
  withFlowLogId,
} from '../../cloud/flow-log.js';
import { type Subject, isRecording, subjectOf, surplusOf } from '../../cloud/subject.js';
import { type Operation, type OperationOptions, type Outcome, failureTypes } from '../contract/operation.js';

/** State that the operation wants. */
export interface Desired {
  readonly operation: Operation;
  /** The operation speaks of this flow log only, and never creates. */
  readonly pinned?: string;
  /** Its row says which fields can be changed, and by which call. */
  readonly product: Product;
  readonly options: Pick<OperationOptions, 'adopt' | 'takeOver' | 'onExisting' | 'requireDelivery' | 'surplus'>;
  /** True where the product tells whether records arrive: only some do. */
  readonly tellsDelivery: boolean;
}

/** Changes that this operation has made so far, and the time until which it may go on. */
export interface Memory {
  readonly changes: readonly MadeChange[];
  readonly deadlineAt: number;
}

/** A change that was made. */
interface MadeChange {
  readonly verb: ChangeVerb;
  readonly flowLogId?: string;
}

/** One look: the cloud, and what the ledger knows that the cloud may not show yet. */
export interface Look {
  readonly observation: Observation;
  readonly unclear: readonly RecentChange[];
  readonly recent?: RecentChange;
  /** Own flow logs that the ledger shows to be made by this deployment: the only surplus that may be removed. */
  readonly createdHere?: readonly string[];
}

export type Step =
  | { readonly do: 'create' }
  | { readonly do: 'activate' | 'deactivate'; readonly flowLogId: string }
  /** A surplus is deleted only while the flow log that is kept records. */
  | { readonly do: 'delete'; readonly flowLogId: string; readonly keptFlowLogId?: string }
  /** Sends these fields, and no other. */
  | { readonly do: EditVerb; readonly flowLogId: string; readonly fields: readonly string[] }
  | { readonly do: 'wait'; readonly until: Until }
  | {
      readonly do: 'done';
      readonly outcome: Outcome;
      readonly subject?: SeenFlowLog;
      /** Whose the flow log is that is left; absent where it is ours. */
      readonly whose?: 'foreign' | 'managed';
      /** Fields asked for that the flow log cannot be given. */
      readonly notApplied?: readonly string[];
    }
  | { readonly do: 'fail'; readonly reason: Reason };

/** Reason why an operation cannot go on, in words a person can act on. */
export interface Reason {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/** A flow log that was deleted out of band is made again this often; then another party wants it gone. */
const MAX_CREATES = 9;

/** A call that was accepted so often, and whose fields never show, is not made again: the fields are told as not applied. */
const MAX_EDITS = 3;

/**
 * The lifecycle, whole: the one thing to do next, from what is wanted, what was seen, what was done, and the time.
 * Pure and total. It never creates while anything of ours may be there, and never touches what is not ours without being told to.
 * @param mayWait asked only where a flow log that is not ours is listed and one of ours may only be too young to be: false for runs that
 * began under a release that acted on the listed one
 */
export function nextStep(
  desired: Desired,
  look: Look,
  memory: Memory,
  now: number,
  mayWait: () => boolean = () => true,
): Step {
  const subject = spokenOf(desired, look.observation, memory);
  if (now >= memory.deadlineAt) return fail(pastDeadlineReason(subject));
  const waiting = waitForOwn(desired, look, subject);
  if (waiting && mayWait()) return waiting;
  const step = wanted[desired.operation](desired, look, memory, subject);
  return isDone(step) ? (waitForUnclear(look, subject) ?? step) : step;
}

/**
 * The flow log that the operation speaks of. Once our own is deleted, a foreign one on the same target is not it: no caller named
 * that one.
 */
export function spokenOf(desired: Desired, observation: Observation, memory: Memory): Subject | undefined {
  const { operation, pinned, options } = desired;
  const subject = subjectOf(observation, pinned);
  const isNamed = subject?.whose === 'own' || pinned !== undefined || mayChangeForeign(options);
  const isGone = operation === 'delete' && memory.changes.some(({ verb }) => verb === 'delete');
  return isGone && !isNamed ? undefined : subject;
}

/** Tells whether a foreign flow log with the same destination and traffic was asked for. */
const mayChangeForeign = ({ adopt, takeOver }: Desired['options']): boolean => adopt === true || takeOver === true;

const wanted: Record<Operation, (d: Desired, look: Look, m: Memory, subject: Subject | undefined) => Step> = {
  enable(desired, look, memory, subject) {
    if (!subject) return notInSight(desired, look) ?? toCreate(desired, look, memory);
    const { flowLog } = subject;
    const content = contentFor(desired, memory, flowLog);
    const refusal = untouchable(desired, subject, flowLog.status === 'inactive' || isChange(content));
    if (refusal) return refusal;
    const moving = stillMoving(look, flowLog, 'active');
    if (moving) return moving;
    if (flowLog.status === 'inactive') return { do: 'activate', flowLogId: flowLog.flowLogId };
    if (isChange(content)) return toEdit(content, flowLog);
    const surplus = toRemove(desired, look, flowLog);
    if (surplus) return surplus;
    const awaitsDelivery = desired.options.requireDelivery && desired.tellsDelivery && flowLog.delivery.state !== 'ok';
    if (awaitsDelivery) return wait({ status: 'active', flowLogId: flowLog.flowLogId, delivered: true });
    return done(memory, subject, content);
  },

  disable(desired, look, memory, subject) {
    if (!subject) return notInSight(desired, look) ?? withoutSubject(desired, look, memory);
    const { flowLog } = subject;
    const refusal = untouchable(desired, subject, flowLog.status !== 'inactive');
    if (refusal) return refusal;
    const moving = stillMoving(look, flowLog, 'inactive');
    if (moving) return moving;
    if (flowLog.status === 'active') return { do: 'deactivate', flowLogId: flowLog.flowLogId };
    return done(memory, subject);
  },

  modify(desired, look, memory, subject) {
    if (!subject) return notInSight(desired, look) ?? mayYetShow(look) ?? fail(nothingToModify);
    const { flowLog } = subject;
    const content = contentFor(desired, memory, flowLog);
    const refusal = untouchable(desired, subject, isChange(content));
    if (refusal) return refusal;
    const moving = stillMoving(look, flowLog, 'settled');
    if (moving) return moving;
    return isChange(content) ? toEdit(content, flowLog) : done(memory, subject, content);
  },

  delete(desired, look, memory, subject) {
    if (!subject) return withoutSubject(desired, look, memory);
    const { flowLog } = subject;
    const refusal = untouchable(desired, subject, true);
    if (refusal) return refusal;
    const going = flowLog.status === 'changing' || flowLog.status === 'unknown';
    if (going || isRecent(look, 'delete', flowLog)) return wait({ status: 'absent', flowLogId: flowLog.flowLogId });
    return { do: 'delete', flowLogId: flowLog.flowLogId };
  },
};

/** A flow log that was named by its id and is not listed is not there, unless it may only be too young to be. */
function notInSight({ pinned }: Desired, look: Look): Step | undefined {
  return pinned === undefined ? undefined : (mayYetShow(look, pinned) ?? fail(notFound(pinned)));
}

/** Waits for a create that the ledger knows and no list shows yet: one accepted lately, or one in doubt. */
function mayYetShow({ recent, unclear }: Look, pinned?: string): Step | undefined {
  const isMeant = recent?.verb === 'create' && (!pinned || !recent.flowLogId || recent.flowLogId === pinned);
  if (isMeant) return wait({ status: 'settled', ...withFlowLogId(recent.flowLogId) });
  return unclear.some(({ verb }) => verb === 'create') ? wait({ status: 'settled' }) : undefined;
}

/** Before a flow log that is not ours is acted on, no create of ours may be left that lists do not show yet. */
function waitForOwn({ pinned }: Desired, look: Look, subject: Subject | undefined): Step | undefined {
  return pinned !== undefined || !subject || subject.whose === 'own' ? undefined : mayYetShow(look);
}

/** Nothing fits: create, unless something stands in the way or our own may only be too young to be seen. */
function toCreate(desired: Desired, { observation, recent }: Look, memory: Memory): Step {
  if (recent?.verb === 'create') return wait({ status: 'active', ...withFlowLogId(recent.flowLogId) });
  const [managed] = observation.managed;
  if (managed) return fail(conflict('managed', managed, 'it was made by another service of the cloud'));
  const [foreign] = observation.foreign;
  if (foreign && desired.options.onExisting !== 'alongside') {
    return fail(conflict('foreign', foreign, `it is not ours and differs in ${foreign.drift.join(', ')}`));
  }
  if (memory.changes.filter(({ verb }) => verb === 'create').length >= MAX_CREATES) return fail(keepsVanishing);
  return { do: 'create' };
}

/** Disable and delete of a target that has none: nothing to do, unless a foreign one was meant. */
function withoutSubject(desired: Desired, { observation, recent }: Look, memory: Memory): Step {
  if (recent?.verb === 'create') return wait({ status: 'settled', ...withFlowLogId(recent.flowLogId) });
  const [other] = [...observation.managed, ...observation.foreign];
  if (other && memory.changes.length === 0 && !desired.pinned) {
    return fail(conflict('foreign', other, 'it is not ours; name it by its flow log id, or adopt it'));
  }
  return { do: 'done', outcome: outcomeOf(memory, undefined) };
}

/** Protects a flow log that is not ours, unless it was named by its id or is to be adopted; a managed one stays as it is always. */
function untouchable(desired: Desired, { flowLog, whose }: Subject, needsChange: boolean): Step | undefined {
  if (whose === 'own' || !needsChange) return undefined;
  const inMotion = flowLog.status === 'changing' || flowLog.status === 'unknown';
  if (whose === 'managed') return fail(conflict('managed', flowLog, 'it was made by another service of the cloud'));
  if (desired.pinned !== undefined || mayChangeForeign(desired.options)) return undefined;
  if (inMotion) return wait({ status: 'settled', flowLogId: flowLog.flowLogId });
  return fail(conflict('foreign', flowLog, `it is not ours and would have to be changed (${stateOf(flowLog)})`));
}

/** Something is under way, or our own accepted change may not show yet. */
function stillMoving(look: Look, flowLog: SeenFlowLog, status: Until['status']): Step | undefined {
  const { flowLogId } = flowLog;
  if (isRecent(look, 'delete', flowLog)) return wait({ status: 'absent', flowLogId });
  if (flowLog.status === 'changing' || flowLog.status === 'unknown') return wait({ status, flowLogId });
  return isStale(look.recent, flowLog) ? wait({ status, flowLogId }) : undefined;
}

/** Tells whether a flow log still shows the state before our own accepted change. */
export function isStale(recent: RecentChange | undefined, flowLog: SeenFlowLog): boolean {
  if (!recent || !isOf(recent, flowLog)) return false;
  if (recent.verb === 'activate') return flowLog.status === 'inactive';
  if (recent.verb === 'deactivate') return flowLog.status === 'active';
  return isEdit(recent.verb) && stillDiffers(recent.verb, flowLog.drift);
}

/** Sorts the fields in which the flow log differs, by the product's row and by the edits tried in vain before. */
function contentFor({ product }: Desired, { changes }: Memory, { drift, flowLogId }: SeenFlowLog): Content {
  const { edits, fixed, notApplied } = contentOf(product, drift);
  const isVain = (verb: EditVerb) =>
    changes.filter((change) => change.verb === verb && change.flowLogId === flowLogId).length >= MAX_EDITS;
  const vain = edits.filter(({ verb }) => isVain(verb)).flatMap(({ fields }) => fields);
  return { edits: edits.filter(({ verb }) => !isVain(verb)), fixed, notApplied: [...notApplied, ...vain] };
}

/** Tells whether anything would have to be changed that can be, or that makes it another flow log. */
const isChange = ({ edits, fixed }: Content): boolean => edits.length > 0 || fixed.length > 0;

/** One call a step; where a field decides what is recorded and no call changes it, none. */
function toEdit({ edits: [edit], fixed }: Content, flowLog: SeenFlowLog): Step {
  if (edit && fixed.length === 0) return { do: edit.verb, flowLogId: flowLog.flowLogId, fields: edit.fields };
  return fail(conflict('drift', flowLog, `it differs in ${fixed.join(', ')}, which cannot be modified`));
}

/** One surplus flow log a step, only where asked, only ours by the ledger, only beside one that is Active and delivering. */
function toRemove(desired: Desired, look: Look, kept: SeenFlowLog): Step | undefined {
  if (desired.options.surplus !== 'remove' || desired.pinned) return undefined;
  if (!isRecording(kept)) return undefined;
  const removable = surplusOf(look.observation, kept).find(({ flowLogId }) => look.createdHere?.includes(flowLogId));
  if (!removable) return undefined;
  const { flowLogId } = removable;
  const going = removable.status === 'changing' || isRecent(look, 'delete', removable);
  return going ? wait({ status: 'absent', flowLogId }) : { do: 'delete', flowLogId, keptFlowLogId: kept.flowLogId };
}

/** Before an operation ends well, no change of unknown end may be left that could still undo what is seen. */
function waitForUnclear({ unclear }: Look, subject: Subject | undefined): Step | undefined {
  if (unclear.length === 0) return undefined;
  return wait({ status: 'settled', ...withFlowLogId(subject?.flowLog.flowLogId) });
}

const isDone = (step: Step): boolean => step.do === 'done';
const wait = (until: Until): Step => ({ do: 'wait', until });
const fail = (reason: Reason): Step => ({ do: 'fail', reason });
const stateOf = (flowLog: SeenFlowLog): string =>
  [flowLog.rawStatus, ...(flowLog.drift.length > 0 ? [`differs in ${flowLog.drift.join(', ')}`] : [])].join(', ');

const isRecent = ({ recent }: Look, verb: ChangeVerb, flowLog: SeenFlowLog): boolean =>
  recent?.verb === verb && isOf(recent, flowLog);

const isOf = ({ flowLogId }: RecentChange, flowLog: SeenFlowLog): boolean =>
  flowLogId === undefined || flowLogId === flowLog.flowLogId;

const done = (memory: Memory, subject: Subject, content?: Content): Step => ({
  do: 'done',
  outcome: outcomeOf(memory, subject),
  subject: subject.flowLog,
  ...omitUndefined({
    whose: subject.whose === 'own' ? undefined : subject.whose,
    notApplied: content && content.notApplied.length > 0 ? content.notApplied : undefined,
  }),
});

const outcomeOfVerb: Readonly<Record<ChangeVerb, Outcome>> = {
  create: 'created',
  activate: 'activated',
  deactivate: 'deactivated',
  modify: 'modified',
  tag: 'modified',
  move: 'modified',
  delete: 'deleted',
};

/** The strongest thing done names the outcome. */
function outcomeOf(memory: Memory, subject: Subject | undefined): Outcome {
  const surplusOnly = (verb: ChangeVerb) => verb === 'delete' && subject !== undefined;
  for (const verb of ['create', 'delete', 'activate', 'deactivate', 'modify', 'tag', 'move'] as const) {
    if (!surplusOnly(verb) && memory.changes.some((change) => change.verb === verb)) return outcomeOfVerb[verb];
  }
  return subject && subject.whose !== 'own' ? 'adopted' : 'unchanged';
}

const conflict = (what: string, flowLog: SeenFlowLog, why: string): Reason => ({
  type: failureTypes.conflict,
  code: `Conflict(${what})`,
  message: `flow log ${flowLog.flowLogId} is in the way: ${why}`,
  advice:
    what === 'managed'
      ? 'Change it in the service that made it, or ask for a target it does not cover.'
      : `Name it by its id (${flowLog.flowLogId}), ask with adopt, take it over first (enable with takeOver), or remove it by hand.`,
});

/** A flow log that was named by its id, and is gone. */
export const notFound = (flowLogId: string): Reason => ({
  type: failureTypes.notFound,
  code: 'FlowLogNotFound',
  message: `flow log ${flowLogId} is not there`,
  advice: 'Check the id, account and region, or name the resource instead to have its flow log created.',
});

const nothingToModify: Reason = {
  type: failureTypes.notFound,
  code: 'FlowLogNotFound',
  message: 'the target has no flow log of ours to modify',
  advice: 'Enable it first, or name a flow log by its id.',
};

const keepsVanishing: Reason = {
  type: failureTypes.notFound,
  code: 'FlowLogVanishes',
  message: `the flow log was created ${MAX_CREATES} times and was gone each time`,
  advice: 'Find out who deletes it (ActionTrail), then enable it again.',
};

function pastDeadlineReason(subject: Subject | undefined): Reason {
  const unexpected = subject?.flowLog.status === 'unknown';
  return {
    type: unexpected ? failureTypes.unexpectedStatus : failureTypes.deadline,
    code: unexpected ? failureTypes.unexpectedStatus : failureTypes.deadline,
    message: subject
      ? `the deadline passed; flow log ${subject.flowLog.flowLogId} was last seen ${stateOf(subject.flowLog)}`
      : 'the deadline passed; no flow log was seen',
    advice: 'Look at the flow log in the console, then ask again; asking again is safe.',
  };
}
