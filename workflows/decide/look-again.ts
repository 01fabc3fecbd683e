import type { Situation } from '../contract/activities.js';
import type { OperationInput } from '../contract/operation.js';
import type { Step } from './next-step.js';

/** A shared read tells of our own flow logs only: no absence and no conflict is believed from it. */
export const needsCompleteLook = (step: Step): boolean =>
  step.do === 'create' || step.do === 'fail' || (step.do === 'done' && step.subject === undefined);

/** Tells whether a look has to ask the ledger: only that tells which surplus may be removed. It is asked before the end, for what is left. */
export const needsLineage = (
  { do: next }: Step,
  { request }: { readonly request: OperationInput },
  { createdHere, observation }: Situation,
  { sawSurplus }: { readonly sawSurplus: boolean },
): boolean =>
  next === 'done' &&
  request.options?.surplus === 'remove' &&
  createdHere === undefined &&
  (observation.own.length > 1 || (sawSurplus && !observation.complete));
