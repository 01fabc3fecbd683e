import { describe, expect, test } from 'vitest';
import { type ReleaseFacts, disagreements } from '../release/agreement.js';
import { readFacts } from '../release/facts.js';
import { type Release, type Section, releasesIn, sectionsIn } from '../release/pages.js';
import { compareVersions, isVersion } from '../release/version.js';

const [first, second] = ['a'.repeat(40), 'b'.repeat(40)];

/** A repository in which everything agrees. */
const agreed: ReleaseFacts = {
  version: '0.2.0-dev',
  lockedVersions: ['0.2.0-dev', '0.2.0-dev'],
  releases: [
    { version: '0.1.0', date: '2026-02-01', commit: second, changes: 'The first.' },
    { version: '0.1.0-rc.1', date: '2026-01-31', commit: first, changes: 'The first, to be tried.' },
  ],
  sections: [
    { version: 'Unreleased', date: '', changes: 1 },
    { version: '0.1.0', date: '2026-02-01', changes: 2 },
    { version: '0.1.0-rc.1', date: '2026-01-31', changes: 3 },
  ],
  commits: {
    [first]: { version: '0.1.0', date: '2026-01-31', isAncestor: true },
    [second]: { version: '0.1.0', date: '2026-02-01', isAncestor: true },
  },
  histories: { created: { workflow: 'enable', end: 'created' } },
  paths: { created: 'created' },
  workflows: ['enable'],
  keptSchemas: { 'enable.schema.json': { title: 'enable' }, 'operationReport.schema.json': {} },
  madeSchemas: { 'enable.schema.json': { title: 'enable' }, 'operationReport.schema.json': {} },
};
const [newest, candidate] = agreed.releases as [Release, Release];
const [unreleased, ofNewest, ofCandidate] = agreed.sections as [Section, Section, Section];

