import { LineCounter, isAlias, isMap, isNode, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import { PlacesWhenAsked, readJson } from './json.js';
import { Positions, type ManifestProblem, type PathStep, type Position, type Source } from './source.js';

const positionIn = (lines: LineCounter, offset: number): Position => {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
};

/** Notes where each value and key stands. An alias stands where it is used: that is where a person would look. */
function locate(document: Document, lines: LineCounter): Positions {
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

function placesIn(text: string): Positions {
  const lines = new LineCounter();
  return locate(parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines);
}

/** Reads YAML, and JSON as a part of it, with the place of every value. */
export function readYaml(file: string, text: string): Source {
  const json = /^\s*\{/.test(text) ? readJson(text) : undefined;
  if (json) return { file, value: json.value, positions: new PlacesWhenAsked(() => placesIn(text)), problems: [] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, uniqueKeys: true });
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }): ManifestProblem => ({
    file,
    path: '',
    message,
    ...positionIn(lines, pos[0]),
  }));
  if (problems.length > 0) return { file, value: undefined, positions: new Positions(), problems };
  try {
    // Bounded alias expansion: a file of a few lines cannot grow into gigabytes.
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return { file, value, positions: locate(document, lines), problems };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      file,
      value: undefined,
      positions: new Positions(),
      problems: [{ file, path: '', message, line: 1, column: 1 }],
    };
  }
}
