import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Doubt, Ledger, PendingIntent } from '../../audit/index.js';
import { readTarget } from '../../cloud/lists/absence.js';
import type { Clock } from '../../cloud/clock.js';
import type { CloudClient } from '../../cloud/call/port.js';
import type { Observation, Product, ResourceTarget, Spec } from '../../cloud/flow-log.js';
import { regionOfPlace, resourceFromKey } from '../../cloud/target.js';
import type { DoubtLook, SightedFlowLog } from '../../workflows/contract/doubts.js';
import type { Dependencies } from '../dependencies.js';
import { looksOpen } from './open-service.js';
import { type Judgement, effectOf } from './pending.js';
import { observationOf } from './situation.js';

/** Texts of the cloud and of people are cut at this length. */
export const MOST_CHARACTERS = 500;

/** Flow logs that one look tells; a target has one, or a few. */
const MOST_TOLD = 10;

/** Sums up a look for people: on the record with a resolution, and kept while a change stays in doubt. */
export function lookOf({ own, foreign, managed, readAt }: Observation): DoubtLook {
  const whose = (name: SightedFlowLog['whose'], flowLogs: Observation['own']) =>
    flowLogs.map(({ flowLogId, status, rawStatus }) => ({ flowLogId, status: rawStatus || status, whose: name }));
  const all = [...whose('own', own), ...whose('foreign', foreign), ...whose('managed', managed)];
  const more = all.length - MOST_TOLD;
  return { flowLogs: all.slice(0, MOST_TOLD), ...omitUndefined({ more: more > 0 ? more : undefined }), readAt };
}

/** Keeps what a look saw of changes that stay in doubt. */
export async function noteLooks(ledger: Ledger, observation: Observation, { open }: Judgement): Promise<void> {
  for (const { intent } of open) await ledger.noteLook(intent.intentId, lookOf(observation));
}

/** A look that failed. */
export const failedLook = (clock: Clock, problem: string): Extract<DoubtLook, { problem: string }> => ({
  problem: problem.slice(0, MOST_CHARACTERS),
  readAt: new Date(clock.now()).toISOString(),
});

/** Keeps that a look failed. */
export async function noteFailedLook(
  { ledger, clock }: Dependencies,
  pending: readonly Pick<PendingIntent, 'intentId'>[],
  problem: string,
): Promise<void> {
  const look = failedLook(clock, problem);
  for (const { intentId } of pending) await ledger.noteLook(intentId, look);
}

/** Finding of a look on one change in doubt. */
export interface DoubtSeen {
  readonly look: DoubtLook;
  /** The effect shows. */
  readonly effect: boolean;
  /** In this flow log. */
  readonly flowLogId?: string;
}

/** Looks at the target of a change in doubt, by a read that could not have missed its effect. */
export async function lookAt(deps: Dependencies, cloud: CloudClient, doubt: Doubt): Promise<DoubtSeen> {
  const { target, state, intent } = doubt;
  const { product, accountId, place } = target as typeof target & { product: Product };
  const where = { product, accountId, ...regionOfPlace(place) };
  if (intent.verb === 'openService') {
    const readAt = new Date(deps.clock.now()).toISOString();
    const isOpen = await looksOpen(cloud, where);
    return { look: { service: isOpen ? 'open' : 'not open', readAt }, effect: isOpen };
  }
  const aim: { target: ResourceTarget; spec?: Spec } = {
    target: { ...where, resource: resourceFromKey(product, target.key) },
    ...specAsked(doubt),
  };
  const { listLagMs } = deps.timing;
  const { flowLogs, readAt } = await readTarget(cloud, deps.clock, aim.target, { listLagMs, known: state.known ?? [] });
  const observation = observationOf(deps, aim, flowLogs, readAt, true);
  const evidence = { state, observation, elapsedMs: 0, missedBefore: [] };
  // As the operation itself would judge it: its spec is compared with the flow logs that are there.
  const effect = effectOf(intent as PendingIntent, evidence, intent.operation);
  return { look: lookOf(observation), effect: effect !== undefined, ...effect };
}

/** Spec that the operation wished for, as it is on the record. */
function specAsked({ asked: { input } }: Doubt): { spec?: Spec } {
  const spec = (input as { readonly spec?: Spec } | null | undefined)?.spec;
  return spec ? { spec } : {};
}