describe('what a release consists of', () => {
  test('agrees in this repository', async () => {
    expect(disagreements(await readFacts())).toEqual([]);
  });

  test('may agree', () => {
    expect(disagreements(agreed)).toEqual([]);
    expect(disagreements({ ...agreed, commits: { [first]: 'missing', [second]: 'missing' } })).toEqual([]);
    const asReleased = {
      version: '0.1.0',
      lockedVersions: ['0.1.0'],
      sections: [{ ...unreleased, changes: 0 }, ofNewest, ofCandidate],
    };
    expect(disagreements({ ...agreed, ...asReleased })).toEqual([]);
  });

  test.each<{ says: string; facts: Partial<ReleaseFacts> }>([
    { says: 'package.json has the version next, which is no semantic version.', facts: { version: 'next' } },
    { says: 'package-lock.json has the version 0.1.9, package.json 0.2.0-dev.', facts: { lockedVersions: ['0.1.9'] } },
    {
      says: 'package.json has the version 0.0.9, which comes before the last release 0.1.0.',
      facts: { version: '0.0.9', lockedVersions: ['0.0.9'] },
    },
    {
      says: 'CHANGELOG.md tells of unreleased changes, and package.json has the version 0.1.0, which is released.',
      facts: { version: '0.1.0', lockedVersions: ['0.1.0'] },
    },
    { says: 'RELEASES.md names no release.', facts: { releases: [], sections: [unreleased] } },
    {
      says: 'RELEASES.md names the version 0.1, which is no semantic version.',
      facts: {
        releases: [{ ...newest, version: '0.1' }],
        sections: [unreleased, { ...ofNewest, version: '0.1' }],
        commits: {},
      },
    },
    {
      says: 'RELEASES.md gives 0.1.0 the date 2026-02-30, which is none like 2026-01-31.',
      facts: {
        releases: [{ ...newest, date: '2026-02-30' }],
        sections: [unreleased, { ...ofNewest, date: '2026-02-30' }],
      },
    },
    {
      says: 'RELEASES.md gives 0.1.0 the commit bbbbbbb, which is no whole hash.',
      facts: { releases: [{ ...newest, commit: 'bbbbbbb' }, candidate] },
    },
    {
      says: 'RELEASES.md does not say what changed for users in 0.1.0.',
      facts: { releases: [{ ...newest, changes: '' }, candidate] },
    },
    {
      says: 'RELEASES.md has 0.1.0-rc.1 of 2026-01-31 above 0.1.0 of 2026-02-01: the newest comes first.',
      facts: { releases: [candidate, newest] },
    },
    {
      says: `RELEASES.md gives 0.1.0 the commit ${second}, whose package.json has the version 0.1.1.`,
      facts: { commits: { [second]: { version: '0.1.1', date: '2026-02-01', isAncestor: true } } },
    },
    {
      says: `RELEASES.md gives 0.1.0 the date 2026-02-01, and its commit is of 2026-02-02.`,
      facts: { commits: { [second]: { version: '0.1.0', date: '2026-02-02', isAncestor: true } } },
    },
    {
      says: `RELEASES.md gives 0.1.0 the commit ${second}, which is no part of what is checked out.`,
      facts: { commits: { [second]: { version: '0.1.0', date: '2026-02-01', isAncestor: false } } },
    },
    { says: 'CHANGELOG.md does not begin with a section Unreleased.', facts: { sections: [ofNewest, ofCandidate] } },
    {
      says: 'CHANGELOG.md has no section 0.1.0-rc.1, which RELEASES.md names.',
      facts: { sections: [unreleased, ofNewest] },
    },
    {
      says: 'CHANGELOG.md has a section 0.0.1, which RELEASES.md does not name.',
      facts: { sections: [...agreed.sections, { version: '0.0.1', date: '2026-01-01', changes: 1 }] },
    },
    {
      says: 'CHANGELOG.md dates 0.1.0 2026-02-03, RELEASES.md 2026-02-01.',
      facts: { sections: [unreleased, { ...ofNewest, date: '2026-02-03' }, ofCandidate] },
    },
    {
      says: 'CHANGELOG.md tells of no change in 0.1.0.',
      facts: { sections: [unreleased, { ...ofNewest, changes: 0 }, ofCandidate] },
    },
    {
      says: 'test/histories has no history of the path deleted: npm run histories -- deleted',
      facts: { paths: { ...agreed.paths, deleted: 'deleted' } },
    },
    {
      says: 'test/histories/stray.json is of no path that test/recorder walks.',
      facts: { histories: { ...agreed.histories, stray: { workflow: 'enable', end: 'created' } } },
    },
    {
      says: 'test/histories/created.json ends as adopted, its path as created.',
      facts: { histories: { created: { workflow: 'enable', end: 'adopted' } } },
    },
    {
      says: 'test/histories/old.json is of the workflow turnOn, which is not registered.',
      facts: {
        histories: { ...agreed.histories, old: { workflow: 'turnOn', end: 'done' } },
        paths: { ...agreed.paths, old: 'done' },
      },
    },
    {
      says: 'test/histories has no history of the workflow plan, which has a schema.',
      facts: {
        workflows: ['enable', 'plan'],
        keptSchemas: { ...agreed.keptSchemas, 'plan.schema.json': {} },
        madeSchemas: { ...agreed.madeSchemas, 'plan.schema.json': {} },
      },
    },
    {
      says: 'client/schemas lacks operationReport.schema.json: npx tsx client/schemas/write.ts && npx prettier --write client/schemas',
      facts: { keptSchemas: { 'enable.schema.json': { title: 'enable' } } },
    },
    {
      says: 'client/schemas/old.schema.json is made by nothing any more.',
      facts: { keptSchemas: { ...agreed.keptSchemas, 'old.schema.json': {} } },
    },
    {
      says: 'client/schemas/enable.schema.json is not what the code makes: npx tsx client/schemas/write.ts && npx prettier --write client/schemas',
      facts: { keptSchemas: { ...agreed.keptSchemas, 'enable.schema.json': { title: 'other' } } },
    },
    {
      says: 'client/schemas/old.schema.json is of a workflow that is not registered.',
      facts: {
        keptSchemas: { ...agreed.keptSchemas, 'old.schema.json': {} },
        madeSchemas: { ...agreed.madeSchemas, 'old.schema.json': {} },
      },
    },
  ])('does not where $says', ({ says, facts }) => {
    expect(disagreements({ ...agreed, ...facts })).toEqual([says]);
  });
});

describe('pages', () => {
  test('are read row by row and section by section', () => {
    expect(
      releasesIn('# Releases\n\n| version | date |\n| --- | --- |\n| `1.0.0` | 2026-01-31 | `abc` | All. |\n'),
    ).toEqual([{ version: '1.0.0', date: '2026-01-31', commit: 'abc', changes: 'All.' }]);
    expect(sectionsIn('# Changelog\n\n## Unreleased\n\n## 1.0.0, 2026-01-31\n\nOf it:\n\n- one\n- two\n')).toEqual([
      { version: 'Unreleased', date: '', changes: 0 },
      { version: '1.0.0', date: '2026-01-31', changes: 2 },
    ]);
  });
});

describe('versions', () => {
  test('come in the order of semver.org', () => {
    const ordered = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0-rc.1.dev', '1.0.0-rc.2', '1.0.0', '1.0.1', '1.10.0']; // prettier-ignore
    expect(ordered.every(isVersion)).toBe(true);
    expect([...ordered].reverse().toSorted(compareVersions)).toEqual(ordered);
    expect(compareVersions('1.0.0-rc.1', '1.0.0-rc.1')).toBe(0);
    expect(['1.0', 'v1.0.0', '1.0.0-', '1.0.0-a..b'].filter(isVersion)).toEqual([]);
  });
});
