import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './fixtures/source-tree.js';

/** Documents for newcomers, held against the repository. */

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const markdownIn = (folder: string) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
const pages = [...markdownIn('.'), ...markdownIn('docs').map((name) => `docs/${name}`)];

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

describe('documents', () => {
  test.each(pages)('%s links to nothing that is not there', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : join(dirname(page), file);
      if (!existsSync(join(root, target))) return true;
      const headings = anchor === undefined ? [] : [...read(target).matchAll(/^#+ (.+)$/gm)];
      return anchor !== undefined && !headings.some(([, heading = '']) => anchorOf(heading) === anchor);
    });
    expect(broken).toEqual([]);
  });

  test('each page of docs/ is in its index', () => {
    const index = read('docs/README.md');
    const missing = markdownIn('docs').filter((name) => name !== 'README.md' && !index.includes(`](${name})`));
    expect(missing).toEqual([]);
  });

  test('every npm script that is named exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/npm run ([a-z]+)/g)].map(([, script = '']) => ({ page, script })),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
  });

  test('files that are named by their path exist', () => {
    const folders =
      'client|workflows|activities|cloud|audit|store|database|worker|simulator|local|test|bench|docs|examples|deploy|tools';
    const path = new RegExp(`\`((?:${folders})/[A-Za-z0-9_./-]*)\``, 'g');
    const named = pages.flatMap((page) => [...read(page).matchAll(path)].map(([, file = '']) => ({ page, file })));
    expect(named.length).toBeGreaterThan(30);
    // Beginnings of paths, in the table of the arrows.
    const beginnings = ['client/cli/audit', 'client/cli/commands/audit'];
    const missing = named.filter(({ file }) => !existsSync(join(root, file)) && !beginnings.includes(file));
    expect(missing).toEqual([]);
  });

  test("the changelog speaks of the package's version", () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    // Between two releases it is a version that has no section yet.
    const isReleased = read('RELEASES.md').includes(`| \`${version}\``);
    expect(read('CHANGELOG.md')).toContain(isReleased ? `## ${version},` : '## Unreleased');
  });

  test('the license is the one that package.json names, whole', () => {
    const { license } = JSON.parse(read('package.json')) as { license: string };
    expect(license).toBe('Apache-2.0');
    const text = read('LICENSE');
    expect(text).toContain('Apache License\n                           Version 2.0, January 2004');
    expect(text).toContain('END OF TERMS AND CONDITIONS');
  });
});
