import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from './strikes.js';

/** A strike fell beside its mark: the moment had passed when the process was gone. It is tried again. */
export class Missed extends Error {}

/** A strike waits this long for a call to fall upon before it lets in more operations. */
const PATIENCE_MS = 8_000;

/** Nothing fell under a strike's mark for so long that nothing will. */
const MAX_PATIENCE_MS = 90_000;

/** Lets operations in until it has come. */
export async function patiently<Thing>(scene: Pick<Scene, 'letIn'>, coming: Promise<Thing>, name: string) {
  const beganMs = performance.now();
  for (;;) {
    const left = scene.letIn();
    const found = await Promise.race([coming, sleep(PATIENCE_MS)]);
    if (found) return found;
    if (!left && performance.now() - beganMs > MAX_PATIENCE_MS) throw new Error(`no call came to ${name}`);
  }
}

/** Activities that change something; each looks before it sends. */
export const changes = ['create', 'activate', 'deactivate', 'modify', 'remove'];

/** Temporal's number for "a worker has it". */
const STARTED = 2;

/** The worker that has one of these activities of the place's operation, as Temporal says. */
export async function workerOf(
  scene: Pick<Scene, 'client' | 'fleet' | 'workflowIdOf'>,
  place: string,
  activities: readonly string[],
): Promise<number | undefined> {
  const workflowId = scene.workflowIdOf(place);
  if (workflowId === '') return undefined;
  const { raw } = await scene.client.workflow.getHandle(workflowId).describe();
  const attempt = raw.pendingActivities?.find(
    ({ state, activityType }) => state === STARTED && activities.includes(activityType?.name ?? ''),
  );
  const pid = Number(attempt?.lastWorkerIdentity?.split('@')[0]);
  return scene.fleet.pids().includes(pid) ? pid : undefined;
}
