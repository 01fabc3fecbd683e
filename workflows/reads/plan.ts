import { bulkReads } from '../activities.js';
import { admitted } from '../run/admit.js';
import { onlyArgument } from '../run/arguments.js';
import { type Checked, bounded } from '../contract/bounds.js';
import { namedTargets } from '../bulk/input.js';
import { planEnvelopeSchema } from '../contract/bulk-schema.js';
import { manyWorkflowTypes } from '../contract/bulk.js';
import type { PlanInput, PlanReport } from '../contract/plan.js';
import { problemsOf } from '../contract/problems.js';
import { typed } from './inspect.js';

/**
 * Plans what a bulk would do, target by target, before it does anything. The rows are read with `readRows` under the `rows` of the report.
 * Changes nothing.
 */
export async function planFlowLogs(...args: [PlanInput]): Promise<PlanReport> {
  const advice = 'Correct what is named, all of it; nothing was looked at.';
  return typed(bulkReads.planBulk(admitted(parsePlanInput(onlyArgument(args)), manyWorkflowTypes.plan, advice)));
}

/** The argument of a plan, or everything that is wrong with it. */
export const parsePlanInput = (value: unknown): Checked<PlanInput> => bounded(value, checkPlan);

function checkPlan(value: unknown): Checked<PlanInput> {
  const parsed = planEnvelopeSchema().safeParse(value);
  if (!parsed.success) return { problems: problemsOf(parsed.error.issues, value, []) };
  const input = parsed.data as PlanInput;
  const named = namedTargets(input);
  if (!input.validate || input.operation === 'enable') return named;
  const message = 'true: only what would be created can be rehearsed, which is for enable';
  return { problems: [...('problems' in named ? named.problems : []), { path: 'validate', message }] };
}
