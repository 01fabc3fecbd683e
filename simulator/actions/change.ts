import { Refusal } from '../wire/refusal.js';
import type { Ending, Fields, FlowLog, SimulatedProduct, Tags, SimulatedVerb, Version } from '../world/flow-log.js';
import { newFlowLogId, resourceWord } from '../world/identity.js';
import { lifecycles } from '../world/lifecycle.js';
import { extended, finalOf, isChanging, liveAt } from '../world/timeline.js';
import type { Call } from './action.js';

/** The codes by which a product refuses a change that its state does not allow. */
interface StateCodes {
  /** Another change is under way, or the cool-down is not over. */
  readonly changing: string;
  /** Already there, or not a state to start from. */
  readonly wrongState: string;
}

const stateCodes: Readonly<Record<SimulatedProduct, StateCodes>> = {
  vpc: { changing: 'IncorrectStatus.flowlog', wrongState: 'IncorrectStatus.flowlog' },
  cen: { changing: 'IncorrectStatus.flowlog', wrongState: 'IncorrectStatus.flowlog' },
  // No code for a flow log's own state is published for ECR; these are those of its other changing operations.
  ecr: { changing: 'Conflict.Lock', wrongState: 'IncorrectStatus.Ecr' },
};

/** Content of a new flow log. */
export interface NewFlowLog {
  readonly product: SimulatedProduct;
  /** Empty for a product with a central endpoint. */
  readonly region: string;
  readonly fields: Fields;
  readonly tags: Tags;
}

/** Answer to a second flow log on one resource, where those are refused. */
export type DuplicateRefusal = (existing: FlowLog) => Refusal;

/**
 * Accepts a new flow log and returns its id.
 * @throws {@link Refusal} for a duplicate, where those are refused, and above the quota.
 */
export function createFlowLog(call: Call, wanted: NewFlowLog, duplicate: DuplicateRefusal): string {
  const { product, region } = wanted;
  const resource = resourceWord(product, wanted.fields);
  // A flow log being deleted still exists, and an accepted one counts before it begins: no place is given twice.
  const standing = call.world
    .flowLogsOf(product, call.accountId, region)
    .filter((log) => liveAt(log, call.now) !== undefined || !finalOf(log).gone);
  const existing = standing.find((log) => log.resource === resource);
  if (existing && call.config.duplicates === 'refuse') throw duplicate(existing);
  const quota = call.config.quotas[product];
  if (quota !== undefined && standing.length >= quota) throw new Refusal('QuotaExceeded.FlowlogCount');
  refuseDryRun(call);

  const id = newFlowLogId(call.world, product);
  const fields = { ...wanted.fields, CreationTime: cloudTime(call.now) };
  const ordinal = call.world.flowLogs.size + 1;
  const { accountId } = call;
  const blank: FlowLog = { id, product, accountId, region, resource, origin: 'call', ordinal, versions: [] };
  const status = call.config.createdAs === 'active' ? 'Active' : 'Inactive';
  call.world.putFlowLog(begun(call, blank, 'create', { status, fields, tags: wanted.tags }));
  call.committed(id);
  return id;
}

/**
 * Accepts a change of a flow log.
 * @throws {@link Refusal} when it is being changed, cooling down, or in a state this change does not start from.
 */
export function changeFlowLog(
  call: Call,
  log: FlowLog,
  verb: Exclude<SimulatedVerb, 'create'>,
  edited: Fields = {},
): void {
  const transition = lifecycles[log.product][verb];
  const now = liveAt(log, call.now);
  const codes = stateCodes[log.product];
  if (isChanging(log, call.now)) throw new Refusal(codes.changing);
  if (verb === 'activate' && (log.coolUntil ?? 0) > call.now) throw new Refusal(codes.changing);
  if (!now || !transition.from.includes(now.status)) throw new Refusal(codes.wrongState);
  refuseDryRun(call);

  const held = { fields: { ...now.fields, ...edited }, tags: now.tags };
  const ending: Ending =
    transition.to === 'gone'
      ? { ...held, status: transition.through, gone: true }
      : { ...held, status: transition.to === 'same' ? now.status : transition.to };
  const cooled = verb === 'activate' ? { ...log, coolUntil: call.now + call.config.cooldownMs } : log;
  call.world.putFlowLog(begun(call, cooled, verb, ending));
  call.committed(log.id);
}

/** Adds a change to a flow log's timeline, ending as the progression says. */
function begun(call: Call, log: FlowLog, verb: SimulatedVerb, ending: Ending): FlowLog {
  const { progression } = call.config;
  const at = call.commitAt;
  const before = log.versions.at(-1) ?? { ...ending, status: 'Inactive' };
  const isHidden = log.product === 'ecr' && call.config.ecrTransitions === 'hidden';
  const status = isHidden ? before.status : lifecycles[log.product][verb].through;
  const underWay: Version = { at, status, fields: before.fields, tags: before.tags };
  const ended: Version = { ...ending, at };
  const versions = {
    immediate: () => [ended],
    time: () => {
      const { activationMs, settleMs } = progression.mode === 'time' ? progression : { activationMs: 0, settleMs: 0 };
      const durationMs = lifecycles[log.product][verb].pace === 'activationMs' ? activationMs : settleMs;
      return [underWay, { ...ended, at: at + durationMs }];
    },
    reads: () => [
      { ...underWay, then: { ...ending, readsLeft: progression.mode === 'reads' ? progression.count : 1 } },
    ],
    explicit: () => [{ ...underWay, then: ending }],
  }[progression.mode]();
  return extended(log, versions, call.now);
}

/** ECR's dry run: everything was checked and nothing is done. Answered as the sibling products answer theirs. */
function refuseDryRun(call: Call): void {
  if (call.args.flag('DryRun')) throw new Refusal('DryRunOperation');
}

/** A time as the cloud writes it: seconds, UTC. */
export const cloudTime = (epochMs: number): string => new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
