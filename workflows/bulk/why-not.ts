import type { BulkOptions, BulkProgress } from '../contract/bulk.js';
import type { Approval, BulkLimits } from './carried.js';

/** A person's word to a bulk by an update. */
export type BulkWord =
  | { readonly verb: 'pause' | 'resume' | 'approve' | 'reject' }
  | { readonly verb: 'change'; readonly limits: BulkLimits };

/** What a bulk is when it hears a word. */
interface BulkState {
  readonly phase: BulkProgress['phase'];
  readonly stop: string | undefined;
  readonly paused: boolean;
  readonly approval: Approval | undefined;
  readonly options: BulkOptions | undefined;
}

/** Tells why a word would change nothing; undefined where it would. */
export function whyNot({ verb }: BulkWord, bulk: BulkState): string | undefined {
  if (bulk.phase === 'finishing') return 'it is finishing';
  if (bulk.stop !== undefined) return `it is stopping: ${bulk.stop}`;
  if (verb === 'pause' && bulk.paused) return 'it is paused already';
  if (verb === 'resume' && !bulk.paused) return 'it is not paused';
  if (verb !== 'approve' && verb !== 'reject') return undefined;
  const { canary, canaryApproval } = bulk.options ?? {};
  if (canaryApproval !== 'manual' || canary === undefined) return 'it asks for no approval';
  return bulk.approval && `it is ${bulk.approval} already`;
}
