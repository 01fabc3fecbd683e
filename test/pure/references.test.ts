import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, root } from './fixtures/source-tree.js';

/** Numbers by which code, tests and pages refer to a law, an invariant, a scenario or a figure, each held against its entry. */

const read = (path: string) => readFileSync(join(root, path), 'utf8');

const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const folders = ['client', 'workflows', 'activities', 'cloud', 'audit', 'store', 'database', 'worker'];
const files = [
  ...pages,
  ...filesBelow([...folders, 'simulator', 'local', 'test', 'bench', 'examples', 'docs', 'deploy', 'tools']).filter(
    (path) => /\.(ts|mjs|sql|md|yaml|sh)$/.test(path) && path !== 'test/pure/references.test.ts',
  ),
];

/** The numbers that `pattern` finds in a text: its first group, which may be a list such as `3 to 5, 18 and 25`. */
const numbersIn = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].flatMap(([, list = '']) => {
    const ranges = [...list.matchAll(/(\d+) to (\d+)/g)].flatMap(([, from, to]) =>
      Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => String(Number(from) + index)),
    );
    return [...ranges, ...(list.match(/\d+b?/g) ?? [])];
  });

const kinds = [
  {
    kind: 'law',
    reference: /\blaws? (\d+(?:(?:, | and | to )\d+)*)/gi,
    home: 'docs/laws.md',
    entries: () => numbersIn(read('docs/laws.md'), /^## Law (\d+):/gm),
    least: 12,
  },
  {
    kind: 'invariant',
    reference: /\bI([1-9])\b/g,
    home: 'docs/laws.md',
    entries: () => numbersIn(read('docs/laws.md'), /^- \*\*I(\d)\*\* /gm),
    least: 6,
  },
  {
    kind: 'scenario',
    reference: /\bscenarios? (\d+(?:(?:, | and | to )\d+)*)/gi,
    home: 'test/README.md',
    entries: () => numbersIn(read('test/README.md'), /^- \*\*(\d+)\*\* /gm),
    least: 20,
  },
  {
    kind: 'figure',
    reference: /\bP(\d{1,2}b?)\b/g,
    home: 'bench/figures/',
    entries: () => filesBelow(['bench/figures']).flatMap((path) => numbersIn(read(path), /\bid: 'P(\d+b?)'/g)),
    least: 10,
  },
] as const;

describe.each(kinds)('a reference to a $kind', ({ reference, entries, home, least }) => {
  test(`has an entry in ${home}`, () => {
    const known = new Set(entries());
    expect(known.size).toBeGreaterThanOrEqual(least);
    const used = files.flatMap((path) => numbersIn(read(path), reference).map((number) => ({ path, number })));
    expect(used.length).toBeGreaterThanOrEqual(least);
    expect(used.filter(({ number }) => !known.has(number))).toEqual([]);
  });
});

test.each([
  ['as laws 2, 3 and 13 say', /\blaws? (\d+(?:(?:, | and | to )\d+)*)/gi, ['2', '3', '13']],
  ['Scenarios 3 to 5, 18 and 25', /\bscenarios? (\d+(?:(?:, | and | to )\d+)*)/gi, ['3', '4', '5', '3', '5', '18', '25']],
])('%s: every number is found', (text, pattern, numbers) => {
  expect(numbersIn(text, pattern)).toEqual(numbers);
}); // prettier-ignore
