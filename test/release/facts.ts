import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { schemaDocuments } from '../../client/schemas/documents.js';
import * as registered from '../../workflows/index.js';
import { endOf, historiesFolder, readHistory } from '../recorder/history-file.js';
import { paths } from '../recorder/paths.js';
import type { CommitFacts, HistoryFacts, ReleaseFacts } from './agreement.js';
import { releasesIn, sectionsIn } from './pages.js';
import { root } from './root.js';

const read = (path: string) => readFile(join(root, path), 'utf8');
const readJson = async (path: string): Promise<unknown> => JSON.parse(await read(path)) as unknown;

/** Reads what the repository says of itself. */
export async function readFacts(): Promise<ReleaseFacts> {
  const { version } = (await readJson('package.json')) as Versioned;
  const lock = (await readJson('package-lock.json')) as Versioned & { packages: Record<string, Versioned> };
  const releases = releasesIn(await read('RELEASES.md'));
  const commits = await Promise.all(releases.map(async ({ commit }) => [commit, await commitFacts(commit)] as const));
  return {
    version,
    lockedVersions: [lock.version, lock.packages['']?.version ?? 'none'],
    releases,
    sections: sectionsIn(await read('CHANGELOG.md')),
    commits: Object.fromEntries(commits),
    histories: await readHistories(),
    paths: Object.fromEntries(paths.map(({ name, ends }) => [name, ends])),
    workflows: Object.keys(registered),
    keptSchemas: await readSchemas(),
    // Through JSON, as they are kept.
    madeSchemas: JSON.parse(JSON.stringify(schemaDocuments())) as Record<string, unknown>,
  };
}

interface Versioned {
  readonly version: string;
}

async function readHistories(): Promise<Readonly<Record<string, HistoryFacts>>> {
  const names = (await readdir(historiesFolder)).map((file) => file.replace(/\.json$/, ''));
  return Object.fromEntries(
    names.map((name) => {
      const history = readHistory(name);
      const workflow = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowType.name ?? 'none';
      return [name, { workflow, end: endOf(history) }];
    }),
  );
}

async function readSchemas(): Promise<Readonly<Record<string, unknown>>> {
  const files = (await readdir(join(root, 'client/schemas'))).filter((name) => name.endsWith('.schema.json'));
  return Object.fromEntries(
    await Promise.all(files.map(async (name) => [name, await readJson(`client/schemas/${name}`)] as const)),
  );
}

/** Reads git's facts about a commit. Its output is that of plumbing commands, which no setting of a user changes. */
async function commitFacts(commit: string): Promise<CommitFacts | 'missing'> {
  if (!(await git('cat-file', '-e', `${commit}^{commit}`))) return 'missing';
  const date = await git('show', '-s', '--date=format-local:%Y-%m-%d', '--format=%cd', commit);
  const manifest = await git('show', `${commit}:package.json`);
  return {
    version: manifest ? (JSON.parse(manifest.stdout) as Versioned).version : 'none',
    date: date?.stdout.trim() ?? '',
    isAncestor: (await git('merge-base', '--is-ancestor', commit, 'HEAD')) !== undefined,
  };
}

/** Undefined where it fails. */
const git = (...args: readonly string[]): Promise<{ readonly stdout: string } | undefined> =>
  promisify(execFile)('git', [...args], { cwd: root, env: { ...process.env, TZ: 'UTC' } }).catch(() => undefined);
