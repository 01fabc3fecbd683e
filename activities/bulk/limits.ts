import { Context } from '@temporalio/activity';
import { failureTypes } from '../../workflows/contract/operation.js';
import type { BulkPage, PrepareInput } from '../../workflows/contract/bulk-activities.js';
import type { Dependencies } from '../dependencies.js';
import type { PlannedTarget } from '../plan/foreseen-row.js';
import { foreseeTargets } from '../plan/foresight.js';
import { refusedBulk } from './gather.js';

/**
 * Refuses a bulk whose targets need more changes than `maxChanges`, by the same foresight as a plan. A target that could not be read may need
 * one.
 * @throws ApplicationFailure `TooManyChanges`; nothing was started
 */
export async function refuseTooManyChanges(
  deps: Dependencies,
  input: PrepareInput,
  pages: readonly BulkPage[],
): Promise<void> {
  const { maxChanges } = input.options ?? {};
  if (maxChanges === undefined) return;
  const targets: PlannedTarget[] = [];
  for (const { page } of pages) targets.push(...(await deps.store.bulks.readPage(input.run, page)));
  let needed = 0;
  let unread = 0;
  const { cancellationSignal: signal } = Context.current();
  for await (const { rows } of foreseeTargets(deps, { run: input.run, asking: input, told: false }, targets, signal)) {
    for (const { row } of rows.values()) {
      if (row.changes.length > 0 || row.verdict === 'unknown') needed += 1;
      if (row.verdict === 'unknown') unread += 1;
    }
  }
  if (needed <= maxChanges) return;
  const beside = unread > 0 ? ` (${unread} of them in places that could not be read)` : '';
  throw refusedBulk(
    failureTypes.tooManyChanges,
    `${needed} targets need a change${beside}, more than maxChanges ${maxChanges}`,
    'See what would be done (`flowlog plan`), then name fewer targets or raise maxChanges.',
  );
}

/** Refuses a bulk of more targets than `maxTargets`, or of another number than expected, before anything starts. */
export function refuseBeyondLimits(total: number, { maxTargets, expect }: NonNullable<PrepareInput['options']>): void {
  if (maxTargets !== undefined && total > maxTargets)
    throw refusedBulk(
      failureTypes.tooManyTargets,
      `${total} targets are more than maxTargets ${maxTargets}`,
      'See what is selected (`flowlog plan`), then name fewer or raise maxTargets.',
    );
  if (expect !== undefined && total !== expect)
    throw refusedBulk(
      failureTypes.unexpectedCount,
      `${total} targets are there, and ${expect} were expected`,
      'Look at the plan again (`flowlog plan`) and give the number that it counts.',
    );
}
