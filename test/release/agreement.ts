import { isDeepStrictEqual } from 'node:util';
import { answers } from '../../client/schemas/answers.js';
import { updateArguments } from '../../client/schemas/documents.js';
import type { Release, Section } from './pages.js';
import { compareVersions, coreOf, isVersion } from './version.js';

/** Parts of a release, as they stand in the repository. */
export interface ReleaseFacts {
  /** Of package.json. */
  readonly version: string;
  /** As package-lock.json repeats it. */
  readonly lockedVersions: readonly string[];
  readonly releases: readonly Release[];
  readonly sections: readonly Section[];
  /** Commits that RELEASES.md names, by hash; `missing` where this clone does not have it, which a shallow one does not. */
  readonly commits: Readonly<Record<string, CommitFacts | 'missing'>>;
  /** Recorded histories, by the name of their path. */
  readonly histories: Readonly<Record<string, HistoryFacts>>;
  /** Paths to be recorded: each by its name, with its end. */
  readonly paths: Readonly<Record<string, string>>;
  /** Names by which workflows are registered. */
  readonly workflows: readonly string[];
  /** JSON Schemas by file name, as they are kept and as the code makes them. */
  readonly keptSchemas: Readonly<Record<string, unknown>>;
  readonly madeSchemas: Readonly<Record<string, unknown>>;
}

/** A commit that was released. */
export interface CommitFacts {
  /** Of its package.json. */
  readonly version: string;
  /** Date of the commit: `YYYY-MM-DD`, UTC. */
  readonly date: string;
  /** True where it is part of the commit that is checked out. */
  readonly isAncestor: boolean;
}

/** A recorded history. */
export interface HistoryFacts {
  readonly workflow: string;
  readonly end: string;
}

/** Everything in which version, releases, changelog, histories and schemas do not agree: one sentence each. */
export const disagreements = (facts: ReleaseFacts): readonly string[] => [
  ...ofVersion(facts),
  ...ofReleases(facts),
  ...facts.releases.flatMap((release) => ofCommit(release, facts)),
  ...ofChangelog(facts),
  ...ofHistories(facts),
  ...ofSchemas(facts),
];

function ofVersion({ version, lockedVersions, releases, sections }: ReleaseFacts): readonly string[] {
  if (!isVersion(version)) return [`package.json has the version ${version}, which is no semantic version.`];
  const locked = lockedVersions.filter((each) => each !== version);
  const [newest] = releases;
  const unreleased = sections.find((section) => section.version === 'Unreleased');
  const order = newest && isVersion(newest.version) ? compareVersions(version, newest.version) : undefined;
  return [
    ...locked.map((each) => `package-lock.json has the version ${each}, package.json ${version}.`),
    ...(newest && order !== undefined && order < 0
      ? [`package.json has the version ${version}, which comes before the last release ${newest.version}.`]
      : []),
    ...(order === 0 && (unreleased?.changes ?? 0) > 0
      ? [`CHANGELOG.md tells of unreleased changes, and package.json has the version ${version}, which is released.`]
      : []),
  ];
}

function ofReleases({ releases }: ReleaseFacts): readonly string[] {
  if (releases.length === 0) return ['RELEASES.md names no release.'];
  const formed = releases.flatMap(({ version, date, commit, changes }) => [
    ...(isVersion(version) ? [] : [`RELEASES.md names the version ${version}, which is no semantic version.`]),
    ...(isDate(date) ? [] : [`RELEASES.md gives ${version} the date ${date}, which is none like 2026-01-31.`]),
    ...(/^[0-9a-f]{40}$/.test(commit)
      ? []
      : [`RELEASES.md gives ${version} the commit ${commit}, which is no whole hash.`]),
    ...(changes ? [] : [`RELEASES.md does not say what changed for users in ${version}.`]),
  ]);
  const pairs = releases.slice(1).map((older, index) => [releases[index]!, older] as const);
  const ordered = pairs
    .filter(([newer, older]) => isVersion(newer.version) && isVersion(older.version))
    .filter(([newer, older]) => compareVersions(newer.version, older.version) <= 0 || newer.date < older.date)
    .map(
      ([newer, older]) =>
        `RELEASES.md has ${newer.version} of ${newer.date} above ${older.version} of ${older.date}: the newest comes first.`,
    );
  return [...formed, ...ordered];
}

