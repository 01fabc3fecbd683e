import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { readSources } from './fixtures/source-tree.js';

/** Rules of style that the linter has no words for. */

const sources = readSources([
  ...['client', 'workflows', 'activities', 'cloud', 'audit', 'store', 'database', 'worker', 'simulator', 'local'],
  ...['test', 'bench', 'tools'],
]);

const inner = (node: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(node) ? inner(node.expression) : node;

const isEmptyObject = (node: ts.Expression) => ts.isObjectLiteralExpression(node) && node.properties.length === 0;

/** Finds spreads of `{}` in the place of a field that is left out, each as `path:line`. */
function conditionalSpreads(path: string, text: string): readonly string[] {
  if (!/: \{\}|\? \{\}/.test(text)) return [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isSpreadAssignment(node)) {
      const spread = inner(node.expression);
      if (
        ts.isConditionalExpression(spread) &&
        [spread.whenTrue, spread.whenFalse].some((branch) => isEmptyObject(inner(branch)))
      )
        found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

describe('fields that may be left out', () => {
  test('are left out by omitUndefined, not by a spread of an empty object', () => {
    expect(sources.flatMap(({ path, text }) => conditionalSpreads(path, text))).toEqual([]);
  });

  test.each(['const a = { ...(b ? { b } : {}) };', 'const a = { c, ...(b === undefined ? {} : { b }) };'])(
    '%s is found',
    (text) => {
      expect(conditionalSpreads('cloud/x.ts', text)).toEqual(['cloud/x.ts:1']);
    },
  );
});
