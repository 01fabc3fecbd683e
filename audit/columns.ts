import { storable } from '../cloud/text.js';
import type { AttemptRef, OperationRef, TargetRef } from './ledger.js';

/** Columns of a row to be appended, by name; what is missing is null, what the chain gives (seq, at, hashes) is not here. */
export type NewEntry = Readonly<Record<string, string | number | null | undefined>>;

/** The chain a row goes into. */
export const chainColumns = ({ workflowId, runId }: OperationRef): NewEntry => ({
  workflow_id: workflowId,
  run_id: runId,
});

/** The chain, and which attempt writes. */
export const attemptColumns = ({ operation, activityId, attempt }: AttemptRef): NewEntry => ({
  ...chainColumns(operation),
  activity_id: activityId,
  attempt,
});

/** An attempt in one text, to be compared with the one that holds the fence. */
export const holderText = ({ operation, activityId, attempt }: AttemptRef): string =>
  `${operation.workflowId}/${operation.runId}/${activityId}/${attempt}`;

/**
 * A target as the ledger spells it: `owner/product/account/place/key`.
 * @throws {TypeError} when a part is empty, or one before the key holds a slash: two targets must never spell the same text
 */
export function targetText(target: TargetRef): string {
  const { owner, product, accountId, place, key } = target;
  for (const [name, part] of Object.entries({ owner, product, accountId, place })) {
    if (!part || part.includes('/'))
      throw new TypeError(`target.${name} must be filled and hold no slash, not "${part}"`);
  }
  if (!key) throw new TypeError('target.key must be filled');
  return [owner, product, accountId, place, key].join('/');
}

/** A target from what {@link targetText} made of it. */
export function targetFromText(text: string): TargetRef {
  const [owner = '', product = '', accountId = '', place = '', ...key] = text.split('/');
  return { owner, product, accountId, place, key: key.join('/') };
}

/** A new row as the database's functions take it: one JSON argument. An id that the cloud garbled must not make a change unrecordable. */
export const entryArgument = (entry: NewEntry): string =>
  JSON.stringify(entry, (_, value: unknown) => (typeof value === 'string' ? storable(value) : value));
