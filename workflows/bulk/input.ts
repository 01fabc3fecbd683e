import { omitUndefined } from '../../cloud/omit-undefined.js';
import { storable } from '../../cloud/text.js';
import { workflowInfo } from '@temporalio/workflow';
import type { Problem } from '../../cloud/effective-spec.js';
import { admitted } from '../run/admit.js';
import { type Checked, bounded } from '../contract/bounds.js';
import type { BulkInput } from '../contract/bulk.js';
import {
  bulkEnvelopeSchema,
  bulkIdOf,
  bulkNamePattern,
  namesTargets,
  optionsOfOperation,
} from '../contract/bulk-schema.js';
import { bulkIdPrefix, manyWorkflowTypes } from '../contract/bulk.js';
import { failureTypes, operations } from '../contract/operation.js';
import { operationFailure } from '../operation/failure.js';
import { itemProblems } from '../contract/item-problems.js';
import { isTree, problemsOf, shown } from '../contract/problems.js';
import { parseSelectors } from '../contract/selector-schema.js';

/** The argument of a bulk, or everything that is wrong with it. */
export const parseBulkInput = (value: unknown): Checked<BulkInput> => bounded(value, checkBulk);

function checkBulk(value: unknown): Checked<BulkInput> {
  const parsed = bulkEnvelopeSchema().safeParse(value);
  if (!parsed.success) return { problems: problemsOf(parsed.error.issues, value, []) };
  const named = namedTargets(parsed.data as BulkInput);
  const { operation, options = {}, ...input } = parsed.data as BulkInput;
  const problems = 'problems' in named ? [...named.problems] : [];
  if ((operation === 'disable' || operation === 'delete') && options.expect === undefined && !input.retryOf)
    problems.push({
      path: 'options.expect',
      message: `is missing: ${operation} in bulk needs the number of targets that the plan counts`,
    });
  return problems.length > 0 || 'problems' in named ? { problems } : named;
}

/** The same argument with the defaults of its selectors filled in, or what is wrong with the targets that it names. */
export function namedTargets<Input extends BulkInput>(input: Input): Checked<Input> {
  const selected = selectorsOf(input);
  const problems = [
    ...itemProblems(input.operation, input.items ?? [], input),
    ...('problems' in selected ? selected.problems : []),
    ...askingProblems(input),
  ];
  if (problems.length > 0 || 'problems' in selected) return { problems };
  const { selectors } = selected;
  return { input: { ...input, ...omitUndefined({ selectors: selectors.length > 0 ? selectors : undefined }) } };
}

function selectorsOf({ operation, selectors, options }: BulkInput): ReturnType<typeof parseSelectors> {
  if (!selectors) return { selectors: [] };
  const common = optionsOfOperation(options);
  return parseSelectors(selectors, { operation, ...omitUndefined({ options: common }) });
}

function askingProblems(input: BulkInput): Problem[] {
  const ways = [input.items, input.manifest, input.selectors].filter(Boolean).length;
  if (input.retryOf && ways > 0)
    return [{ path: 'retryOf', message: 'stands alone: the targets are those of that bulk' }];
  if (input.items && input.manifest)
    return [{ path: 'manifest', message: 'give items or a stored manifest, not both' }];
  return namesTargets(input)
    ? []
    : [{ path: 'items', message: 'names no target: give items, a manifest or selectors' }];
}

/** Operation and requester of a refused argument, as far as they can be believed, else `unknown`: for the list. */
export function saidOf(raw: unknown): { readonly operation: string; readonly requestedBy: string } {
  const { operation, requestedBy } = isTree(raw) ? raw : {};
  return {
    operation: operations.find((name) => name === operation) ?? 'unknown',
    requestedBy:
      typeof requestedBy === 'string' && requestedBy !== '' ? storable(requestedBy.slice(0, 256)) : 'unknown',
  };
}

/** Refuses, before anything is started, what is wrong with a bulk's argument or its id. */
export function admitBulk(raw: unknown): BulkInput {
  const { workflowId } = workflowInfo();
  const name = workflowId.startsWith(bulkIdPrefix) ? workflowId.slice(bulkIdPrefix.length) : '';
  const advice = 'Correct what is named, all of it; nothing was started.';
  const kind = failureTypes.invalidWorkflowId;
  const message = `the workflow id is ${shown(workflowId)}; it must be ${bulkIdOf('<name>')}`;
  if (!bulkNamePattern.test(name)) throw operationFailure({ kind, code: kind, message, advice });
  return admitted(parseBulkInput(raw), manyWorkflowTypes.bulk, advice);
}
