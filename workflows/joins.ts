import { patched, setHandler } from '@temporalio/workflow';
import { records } from './activities.js';
import type { Joining } from './contract.js';
import { joinSignal } from './messages.js';

/** Who joins: what it calls itself, its client, and its workflow where it is one. The reason makes nobody another. */
export const joinerOf = ({ requestedBy, clientIdentity, workflowId }: Joining): string =>
  JSON.stringify([requestedBy, clientIdentity ?? '', workflowId ?? '']);

/** Puts everybody who joins this run on the record, once each: who asks again, or is lost and begins anew, has joined already. */
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
