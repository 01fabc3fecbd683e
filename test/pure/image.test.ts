import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contextFilter, copiesOf } from './fixtures/docker-ignore.js';
import { filesBelow, reachedFrom, readSources, root } from './fixtures/source-tree.js';

/** Checks of the image that need no build. */

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const isInContext = contextFilter(read('deploy/Dockerfile.dockerignore'));
const copied = copiesOf(read('deploy/Dockerfile')).flatMap(({ sources }) => sources);

/** Every file that a copied path brings, if the ignore file lets it. */
const filesOf = (path: string) => (statSync(join(root, path)).isDirectory() ? filesBelow([path]) : [path]);

describe('the image', () => {
  test.each(copied)('copies %s, which exists and is in the build context', (path) => {
    expect(existsSync(join(root, path))).toBe(true);
    expect(filesOf(path).filter((file) => !isInContext(file))).toEqual([]);
    expect(filesOf(path).length).toBeGreaterThan(0);
  });

  test('holds every file that its worker and its simulator load', () => {
    const sources = readSources(['activities', 'audit', 'database', 'store', 'client', 'cloud', 'local', 'simulator', 'tools', 'worker', 'workflows']); // prettier-ignore
    // Workflows are bundled from their path, which no import names.
    const entries = [
      'worker/main.ts',
      'simulator/main.ts',
      'workflows/index.ts',
      'local/bootstrap.mjs',
      'tools/build/main.ts',
    ];
    const { files } = reachedFrom(entries, sources);
    expect(files.size).toBeGreaterThan(100);
    const isCopied = (file: string) => copied.some((path) => file === path || file.startsWith(`${path}/`));
    expect([...files].filter((file) => !isCopied(file))).toEqual([]);
    // Read from the folder, by no import either.
    const migrations = filesBelow(['audit/migrations', 'store/migrations']);
    expect(migrations.filter((file) => !isCopied(file))).toEqual([]);
  });

  test.each([
    '.git/config',
    'node_modules/pg/package.json',
    '.flowlog/run.json',
    '.env',
    'test/run.ts',
    'local/start.ts',
  ])('does not get %s into its context, which nothing of it needs', (path) => expect(isInContext(path)).toBe(false));
});

describe('an ignore file', () => {
  test.each([
    { lines: ['*', '!store'], path: 'store/rows.ts', isIn: true, reason: 'an exception holds below it' },
    { lines: ['*'], path: 'store/rows.ts', isIn: false, reason: 'a folder that is out takes all below it out' },
    {
      lines: ['*', '!local/bootstrap.mjs'],
      path: 'local/start.ts',
      isIn: false,
      reason: 'only the one file is let in',
    },
    { lines: ['*', '!local/bootstrap.mjs'], path: 'local/bootstrap.mjs', isIn: true, reason: 'by its whole path' },
    { lines: ['!store', '*'], path: 'store/rows.ts', isIn: false, reason: 'the last line that matches decides' },
    { lines: ['*', '!store', 'store/*.md'], path: 'store/notes.md', isIn: false, reason: 'and again' },
    { lines: ['*.md'], path: 'docs/index.md', isIn: true, reason: '* does not cross a folder' },
    { lines: ['**/*.md'], path: 'docs/deep/index.md', isIn: false, reason: '** does' },
    { lines: ['**/*.md'], path: 'index.md', isIn: false, reason: '** may be no folder' },
    { lines: ['docs/**'], path: 'docs/deep/index.md', isIn: false, reason: '** at the end is everything below' },
    { lines: ['/docs/'], path: 'docs/index.md', isIn: false, reason: 'slashes around say nothing' },
    { lines: ['./docs'], path: 'docs/index.md', isIn: false, reason: 'paths are cleaned' },
    { lines: ['# docs', '', '  docs  '], path: 'docs/index.md', isIn: false, reason: 'lines are trimmed' },
    { lines: ['#docs'], path: '#docs', isIn: true, reason: 'a comment is no pattern' },
    { lines: ['doc?'], path: 'docs/index.md', isIn: false, reason: '? is one character' },
    { lines: ['[a-e]ocs'], path: 'docs/index.md', isIn: false, reason: 'a class' },
    { lines: ['a.c'], path: 'abc', isIn: true, reason: 'a dot is a dot' },
    { lines: ['docs'], path: 'docs2/index.md', isIn: true, reason: 'a beginning is not the folder' },
  ])('$lines: $path is in the context: $isIn, because $reason', ({ lines, path, isIn }) => {
    expect(contextFilter(lines.join('\n'))(path)).toBe(isIn);
  });
});

describe('a Dockerfile', () => {
  test('copies from the context what its COPY and ADD name, over several lines and as JSON, and not from other stages', () => {
    const text =
      'FROM a AS b\n# COPY no no\nCOPY --chown=node a.json \\\n  # between\n  b.json ./\nCOPY --from=b /x ./\nadd ["c d", "e/"]\n';
    expect(copiesOf(text)).toEqual([
      { sources: ['a.json', 'b.json'], destination: './' },
      { sources: ['c d'], destination: 'e/' },
    ]);
  });
});
