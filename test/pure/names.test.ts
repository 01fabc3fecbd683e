import { expect, test } from 'vitest';
import { readTexts } from './fixtures/source-tree.js';

/** One name, one thing: a top-level name stands in one file, so that a search for it finds what is meant. */

/** Names that several files have, and why. */
const shared: Readonly<Record<string, string>> = {
  // The simulator is a package of its own, and takes nothing from the service that it is there to test.
  Account: 'for callers, for the worker with its credentials, and in the simulator',
  Clock: 'of the worker and of the simulator',
  // A workflow and the activity that does its work have one name, as in histories.
  inspectBulks: 'workflow and its activity',
  listDoubts: 'workflow and its activity',
  readRows: 'workflow and its activity',
  // Before anything is compiled nothing can be imported.
  readHolder: 'in the bootstrap and in the lock that it takes',
  removeStale: 'in the bootstrap and in the lock that it takes',
  root: 'the folder of the repository, from where each program is',
  main: 'of each program',
  environment: 'variables of a worker, and the servers of a download',
  PAGES_AT_ONCE: 'pages stored, and pages worked',
  WINDOW: 'operations at once: of bulks, and of the bare workflows that they are measured by',
  // Each figure of bench/figures stands for itself.
  ACTIVATION_MS: 'setting of a figure',
  FOREIGN: 'setting of a figure',
  MOST: 'goal of a figure',
  MOST_CALLS: 'goal of a figure',
  MOST_EVENTS: 'goal of a figure',
  MOST_MEGABYTES: 'goal of a figure',
  PER_SECOND: 'setting of a figure',
  RUNS: 'setting of a figure',
  SHARE: 'setting of a figure',
  TARGETS: 'setting of a figure',
};

const FOLDERS = ['workflows', 'activities', 'cloud', 'audit', 'store', 'database', 'client', 'worker', 'local'];
const declared =
  /^(?:export )?(?:default )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|enum) (\w+)/gm;

test('a top-level name that several files have is explained', () => {
  const filesOf = new Map<string, Set<string>>();
  for (const { path, text } of readTexts([...FOLDERS, 'simulator', 'bench', 'tools', 'examples']))
    for (const [, name = ''] of text.matchAll(declared)) filesOf.set(name, (filesOf.get(name) ?? new Set()).add(path));
  const several = [...filesOf].filter(([, files]) => files.size > 1);
  expect(several.length).toBeGreaterThan(10);
  expect(
    several.filter(([name]) => !(name in shared)).map(([name, files]) => `${name}: ${[...files].join(', ')}`),
  ).toEqual([]);
});
