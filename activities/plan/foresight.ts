import { omitUndefined } from '../../cloud/omit-undefined.js';
import { BudgetWait } from '../../cloud/call/budget.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { problemOf } from '../../cloud/discovery/discover.js';
import { type FlowLogIdTarget, isById } from '../../cloud/flow-log.js';
import { inParallel } from '../../cloud/in-parallel.js';
import { scopeOf } from '../../cloud/lists/scope.js';
import type { PlaceProblem } from '../../workflows/contract/bulk.js';
import type { Dependencies } from '../dependencies.js';
import {
  type CommonRequest,
  type ForeseenRow,
  type Looking,
  type PlannedTarget,
  foreseenRow,
  unread,
} from './foreseen-row.js';
import { SCOPES_AT_ONCE, scopeCalls } from './scope-calls.js';

/** Targets of one scope looked up at once. */
const TARGETS_AT_ONCE = 16;

/** Result of a look at one scope. */
export interface ScopeLook {
  readonly scope: string;
  /** A target of it, for its place. */
  readonly at: PlannedTarget['target'];
  /** Flow logs in it, where it was scanned. */
  readonly inScope?: number;
  /** Rows by the target's place in the list, from 0. */
  readonly rows: ReadonlyMap<number, ForeseenRow>;
  readonly problem?: PlaceProblem;
  readonly apiCalls: number;
}

/**
 * Foresees what the operation would do on each target, scope by scope as they are read: one complete scan a scope, one read for each flow
 * log named by its id. A scope that cannot be read gives rows `unknown` and holds back no other. Nothing is changed and nothing recorded.
 */
export async function* foreseeTargets(
  deps: Dependencies,
  foresight: Foresight,
  targets: readonly PlannedTarget[],
  signal?: AbortSignal,
): AsyncGenerator<ScopeLook, void, undefined> {
  const scopes = new Map<string, { target: PlannedTarget; index: number }[]>();
  targets.forEach((target, index) => {
    const id = isById(target.target) ? `${scopeKey(target.target)} by id` : scopeOf(target.target).id;
    const others = scopes.get(id);
    if (others) others.push({ target, index });
    else scopes.set(id, [{ target, index }]);
  });
  const waiting = [...scopes].map(
    ([scope, members]) =>
      () =>
        lookAtScope(deps, foresight, { scope, members }, signal),
  );
  yield* inParallel(waiting, SCOPES_AT_ONCE);
}

const scopeKey = ({ product, accountId, region, ecrId }: FlowLogIdTarget): string =>
  [product, accountId, ecrId ?? region].join('/');

/** The run and the request for which targets are foreseen. */
export interface Foresight {
  /** Scans are kept under it: an operation of this run believes them for 10 min. */
  readonly run: string;
  readonly asking: CommonRequest;
  /** True where people read the rows; else they are only counted. */
  readonly told: boolean;
}

interface Scope {
  readonly scope: string;
  readonly members: readonly { readonly target: PlannedTarget; readonly index: number }[];
}

async function lookAtScope(
  deps: Dependencies,
  foresight: Foresight,
  { scope, members }: Scope,
  signal?: AbortSignal,
): Promise<ScopeLook> {
  const { cloud, count } = scopeCalls(deps.cloud, signal);
  const looking: Looking = { ...foresight, deps, cloud };
  let problem: PlaceProblem | undefined;
  const rows = new Map<number, ForeseenRow>();
  const queue = members.entries();
  const lookAt = async ({ target, index }: Scope['members'][number]): Promise<void> => {
    try {
      rows.set(index, problem ? unread(target, problem) : await foreseenRow(looking, target));
    } catch (error) {
      signal?.throwIfAborted();
      problem ??= problemOfScope(target, error);
      rows.set(index, unread(target, problem));
    }
  };
  const lane = async (): Promise<void> => {
    for (const [, member] of queue) await lookAt(member);
  };
  // The first alone: a dead scope is found once and not sixteen times.
  const [first] = members as [Scope['members'][number]];
  queue.next();
  await lookAt(first);
  await Promise.all(Array.from({ length: TARGETS_AT_ONCE }, lane));
  const inScope = looking.inScope === undefined ? {} : { inScope: looking.inScope };
  return { scope, at: first.target.target, rows, apiCalls: count(), ...inScope, ...omitUndefined({ problem }) };
}

function problemOfScope({ target }: PlannedTarget, error: unknown): PlaceProblem {
  if (error instanceof CloudError) return problemOf(target, error);
  if (!(error instanceof BudgetWait)) throw error;
  const { product, accountId, region } = target;
  return {
    product,
    accountId,
    ...omitUndefined({ region: region || undefined }),
    code: error.name,
    message: error.message,
  };
}
