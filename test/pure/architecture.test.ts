import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { products } from '../../cloud/products/products.js';
import { type SourceFile, filesBelow, reachedFrom, readSource, readSources, root } from './fixtures/source-tree.js';

/** Promises of ARCHITECTURE.md, held against the code: its tables are read, not repeated. */

/** The folders of code; `product` is what a worker or a client runs. */
const product = ['client', 'workflows', 'activities', 'cloud', 'audit', 'store', 'database', 'worker'] as const;
const code = [...product, 'simulator', 'local', 'test', 'bench', 'examples'] as const;
const sources = readSources(code);
const within = (...folders: readonly string[]) =>
  sources.filter(({ path }) => folders.some((folder) => path.startsWith(`${folder}/`)));

const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');

/** Rows of the table below a heading of ARCHITECTURE.md, cell by cell. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const [, below = ''] = architecture.split(`\n## ${heading}\n`);
  const [section = ''] = below.split('\n## ');
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim())); // prettier-ignore
}

/** The `names` in a cell. */
const namesIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/** Imports allowed between folders; `any` is the empty beginning of every path. Everything else is forbidden. */
const arrows = tableBelow('Who may import what').map(([from = '', to = '', what = '']) => ({
  from: namesIn(from),
  to: to === 'any' ? [''] : namesIn(to),
  what,
}));

const folderOf = (path: string) => path.split('/')[0] ?? path;

const isAllowed = (path: string, target: string, isTypeOnly: boolean) =>
  arrows.some(
    ({ from, to, what }) =>
      from.some((beginning) => path.startsWith(beginning)) &&
      to.some((beginning) => target.startsWith(beginning)) &&
      (what === 'values' || (what === 'types' && isTypeOnly)),
  );

/** Rows, each as `from → to`, that allow nothing any more, because no import needs them. */
const idleArrows = (read: readonly SourceFile[]) =>
  arrows.flatMap(({ from, to, what }) =>
    from.flatMap((beginning) =>
      to
        .filter(
          (target) =>
            !read.some(
              ({ path, imports }) =>
                path.startsWith(beginning) &&
                imports.some(
                  (each) =>
                    !each.isPackage &&
                    folderOf(each.to) !== folderOf(path) &&
                    each.to.startsWith(target) &&
                    (what === 'types' || !each.isTypeOnly),
                ),
            ),
        )
        .map((target) => `${beginning} → ${target}`),
    ),
  );

/** Imports of a file that leave its folder, and are in no row of the table. */
const strayImports = ({ path, imports }: SourceFile) =>
  imports
    .filter(({ to, isPackage }) => !isPackage && folderOf(to) !== folderOf(path))
    .filter(({ to, isTypeOnly }) => !isAllowed(path, to, isTypeOnly))
    .map(({ to, isTypeOnly }) => `${path} → ${to}${isTypeOnly ? ' (types)' : ''}`);

