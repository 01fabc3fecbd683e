import { Context } from '@temporalio/activity';
import { TemporalFailure } from '@temporalio/common';
import { kindRules } from '../cloud/errors/kind-rules.js';
import type { FailureDetails } from '../workflows/contract/operation.js';
import { invalidInput } from '../workflows/contract/invalid-input.js';
import { type ActivityName, checkActivity } from './checks.js';
import { asFailure, failure, temporalUnavailable } from './failures.js';

/** Retries after unforeseen exceptions, at most: the rule for the kind `unknown`. */
const MOST_RETRIES = kindRules.unknown.maxRefusals ?? 5;

/** Activities whose last attempts ended by such an exception, and how many of them did; the oldest are forgotten. */
const unforeseen = new Map<string, number>();
const MOST_REMEMBERED = 10_000;

/**
 * Wraps an activity: its argument is checked before anything is done with it, and whatever it throws leaves as a typed failure. An unforeseen
 * exception is counted apart from kills, outages and waits, by each worker for itself, and ends the activity when it has come too often.
 */
export function failingTyped<Input, Output>(
  name: ActivityName,
  activity: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    const checked = checkActivity(name, input);
    if ('problems' in checked) throw wrongArgument(name, checked.problems);
    const { workflowExecution, activityId } = Context.current().info;
    const key = `${workflowExecution?.runId}/${activityId}`;
    try {
      const output = await activity(input);
      unforeseen.delete(key);
      return output;
    } catch (error) {
      const typed = asFailure(error);
      if (typed instanceof TemporalFailure || Context.current().cancellationSignal.aborted) throw typed;
      throw temporalUnavailable(typed) ?? unforeseenEnd(name, key, typed);
    }
  };
}

function wrongArgument(name: ActivityName, problems: Parameters<typeof invalidInput>[0]) {
  const advice = `Activities are the service's own: start a workflow instead. Nothing was done.`;
  return failure(invalidInput(problems, advice, name), { nonRetryable: true });
}

function unforeseenEnd(name: ActivityName, key: string, thrown: unknown) {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const times = (unforeseen.get(key) ?? 0) + 1;
  // Put last: the first of a map is its oldest.
  unforeseen.delete(key);
  const isLast = times > MOST_RETRIES;
  if (!isLast) unforeseen.set(key, times);
  if (unforeseen.size > MOST_REMEMBERED) unforeseen.delete(unforeseen.keys().next().value as string);
  const details: FailureDetails = {
    kind: 'unknown',
    code: error.name,
    message: `${name} failed in a way that nobody foresaw${isLast ? `, ${times} times` : ''}: ${error.message.slice(0, 1_000)}`,
    advice: isLast
      ? 'Report this with the workflow id: it is a defect. Asking again is safe.'
      : `Nothing to do: it is tried again, ${MOST_RETRIES - times + 1} more times.`,
  };
  return failure(details, { nonRetryable: isLast }, error);
}
