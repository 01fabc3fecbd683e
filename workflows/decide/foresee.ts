import type { RecentChange, Until } from '../contract/activities.js';
import { contentOf } from '../../cloud/difference.js';
import { surplusOf } from '../../cloud/subject.js';
import type { ChangeVerb, EditVerb, Observation, SeenFlowLog } from '../../cloud/flow-log.js';
import type { SettledAs } from '../../cloud/products/product-row.js';
import { failureTypes } from '../contract/operation.js';
import { type Desired, type Look, type Reason, type Step, nextStep, spokenOf } from './next-step.js';

/** One way an operation may go, from what is seen now to its end. */
export interface Path {
  /** Step that it would take first. */
  readonly first: Step['do'];
  /** Changes it would make, in order. */
  readonly changes: readonly ChangeVerb[];
  /** Its outcome, or the code of its failure. */
  readonly end: string;
  /** Fields that it would send to a flow log that is there, in the order of the calls. */
  readonly fields: readonly string[];
  /** Fields asked for that it could not change. */
  readonly notApplied?: readonly string[];
  /** Own flow logs beyond the one that counts, which it would leave. */
  readonly surplus: readonly string[];
  /** Reason why it would fail. */
  readonly reason?: Reason;
}

/** State to which each word for a change under way leads; none for a word that may lead to several states. */
export type Endings = Readonly<Record<string, SettledAs>>;

/** No operation has so many steps; one that would is told as one that never ends. */
const MOST_STEPS = 24;

const TERMS = { deadlineAt: Number.POSITIVE_INFINITY, now: 0 } as const;

/** Stands where the cloud will give an id. */
const placeholderId = 'new';

/**
 * Foresees what an operation would do in a cloud where every change succeeds and no other caller is at work: the very `nextStep` it runs, on
 * what is seen and then on what each step would make of it. More than one path where it depends on how a change under way comes out. Pure.
 */
export const foresee = (desired: Desired, look: Look, endings: Endings): readonly Path[] =>
  followSteps({ desired, endings, look, changes: [] }, MOST_STEPS);

interface Walk {
  readonly desired: Desired;
  readonly endings: Endings;
  readonly look: Look;
  readonly changes: readonly (RecentChange & { readonly fields?: readonly string[] })[];
}

function followSteps(state: Walk, stepsLeft: number): readonly Path[] {
  const memory = { changes: state.changes, deadlineAt: TERMS.deadlineAt };
  const step = nextStep(state.desired, state.look, memory, TERMS.now);
  const changes = state.changes.map(({ verb }) => verb);
  const fields = state.changes.flatMap((change) => change.fields ?? []);
  const endsAs = (end: string, more: Pick<Path, 'reason' | 'notApplied'> = {}): Path => ({
    first: step.do,
    changes,
    fields,
    surplus: surplusLeft(state),
    end,
    ...more,
  });
  if (step.do === 'done') return [endsAs(step.outcome, step.notApplied ? { notApplied: step.notApplied } : {})];
  if (step.do === 'fail') return [endsAs(step.reason.code, { reason: step.reason })];
  if (stepsLeft === 0) return [endsAs(failureTypes.deadline)];
  const after = step.do === 'wait' ? waited(state, step.until) : [changed(state, step)];
  const rest = after.flatMap((next) => (typeof next === 'string' ? [endsAs(next)] : followSteps(next, stepsLeft - 1)));
  return rest.map((path) => ({ ...path, first: step.do }));
}

function changed(state: Walk, step: Extract<Step, { do: ChangeVerb }>): Walk {
  const flowLogId = 'flowLogId' in step ? step.flowLogId : placeholderId;
  const change: RecentChange = { verb: step.do, flowLogId };
  const made = 'fields' in step ? { ...change, fields: step.fields } : change;
  return { ...took(state, change), changes: [...state.changes, made] };
}

/** Own flow logs beyond the one that counts, as things stand. */
const surplusLeft = ({ desired, look, changes }: Walk): readonly string[] => {
  const subject = spokenOf(desired, look.observation, { changes, deadlineAt: TERMS.deadlineAt })?.flowLog;
  return surplusOf(look.observation, subject).map(({ flowLogId }) => flowLogId);
};

