import { expect, test } from 'vitest';
import { readSources } from './fixtures/source-tree.js';

/** The cloud's rehearsal (`DryRun`) changes nothing; a change that becomes one by mistake is a change not made. One door sets it. */

const sources = readSources([
  'client',
  'workflows',
  'activities',
  'cloud',
  'audit',
  'store',
  'database',
  'worker',
  'local',
]);

const writersOf = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

test('only the rehearsal builds a request that asks for it, and only a plan rehearses', () => {
  expect(writersOf(/\bdryRun: true\b/)).toEqual([
    'activities/plan/rehearse.ts', // the word of the ledger's row
    'cloud/call/rehearsal.ts',
    'cloud/products/ecr.ts', // the row that says who can
  ]);
  expect(writersOf(/\bDryRun: /)).toEqual(['cloud/lists/wire.ts']);
  expect(writersOf(/rehearsalOfCreate\(/)).toEqual(['activities/plan/rehearse.ts']);
  expect(writersOf(/\brehearse\(/)).toEqual(['activities/plan/plan.ts', 'activities/plan/rehearse.ts']);
});
