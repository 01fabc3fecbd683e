import { patched, setHandler } from '@temporalio/workflow';
import { records } from '../activities.js';
import type { Joining } from '../contract/operation.js';
import { joinSignal } from './messages.js';

/** Identity of the caller that joins: the name it gives itself, its client, and its workflow where it is one. The reason is not part of it. */
export const joinerOf = ({ requestedBy, clientIdentity, workflowId }: Joining): string =>
  JSON.stringify([requestedBy, clientIdentity ?? '', workflowId ?? '']);

/** Puts every caller that joins this run on the record, once each: one that asks again, or is lost and begins anew, has joined already. */
export function hearJoins(): void {
  const joined = new Set<string>();
  setHandler(joinSignal, async (joining) => {
    const joiner = joinerOf(joining);
    // A run that has written a second row must write it again when its history is replayed.
    if (joined.has(joiner) && patched('joined-once')) return;
    joined.add(joiner);
    await records.recordJoin(joining);
  });
}
