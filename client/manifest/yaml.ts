import { LineCounter, isAlias, isMap, isNode, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import { nestingRule } from '../../workflows/contract/bounds.js';
import { PlacesWhenAsked, readJson } from './json.js';
import { Positions, type ManifestProblem, type PathStep, type Position, type Source } from './source.js';

const positionIn = (lines: LineCounter, offset: number): Position => {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
};

/** Notes where each value and key stands. An alias stands where it is used: that is where a person would look. */
function positionsOf(document: Document, lines: LineCounter): Positions {
  const positions = new Positions();
  const visit = (node: unknown, path: readonly PathStep[], within: readonly unknown[]): void => {
    if (!isNode(node)) return;
    if (node.range) positions.setValue(path, positionIn(lines, node.range[0]));
    const target = isAlias(node) ? node.resolve(document) : node;
    if (!target || within.includes(target)) return;
    const deeper = [...within, target];
    if (isSeq(target)) target.items.forEach((item, index) => visit(item, [...path, index], deeper));
    if (!isMap(target)) return;
    for (const { key, value } of target.items) {
      if (!isScalar(key)) continue;
      const child = [...path, String(key.value)];
      if (key.range) positions.setKey(child, positionIn(lines, key.range[0]));
      visit(value, child, deeper);
    }
  };
  visit(document.contents, [], []);
  return positions;
}

function readPositions(text: string): Positions {
  const lines = new LineCounter();
  return positionsOf(parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines);
}

/** Message about aliases whose expansion would be too large. */
export const tooManyAliases = 'its aliases (*name) repeat too much: write it out';

/** Code with which the parser says that it was led too deep. */
const EXHAUSTED = 'RESOURCE_EXHAUSTION';

/** Messages of the parser that speak to programmers, by its code. */
const inOurWords: Readonly<Partial<Record<string, string>>> = {
  MULTIPLE_DOCS: 'a second document begins here (---): a manifest is one document, so put each into a file of its own',
  DUPLICATE_KEY: 'this field stands twice',
  [EXHAUSTED]: nestingRule,
  TAB_AS_INDENT: 'this line is indented with a tab: indent with spaces',
};

/** Reads YAML, and JSON as a part of it, with the place of every value. */
export function readYaml(file: string, text: string): Source {
  try {
    return readNested(file, text);
  } catch (error) {
    // The parser calls itself for each level.
    if (!(error instanceof RangeError)) throw error;
    const problem = { file, path: '', message: nestingRule, line: 1, column: 1 };
    return { file, value: undefined, positions: new Positions(), problems: [problem] };
  }
}

function readNested(file: string, text: string): Source {
  const json = /^\s*\{/.test(text) ? readJson(text) : undefined;
  if (json) return { file, value: json.value, positions: new PlacesWhenAsked(() => readPositions(text)), problems: [] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, uniqueKeys: true });
  const { errors, warnings } = document;
  // The parser says so once for each level that it gave up.
  const firstTooDeep = errors.find(({ code }) => code === EXHAUSTED);
  const distinct = errors.filter((error) => error.code !== EXHAUSTED || error === firstTooDeep);
  const problems = [...distinct, ...warnings].map(({ code, message, pos }): ManifestProblem => ({
    file,
    path: '',
    message: inOurWords[code] ?? message,
    ...positionIn(lines, pos[0]),
  }));
  if (problems.length > 0) return { file, value: undefined, positions: new Positions(), problems };
  try {
    // Bounded alias expansion: a file of a few lines cannot grow into gigabytes.
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return { file, value, positions: positionsOf(document, lines), problems };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const message = said.startsWith('Excessive alias') ? tooManyAliases : said;
    return {
      file,
      value: undefined,
      positions: new Positions(),
      problems: [{ file, path: '', message, line: 1, column: 1 }],
    };
  }
}
