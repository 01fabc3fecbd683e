import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkReport } from '../../../workflows/contract/bulk.js';
import type { BulkHandle, BulkStanding } from '../../bulks/bulk.js';
import type { Operation } from '../../../workflows/contract/operation.js';
import { UnreachableError } from '../../errors.js';
import { liveDisplay } from '../live.js';
import { throughSilence } from '../patience.js';
import type { Session } from '../session.js';

/** Between two looks at a bulk. */
const LOOK_MS = 1_000;

const doingWords: Readonly<Record<Operation, string>> = {
  enable: 'enabling',
  disable: 'disabling',
  modify: 'modifying',
  delete: 'deleting',
};

/** Describes in one line what a bulk does now: by its operation, where that is known. */
export function standingText({ phase, ended, running, why }: BulkStanding, operation?: Operation): string {
  const counts = Object.entries(ended).map(([state, count]) => `${count} ${state}`);
  const doing = phase === 'running' && operation ? doingWords[operation] : phase;
  return [doing, ...(running > 0 ? [`${running} under way`] : []), ...counts, ...(why ? [why] : [])].join(', ');
}

/** Counts the targets that have ended. */
export const endedOf = ({ ended }: BulkStanding): number => Object.values(ended).reduce((sum, count) => sum + count, 0);

/**
 * Shows a bulk until it ends, and answers with its report; `undefined` where Ctrl-C came first: it goes on without us.
 * @throws OperationFailedError when it was refused
 */
export async function followBulk(
  handle: BulkHandle,
  session: Session,
  operation?: Operation,
): Promise<BulkReport | undefined> {
  const { signal, screen } = session;
  const live = liveDisplay(screen);
  const startedMs = Date.now();
  const end = new AbortController();
  const again = `bulk status ${handle.workflowId} --wait`;
  const result = throughSilence(() => handle.result(), { signal, again }).finally(() => end.abort());
  const either = AbortSignal.any([signal, end.signal]);
  const look = async () => {
    const seconds = () => Math.round((Date.now() - startedMs) / 1000);
    const line = (text: string) => ({ name: handle.workflowId, text, seconds: seconds() });
    while (!either.aborted) {
      await handle.progress().then(
        (standing) =>
          either.aborted || live.show([line(standingText(standing, operation))], endedOf(standing), standing.total),
        (error: unknown) => {
          // Between its start and its first task, and after its end, it answers no query.
          if (error instanceof UnreachableError)
            live.show([line('no answer from Temporal or a worker; still waiting')], 0, 0);
        },
      );
      await sleep(LOOK_MS, undefined, { signal: either }).catch(() => undefined);
    }
    live.end();
  };
  const looking = look();
  const interrupted = new Promise<undefined>((resolve) =>
    signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  try {
    return await Promise.race([result, interrupted]);
  } finally {
    end.abort();
    result.catch(() => undefined);
    await looking;
  }
}
