import { workflowIdOf } from '../../cloud/target.js';
import { destination, requestedBy, targetOf } from './requests.js';
import type { Path, World } from './world.js';

const itemsOf = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ target: targetOf(`${word}-${index}`), spec: { destination } }));

async function bulkOf({ flowLogs }: World, word: string, count: number, options = {}) {
  const request = {
    operation: 'enable',
    name: `recorded-${word}`,
    items: itemsOf(word, count),
    requestedBy,
    options,
  } as const;
  const bulk = await flowLogs.bulks.start(request);
  await bulk.result();
  return { workflowId: bulk.workflowId, runId: bulk.runId ?? '' };
}

/** Many targets at once. */
export const bulkPaths: readonly Path[] = [
  {
    name: 'bulk-completed',
    reason: 'gathered, a canary first, then the rest',
    ends: 'completed',
    walk: (world) => bulkOf(world, 'bulk', 4, { canary: 1, failureBudget: 1 }),
  },
  {
    name: 'bulk-page',
    reason: 'targets of one place, two at a time, each a child',
    ends: 'completed',
    async walk(world) {
      const { runId } = await bulkOf(world, 'page', 4, { window: 2, failureBudget: 1 });
      return { workflowId: `flow-log-bulk-page/${runId}/1` };
    },
  },
  {
    name: 'bulk-page-standing',
    reason: 'two of four targets stand as wished: their rows are ended before the others are worked on',
    ends: 'completed',
    async walk(world) {
      await bulkOf(world, 'standing', 2);
      const { runId } = await bulkOf(world, 'standing', 4);
      return { workflowId: `flow-log-bulk-page/${runId}/1` };
    },
  },
  {
    name: 'enable-in-bulk',
    reason: 'a target of a bulk whose scan is at hand: its first look is made in the first task',
    ends: 'created',
    async walk(world) {
      await bulkOf(world, 'scanned', 2, { window: 1 });
      return { workflowId: workflowIdOf(targetOf('scanned-1')) };
    },
  },
  {
    name: 'bulk-refused',
    reason: 'more targets than anybody meant: closed with the reason, nothing started',
    ends: 'TooManyTargets',
    async walk({ flowLogs }) {
      const bulk = await flowLogs.bulks.start({
        operation: 'enable',
        name: 'recorded-refused',
        items: itemsOf('refused', 2),
        requestedBy,
        options: { maxTargets: 1 },
      });
      await bulk.result().catch(() => undefined);
      return { workflowId: bulk.workflowId };
    },
  },
];
