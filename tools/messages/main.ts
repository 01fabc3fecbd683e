import { join } from 'node:path';
import { readTexts, root } from '../../test/pure/fixtures/source-tree.js';
import { keepPage } from '../written-page.js';
import { shownTexts } from './texts.js';

/**
 * Lists every text that a person can see in `docs/messages.md`, so that all of them can be read in one go. `--write` writes the page; without it
 * the page is compared.
 */

/** Folders whose code speaks to people. Texts about the cloud's own codes have a page of their own. */
const FOLDERS = ['client', 'workflows', 'activities', 'cloud', 'audit', 'store', 'database', 'worker', 'local'];
const ELSEWHERE = /^cloud\/errors\//;

const sections = readTexts(FOLDERS)
  .filter(({ path }) => !ELSEWHERE.test(path))
  .map(({ path, text }) => ({ path, texts: shownTexts(path, text) }))
  .filter(({ texts }) => texts.length > 0)
  .toSorted((a, b) => (a.path < b.path ? -1 : 1));

const messagesText = [
  '# Messages',
  '',
  'Every text that a person can see, by the file that writes it: errors, advice, help, reports and logs. `{name}` stands for a value.',
  'Texts about codes of the cloud are in [errors.md](errors.md). Written by `npm run messages -- --write`.',
  ...sections.flatMap(({ path, texts }) => ['', `## ${path}`, '', '```text', ...texts, '```']),
  '',
].join('\n');

const textCount = sections.reduce((sum, { texts }) => sum + texts.length, 0);
console.log(`${textCount} texts in ${sections.length} files`);
keepPage(join(root, 'docs/messages.md'), messagesText, 'npm run messages');