const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;

/** A commit that this clone lacks is no disagreement; the report says that it was not compared. */
function ofCommit({ version, date, commit }: Release, { commits }: ReleaseFacts): readonly string[] {
  const found = commits[commit];
  if (found === undefined || found === 'missing') return [];
  // A candidate may be named after the fact: then its commit has the version that it is a candidate of.
  const fits = found.version === version || found.version === coreOf(version);
  return [
    ...(fits
      ? []
      : [`RELEASES.md gives ${version} the commit ${commit}, whose package.json has the version ${found.version}.`]),
    ...(found.date <= date
      ? []
      : [`RELEASES.md gives ${version} the date ${date}, and its commit is of ${found.date}.`]),
    ...(found.isAncestor
      ? []
      : [`RELEASES.md gives ${version} the commit ${commit}, which is no part of what is checked out.`]),
  ];
}

function ofChangelog({ releases, sections }: ReleaseFacts): readonly string[] {
  const told = sections.filter(({ version }) => version !== 'Unreleased');
  const missing = releases.filter(({ version }) => !told.some((section) => section.version === version));
  return [
    ...(sections[0]?.version === 'Unreleased' ? [] : ['CHANGELOG.md does not begin with a section Unreleased.']),
    ...missing.map(({ version }) => `CHANGELOG.md has no section ${version}, which RELEASES.md names.`),
    ...told.flatMap(({ version, date, changes }) => {
      const release = releases.find((each) => each.version === version);
      if (!release) return [`CHANGELOG.md has a section ${version}, which RELEASES.md does not name.`];
      return [
        ...(date === release.date
          ? []
          : [`CHANGELOG.md dates ${version} ${date || 'not at all'}, RELEASES.md ${release.date}.`]),
        ...(changes > 0 ? [] : [`CHANGELOG.md tells of no change in ${version}.`]),
      ];
    }),
  ];
}

function ofHistories({ histories, paths, workflows, madeSchemas }: ReleaseFacts): readonly string[] {
  const recorded = Object.entries(histories);
  const ofSchemas = workflows.filter((workflow) => `${workflow}.schema.json` in madeSchemas);
  const missing = Object.keys(paths).filter((name) => !(name in histories));
  return [
    ...missing.map((name) => `test/histories has no history of the path ${name}: npm run histories -- ${name}`),
    ...recorded.flatMap(([name, { workflow, end }]) => [
      ...(name in paths ? [] : [`test/histories/${name}.json is of no path that test/recorder walks.`]),
      ...(name in paths && paths[name] !== end
        ? [`test/histories/${name}.json ends as ${end}, its path as ${paths[name]}.`]
        : []),
      ...(workflows.includes(workflow)
        ? []
        : [`test/histories/${name}.json is of the workflow ${workflow}, which is not registered.`]),
    ]),
    ...ofSchemas
      .filter((workflow) => !recorded.some(([, history]) => history.workflow === workflow))
      .map((workflow) => `test/histories has no history of the workflow ${workflow}, which has a schema.`),
  ];
}

/** Of schemas of what is no workflow's argument. */
const schemasBesideWorkflows = Object.keys({ ...answers, ...updateArguments }).map((name) => `${name}.schema.json`);

function ofSchemas({ keptSchemas, madeSchemas, workflows }: ReleaseFacts): readonly string[] {
  const write = 'npx tsx client/schemas/write.ts && npx prettier --write client/schemas';
  const stray = Object.keys(madeSchemas).filter(
    (name) => !schemasBesideWorkflows.includes(name) && !workflows.includes(name.replace('.schema.json', '')),
  );
  return [
    ...Object.keys(madeSchemas)
      .filter((name) => !(name in keptSchemas))
      .map((name) => `client/schemas lacks ${name}: ${write}`),
    ...Object.keys(keptSchemas)
      .filter((name) => !(name in madeSchemas))
      .map((name) => `client/schemas/${name} is made by nothing any more.`),
    ...Object.keys(madeSchemas)
      .filter((name) => name in keptSchemas && !isDeepStrictEqual(keptSchemas[name], madeSchemas[name]))
      .map((name) => `client/schemas/${name} is not what the code makes: ${write}`),
    ...stray.map((name) => `client/schemas/${name} is of a workflow that is not registered.`),
  ];
}
