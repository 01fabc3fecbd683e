import ts from 'typescript';

/** Properties whose texts are for people who read the code or the table of errors. */
const NOT_SHOWN = new Set(['source', 'refused', 'cite']);

/** A query, a piece of a page or of a style sheet, or a program. */
const NOT_PROSE =
  /^\s*(select|insert into|update|delete from|with \w+ as|create|alter|set|lock|listen|notify|begin|<|@|\.|:root|\{|#|trap)|::|\(\s*select\b|^ledger\.|\w, \w+_\w+/i;

/** Words that a text has at least; shorter ones are labels, names and parts of texts. */
const LEAST_WORDS = 3;

/** Longest expression that stands for its value; a longer one is shown as `…`. */
const LONGEST_EXPRESSION = 24;

/** Texts of a source file that are written for people, in order, each once; `{name}` stands for a value. */
export function shownTexts(path: string, source: string): readonly string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isPropertyAssignment(node) && NOT_SHOWN.has(node.name.getText(file))) return;
    const text = literalText(node, file);
    if (text === undefined) return ts.forEachChild(node, visit);
    const told = text.replaceAll(/\s+/g, ' ').trim();
    if (isShown(told)) found.add(told);
    for (const value of valuesIn(node)) visit(value);
  };
  visit(file);
  return [...found];
}

/** Expressions whose values stand in a text: they may hold texts of their own. */
function valuesIn(node: ts.Node): readonly ts.Node[] {
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression);
  if (ts.isBinaryExpression(node)) return [node.left, node.right].flatMap(valuesIn);
  return ts.isStringLiteralLike(node) ? [] : [node];
}

/** Text of a literal, a template, or a sum of them; undefined for anything else. */
function literalText(node: ts.Node, file: ts.SourceFile): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return (
      node.head.text +
      node.templateSpans.map(({ expression, literal }) => valueOf(expression, file) + literal.text).join('')
    );
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [literalText(node.left, file), literalText(node.right, file)];
    if (left === undefined && right === undefined) return undefined;
    return (left ?? valueOf(node.left, file)) + (right ?? valueOf(node.right, file));
  }
  return undefined;
}

function valueOf(expression: ts.Expression, file: ts.SourceFile): string {
  const text = expression.getText(file);
  return text.length <= LONGEST_EXPRESSION && /^[\w.?!]+$/.test(text) ? `{${text}}` : '{…}';
}

const isShown = (text: string): boolean =>
  !NOT_PROSE.test(text) && text.split(' ').filter((word) => /^[("'`]*[A-Za-z][a-z]*/.test(word)).length >= LEAST_WORDS;
