import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSources, root } from '../../test/pure/fixtures/source-tree.js';
import { keepPage } from '../written-page.js';

/**
 * Counts the files that a reader has to know for one question, by the imports of values, and keeps the lists in ARCHITECTURE.md.
 * `--write` writes them; without it they are compared, and the limits are held.
 */

/** A question, where its answer begins, and how many files it may take. */
interface ReadingQuestion {
  readonly title: string;
  readonly start: readonly string[];
  readonly most: number;
}

const questions: readonly ReadingQuestion[] = [
  {
    title: 'One `enable`, through its activities',
    start: [
      'workflows/operation/enable.ts',
      'activities/operation/observe.ts',
      'activities/operation/change.ts',
      'activities/operation/wait.ts',
      'activities/operation/record.ts',
    ],
    // The goal is 25. This number only goes down.
    most: 110,
  },
  { title: 'Is a call sent again, and when', start: ['workflows/retry.ts', 'activities/failures.ts'], most: 6 },
  { title: 'A row of a bulk', start: ['workflows/decide/bulk-row.ts', 'store/bulks.ts'], most: 8 },
];

/** Parts that a reader may take for granted: the port to the cloud, the database, and the record. */
const GIVEN = /^(cloud\/call|database|audit)\//;

const sources = readSources(['workflows', 'activities', 'cloud', 'audit', 'store', 'database']);
const byPath = new Map(sources.map((source) => [source.path, source]));

/** Paths of the files that these import values from, themselves included, in order. */
function filesOf(start: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const source = byPath.get(path);
    if (!source || seen.has(path) || GIVEN.test(path)) return;
    seen.add(path);
    for (const { to, isPackage, isTypeOnly } of source.imports) if (!isPackage && !isTypeOnly) visit(to);
  };
  for (const path of start) {
    if (!byPath.has(path)) throw new Error(`there is no ${path}: correct the question in tools/reading-distance`);
    visit(path);
  }
  return [...seen].toSorted();
}

/** First sentence of the first documentation comment of a file. */
function sentenceOf(path: string): string {
  const [, comment = ''] = /\/\*\*([\s\S]*?)\*\//.exec(byPath.get(path)?.text ?? '') ?? [];
  const text = comment.replaceAll(/^\s*\* ?/gm, ' ').replaceAll(/\{@link ([^}]+)\}/g, '$1').replaceAll(/\s+/g, ' ').trim(); // prettier-ignore
  const [first = ''] = text.split(/(?<=[.:;]) (?=[A-Z@])/);
  return first.replace(/[:;.]?$/, '.');
}

const section = ({ title, start }: ReadingQuestion): string => {
  const files = filesOf(start);
  const lines = files.map((path) => `- \`${path}\`: ${sentenceOf(path)}`);
  return [`### ${title}: ${files.length} files`, '', '<details><summary>The files</summary>', '', ...lines, '', '</details>'].join('\n'); // prettier-ignore
};

const BEGIN = '<!-- reading distance: written by `npm run reading -- --write` -->';
const END = '<!-- end of reading distance -->';
const page = join(root, 'ARCHITECTURE.md');
const pageText = readFileSync(page, 'utf8');
const [before = '', rest] = pageText.split(BEGIN);
const [, after] = rest?.split(END) ?? [];
if (after === undefined) throw new Error(`ARCHITECTURE.md lacks the lines ${BEGIN} and ${END}`);
const wantedText = `${before}${BEGIN}\n\n${questions.map(section).join('\n\n')}\n\n${END}${after}`;

for (const { title, start, most } of questions) {
  const count = filesOf(start).length;
  console.log(`${title}: ${count} files, ${most} at most`);
  if (count > most) process.exitCode = 1;
}
keepPage(page, wantedText, 'npm run reading');
