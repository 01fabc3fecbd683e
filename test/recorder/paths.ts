import { byIdPaths } from './by-id-paths.js';
import { doubtPaths } from './doubt-paths.js';
import { enablePaths } from './enable-paths.js';
import { interruptedPaths } from './interrupted-paths.js';
import { bulkPaths } from './bulk-paths.js';
import { lookingPaths } from './looking-paths.js';
import { otherPaths } from './other-paths.js';
import { readingPaths } from './reading-paths.js';
import { troublePaths } from './trouble-paths.js';
import type { Path } from './world.js';

/**
 * Every path a workflow can take, as histories are recorded of it: one each, so that a change of the workflows that breaks a
 * running operation breaks a replay first. The name of a path is the name of its file. In the order in which they are walked.
 */
export const paths: readonly Path[] = [
  ...enablePaths,
  ...troublePaths,
  ...interruptedPaths,
  ...byIdPaths,
  ...otherPaths,
  ...bulkPaths,
  ...doubtPaths,
  ...lookingPaths,
  ...readingPaths,
];

/** More of them would not be looked at when they break. */
export const MOST_PATHS = 38;