describe('imports', () => {
  test('follow the arrows', () => {
    expect(sources.length).toBeGreaterThan(150);
    expect(arrows.length).toBeGreaterThan(10);
    expect(sources.flatMap(strayImports)).toEqual([]);
  });

  test('use every arrow that is allowed', () => {
    expect(idleArrows(sources)).toEqual([]);
    expect(idleArrows(sources.filter(({ path }) => !path.startsWith('examples/')))).toEqual([
      'examples/ → client/index.ts',
    ]);
  });

  test.each([
    ['workflows/x.ts', "import { createActivities } from '../activities/index.js';", 'decisions touch nothing'],
    ['workflows/x.ts', "import type { ChangeContext } from '../activities/change.js';", 'not even for types'],
    ['workflows/x.ts', "export { observe } from '../activities/observe.js';", 'an export from is an import'],
    ['client/x.ts', "import { openAuditor } from '../audit/index.js';", 'only the audit commands read the ledger'],
    ['client/x.ts', "import { converge } from '../workflows/converge.js';", 'callers need the contract, not the story'],
    [
      'cloud/x.ts',
      "import type { FailureDetails } from '../workflows/contract/operation.js';",
      'the cloud knows nobody above it',
    ],
    ['audit/x.ts', "import { products } from '../cloud/products.js';", 'the ledger takes the nouns only'],
    ['worker/x.ts', "import { startSimulator } from '../simulator/index.js';", 'nothing of the product imports it'],
    ['activities/x.ts', "const { x } = await import('../local/temporal.js');", 'late imports count too'],
    ['simulator/x.ts', "import { parseFlowLog } from '../cloud/parse.js';", 'a mistake must not be mirrored'],
  ])('%s: %s is found, because %s', (path, text) => {
    expect(strayImports(readSource(path, text))).toHaveLength(1);
  });

  test('nothing of the product imports the simulator, the local start, tests or benches', () => {
    const outside = within(...product).flatMap(({ path, imports }) =>
      imports
        .filter(({ to }) => /^(simulator|local|test|bench|examples)\//.test(to))
        .map(({ to }) => `${path} → ${to}`),
    );
    expect(outside).toEqual([]);
  });

  test('of values make no circle, neither of folders nor of files', () => {
    const edges = (name: (path: string) => string) =>
      sources.flatMap(({ path, imports }) =>
        imports
          .filter(({ isPackage, isTypeOnly, to }) => !isPackage && !isTypeOnly && name(to) !== name(path))
          .map(({ to }) => [name(path), name(to)] as const),
      );
    expect(circleIn(edges(folderOf))).toBeUndefined();
    expect(circleIn(edges((path) => path))).toBeUndefined();
    expect(circleIn([['a', 'b'], ['b', 'c'], ['c', 'b']])).toEqual(['b', 'c', 'b']); // prettier-ignore
  });

  test('are of names: no file exports a default or everything of another', () => {
    const wholesale = within(...product, 'simulator', 'local').filter(({ text }) => /^export (\*|default)/m.test(text));
    expect(wholesale.map(({ path }) => path)).toEqual([]);
  });
});

test('the command line writes text on its streams in one place, which makes it safe', () => {
  const writers = within('client').filter(({ text }) => /\b(stdout|stderr|sink)\.write\(/.test(text));
  // The entry flushes its streams before it ends: it writes nothing on them.
  expect(writers.map(({ path }) => path)).toEqual(['client/cli/terminal.ts']);
});

/** The first circle found, as the names on the way. */
function circleIn(edges: readonly (readonly [string, string])[]): readonly string[] | undefined {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const finished = new Set<string>();
  const walk = (name: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (finished.has(name)) return undefined;
    for (const to of next.get(name) ?? []) {
      const circle = walk(to, [...way, name]);
      if (circle) return circle;
    }
    finished.add(name);
    return undefined;
  };
  for (const name of next.keys()) {
    const circle = walk(name, []);
    if (circle) return circle;
  }
  return undefined;
}

describe('what is loaded at run time', () => {
  /** Packages that only compute: no socket, no file, no clock. */
  const pure = ['zod', '@noble/hashes'];
  const chainTo = (packages: ReadonlyMap<string, readonly string[]>, allowed: readonly string[]) =>
    [...packages].filter(([name]) => !allowed.includes(name)).map(([, chain]) => chain.join(' → '));
  const usedOf = (folder: string, users: readonly SourceFile[]) =>
    users.flatMap(({ imports }) =>
      imports.filter(({ to, isTypeOnly }) => !isTypeOnly && to.startsWith(`${folder}/`)).map(({ to }) => to),
    );

  test('what clients and workflows use of cloud/ is pure: it only computes', () => {
    const { files, packages } = reachedFrom(usedOf('cloud', within('client', 'workflows')), sources);
    expect(files.size).toBeGreaterThan(5);
    expect(chainTo(packages, pure)).toEqual([]);
  });

  test('a workflow reaches nothing but its own decisions, the rows, and the workflow library', () => {
    const { files, packages } = reachedFrom(['workflows/index.ts'], sources);
    expect([...files].filter((path) => !/^(workflows|cloud)\//.test(path))).toEqual([]);
    expect(chainTo(packages, [...pure, '@temporalio/workflow', '@temporalio/common'])).toEqual([]);
  });

  test('the client library needs no database driver, no worker and no cloud library', () => {
    const library = within('client').filter(({ path }) => !/^client\/(cli|schemas)\//.test(path));
    const { files, packages } = reachedFrom(
      library.map(({ path }) => path),
      sources,
    );
    expect([...files].filter((path) => !/^(client|workflows|cloud)\//.test(path))).toEqual([]);
    const heavy = /^(pg|node-pg-migrate|@temporalio\/(worker|workflow|activity|testing)|@alicloud\/.*)$/;
    expect([...packages.keys()].filter((name) => heavy.test(name))).toEqual([]);
  });

  test.each([
    { name: '@alicloud/*', packages: /^@alicloud\//, home: ['cloud'], reason: 'every call leaves by one door' },
    {
      name: 'pg',
      packages: /^(pg|node-pg-migrate)$/,
      home: ['database'],
      reason: 'ledger and store stand on one connection',
    },
    { name: 'commander', packages: /^commander$/, home: ['client'], reason: 'a library has no command line' },
    {
      name: '@temporalio/*',
      packages: /^@temporalio\//,
      home: ['client', 'workflows', 'activities', 'worker'],
      reason: 'the cloud and the ledger know nothing of Temporal',
    },
  ])('of the product only $home imports $name: $reason', ({ packages, home }) => {
    const users = within(...product).filter(({ imports }) =>
      imports.some(({ to, isPackage }) => isPackage && packages.test(to)),
    );
    expect(users.length).toBeGreaterThan(0);
    expect(users.map(({ path }) => path).filter((path) => !home.includes(folderOf(path)))).toEqual([]);
  });
});

describe('what differs between products', () => {
  const names = Object.keys(products);
  const comparing = ({ path, comparedWith }: SourceFile) =>
    comparedWith
      .filter(({ text }) => names.includes(text))
      .map(({ text, line }) => `${path}:${line} compares with ${text}`);

  test('is in the rows: no other code asks which product it is', () => {
    const elsewhere = within(...product, 'local', 'examples').filter(({ path }) => !path.startsWith('cloud/'));
    expect(elsewhere.flatMap(comparing)).toEqual([]);
  });

  test.each([
    ["if (product === 'ecr') wait();", 'a comparison'],
    ["if ('vpc' !== target.product) wait();", 'the other way round'],
    ["switch (product) { case 'cen': wait(); }", 'a case'],
  ])('%s is found: %s', (text) => {
    expect(comparing(readSource('workflows/x.ts', text))).toHaveLength(1);
  });

  test("is spelled the cloud's way only in the rows", () => {
    const spellings = Object.values(products).flatMap(({ actions, serviceActions }) =>
      Object.values({ ...actions, ...serviceActions }).map(({ action }) => action),
    );
    expect(spellings).toContain('ActiveFlowLog');
    const spelled = new RegExp(`\\b(${[...new Set(spellings)].join('|')})\\b`);
    const isRow = (path: string) => /^cloud\/(products|errors)\//.test(path);
    const wrong = within(...product, 'local', 'examples')
      .filter(({ path, text }) => !isRow(path) && spelled.test(text))
      .map(({ path, text }) => `${path}: ${spelled.exec(text)?.[0]}`);
    expect(wrong).toEqual([]);
  });
});

describe('files', () => {
  /** Lines of code, as the linter counts them. */
  const most = (path: string) => (/^(test|bench)\//.test(path) ? 400 : 300);

  test('hold one idea: at most 300 lines of code, 400 in tests', () => {
    const long = sources.filter(({ path, codeLines }) => codeLines > most(path));
    expect(long.map(({ path, codeLines }) => `${path}: ${codeLines} lines`)).toEqual([]);
  });

  test('lines of code are counted without comments and empty lines', () => {
    const text = '/**\n * Why.\n */\n\nexport const a = [\n  1, // one\n  // two\n];\n';
    expect(readSource('workflows/x.ts', text).codeLines).toBe(3);
  });

  /** Files whose name has one of the words, because the field has it. */
  const termsOfTheField: Readonly<Record<string, string>> = {
    'simulator/actions/common-parameters.ts': 'the cloud calls what every action takes its common parameters',
  };

  test('are named for what they are, not for what was left over', () => {
    const leftover = /^(helpers?|utils?|manager|common|misc|shared)$/;
    const named = filesBelow([...code, 'deploy', 'tools', 'docs'])
      .filter((path) => path.split(/[/.-]/).some((word) => leftover.test(word)))
      .filter((path) => !(path in termsOfTheField));
    expect(named).toEqual([]);
  });

  test('of tests stand in the folder of a project that runs them', () => {
    const projects = /^test\/(pure|cloud|simulator|client|service)\//;
    const lost = sources.filter(({ path }) => path.endsWith('.test.ts') && !projects.test(path));
    expect(lost.map(({ path }) => path)).toEqual([]);
  });
});

describe('the top level', () => {
  const listed = tableBelow('What lives at the top, and why').flatMap(([entries = '']) =>
    namesIn(entries).map((name) => name.replace(/\/$/, '')),
  );
  const service = ['workflows', 'activities', 'worker', 'client', 'test'];
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n').filter(Boolean);
  const isIgnored = (name: string) =>
    name === '.git' ||
    ignored.some((line) => line === `${name}/` || (line.startsWith('*') && name.endsWith(line.slice(1))));

  test('holds nothing of which ARCHITECTURE.md does not say why', () => {
    const there = readdirSync(root).filter((name) => !isIgnored(name));
    expect(there.filter((name) => ![...service, ...listed].includes(name))).toEqual([]);
  });

  test('holds everything that ARCHITECTURE.md speaks of', () => {
    expect(listed.length).toBeGreaterThan(10);
    expect(listed.filter((name) => !readdirSync(root).includes(name))).toEqual([]);
  });
});
