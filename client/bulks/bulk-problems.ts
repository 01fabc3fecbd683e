import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BulkOptions, Selector } from '../../workflows/contract/bulk.js';
import { bulkEnvelopeSchema, optionsOfOperation } from '../../workflows/contract/bulk-schema.js';
import type { Operation } from '../../workflows/contract/operation.js';
import { problemsOf } from '../../workflows/contract/problems.js';
import { parseSelectors } from '../../workflows/contract/selector-schema.js';
import type { InputProblem } from '../errors.js';

/** Fields that requests for bulks, plans and schedules have in common. */
export interface AskedForMany {
  readonly operation: Operation;
  readonly selectors?: readonly Selector[];
  readonly requestedBy: string;
  readonly reason?: string;
  readonly options?: BulkOptions;
}

/**
 * All that is wrong with what is asked of many targets but its items, which are checked one by one: words, options, selectors, and whether
 * anything names a target. The same for a bulk, a plan and a schedule, before anything is started.
 * @param namesTargets whether items, a stored manifest or an earlier bulk name targets
 * @param expects when `expect` is needed, in words for its message; undefined: it is not
 */
export function askedProblems(asked: AskedForMany, namesTargets: boolean, expects?: string): readonly InputProblem[] {
  const { operation, selectors = [], requestedBy, reason, options } = asked;
  const body = {
    operation,
    requestedBy,
    ...omitUndefined({ reason, options }),
  };
  const envelope = bulkEnvelopeSchema().safeParse(body);
  const common = optionsOfOperation(options);
  const known = envelope.success ? { operation, ...omitUndefined({ options: common }) } : {};
  const parsed = selectors.length > 0 ? parseSelectors(selectors, known) : undefined;
  const removes = operation === 'disable' || operation === 'delete';
  return [
    ...(envelope.success ? [] : problemsOf(envelope.error.issues, body, [])),
    ...(parsed && 'problems' in parsed ? parsed.problems : []),
    ...(namesTargets || selectors.length > 0
      ? []
      : [{ path: 'items', message: 'names no target: give items or selectors' }]),
    ...(expects !== undefined && removes && options?.expect === undefined
      ? [
          {
            path: 'options.expect',
            message: `is missing: ${operation} in bulk needs the number of targets that the plan counts${expects}`,
          },
        ]
      : []),
  ];
}
