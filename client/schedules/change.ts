import type { ScheduleDescription } from '@temporalio/client';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { StoredManifest } from '../../workflows/contract/bulk.js';
import { shown } from '../../workflows/contract/problems.js';
import { InvalidInputError } from '../errors.js';
import { type ScheduleChange, type ScheduleRequest, type ScheduleTiming, given } from './request.js';
import { inputOf, timingOf } from './view.js';

/** A schedule as it shall be. */
export interface Changed {
  /** To be checked, and made into what a firing gives to its bulk. */
  readonly request: ScheduleRequest;
  /** Its targets, where they are stored and stay. */
  readonly manifest?: StoredManifest;
  /** True where the change sets other times; else the times in `request` are only a placeholder. */
  readonly retimed: boolean;
}

/** Lays a change over a schedule. @throws InvalidInputError for another operation: what enables shall not one day delete */
export function changeOf(
  before: Pick<ScheduleDescription, 'action' | 'spec'>,
  name: string,
  change: ScheduleChange,
): Changed {
  const { cron, everyMs, timeZone, jitterMs, overlap, catchUpWindowMs, ...asked } = change;
  const timing = given({ cron, everyMs, timeZone, jitterMs }) as ScheduleTiming;
  const { items, selectors, manifest, options, ...was } = inputOf(before);
  const { operation = was.operation } = change as Partial<ScheduleRequest>;
  if (operation !== was.operation)
    throw new InvalidInputError([
      { path: 'operation', message: `${shown(operation)}: stays ${was.operation}; make another schedule` },
    ]);
  const retimed = Object.keys(timing).length > 0;
  const retargeted = change.items !== undefined || change.selectors !== undefined;
  const request = {
    ...was,
    ...(retargeted ? undefined : given({ items, selectors })),
    ...asked,
    // Times that stay are right as they are, and may be of somebody else's making.
    ...(retimed ? mergedTiming(timingOf(before.spec), timing) : { cron: '@daily' }),
    ...given({ overlap, catchUpWindowMs }),
    name,
    operation: was.operation,
    options: { ...options, ...change.options },
  } as ScheduleRequest;
  return { request, retimed, ...omitUndefined({ manifest: manifest && !retargeted ? manifest : undefined }) };
}

/** An interval takes the place of cron expressions and their zone, cron expressions that of an interval. */
function mergedTiming({ cron, everyMs, timeZone, jitterMs }: ScheduleTiming, change: ScheduleTiming): ScheduleTiming {
  const stay =
    change.everyMs !== undefined
      ? { jitterMs }
      : change.cron === undefined
        ? { cron, everyMs, timeZone, jitterMs }
        : { timeZone, jitterMs };
  return { ...given(stay), ...change };
}
