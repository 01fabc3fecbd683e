import { manyWorkflowTypes } from '../../workflows/contract/bulk.js';
import { looked } from './looking-paths.js';
import { destination, targetOf } from './requests.js';
import type { Path } from './world.js';

/** What is kept in the database, stored and read by one activity each. */
export const readingPaths: readonly Path[] = [
  {
    name: 'manifest-stored',
    reason: 'one page of a manifest that is too long for one payload',
    ends: 'completed',
    walk: (world) =>
      looked(world, manyWorkflowTypes.storeManifest, {
        sha256: 'ab'.repeat(32),
        page: 0,
        operation: 'enable',
        items: [{ target: targetOf('stored'), spec: { destination } }],
      }),
  },
  {
    name: 'rows-read',
    reason: 'a page of rows',
    ends: 'completed',
    walk: (world) => looked(world, manyWorkflowTypes.readRows, { rows: 'bulk:none', after: 0 }),
  },
  {
    name: 'bulks-inspected',
    reason: 'the runs of one bulk, of which there is none',
    ends: 'completed',
    walk: (world) => looked(world, manyWorkflowTypes.inspectBulks, { bulk: 'flow-log-bulk/none' }),
  },
];