/** The world after a change has taken effect. */
function took(state: Walk, { verb, flowLogId }: RecentChange): Walk {
  const { look, desired } = state;
  if (verb === 'create') return withCreated(state, flowLogId);
  const mended = (by: EditVerb) => (flowLog: SeenFlowLog) => {
    const sent = contentOf(desired.product, flowLog.drift).edits.find((each) => each.verb === by)?.fields ?? [];
    return [{ ...flowLog, drift: flowLog.drift.filter((field) => !sent.includes(field)) }];
  };
  const edit: Record<Exclude<ChangeVerb, 'create'>, (flowLog: SeenFlowLog) => SeenFlowLog[]> = {
    activate: (flowLog) => [{ ...flowLog, status: 'active' }],
    deactivate: (flowLog) => [{ ...flowLog, status: 'inactive' }],
    modify: mended('modify'),
    tag: mended('tag'),
    move: mended('move'),
    delete: () => [],
  };
  return { ...state, look: { ...look, observation: edited(look.observation, flowLogId, edit[verb]) } };
}

function withCreated(state: Walk, flowLogId: string = placeholderId): Walk {
  const { own } = state.look.observation;
  if (own.some((flowLog) => flowLog.flowLogId === flowLogId)) return state;
  const created: SeenFlowLog = {
    flowLogId,
    status: 'active',
    rawStatus: '',
    delivery: { state: 'unknown' },
    resource: {},
    destination: { project: '', logStore: '' },
    tags: {},
    serviceManaged: false,
    drift: [],
  };
  return { ...state, look: { ...state.look, observation: { ...state.look.observation, own: [...own, created] } } };
}

function edited(
  observation: Observation,
  flowLogId: string | undefined,
  edit: (flowLog: SeenFlowLog) => readonly SeenFlowLog[],
): Observation {
  const each = (flowLog: SeenFlowLog) => (flowLog.flowLogId === flowLogId ? edit(flowLog) : [flowLog]);
  const { own, foreign, managed } = observation;
  return {
    ...observation,
    own: own.flatMap(each),
    foreign: foreign.flatMap(each),
    managed: managed.flatMap(each),
  };
}

/** Results that a wait may have, one walk for each; or the end of the operation that waits. */
function waited(state: Walk, until: Until): readonly (Walk | string)[] {
  const { look } = state;
  const { recent, unclear, ...seen } = look;
  if (recent) return [took({ ...state, look: { ...seen, unclear } }, recent)];
  const { own, foreign, managed } = look.observation;
  const flowLog = [...own, ...foreign, ...managed].find((each) => each.flowLogId === until.flowLogId);
  const settled = flowLog ? settlings(state, flowLog) : [];
  if (settled.length > 0) return settled;
  if (until.delivered && flowLog) return deliveries(state, flowLog);
  // Nothing is left to wait for but the end of what is in doubt, which either shows above or has not happened.
  return unclear.length > 0 ? [{ ...state, look: { ...look, unclear: [] } }] : [failureTypes.deadline];
}

/** Ends that a change under way may have: as its word says; where the word does not say, either way. */
function settlings(state: Walk, flowLog: SeenFlowLog): (Walk | string)[] {
  const { status, rawStatus, flowLogId } = flowLog;
  if (status !== 'changing' && status !== 'unknown') return [];
  const settle = (as: SettledAs): Walk => {
    const edit = (each: SeenFlowLog): SeenFlowLog[] => (as === 'absent' ? [] : [{ ...each, status: as }]);
    return { ...state, look: { ...state.look, observation: edited(state.look.observation, flowLogId, edit) } };
  };
  const ending = Object.hasOwn(state.endings, rawStatus) ? state.endings[rawStatus] : undefined;
  if (ending) return [settle(ending)];
  return [settle('active'), settle('inactive'), ...(status === 'unknown' ? [failureTypes.unexpectedStatus] : [])];
}

/** Ends of a wait for delivery, with records and without: it is not known whether they will arrive before they do. */
function deliveries(state: Walk, flowLog: SeenFlowLog): (Walk | string)[] {
  const { look } = state;
  const edit = (each: SeenFlowLog): SeenFlowLog[] => [{ ...each, delivery: { state: 'ok' } }];
  const delivered = { ...state, look: { ...look, observation: edited(look.observation, flowLog.flowLogId, edit) } };
  return [delivered, failureTypes.deadline];
}
