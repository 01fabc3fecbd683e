import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The repository's own code as the compiler sees it: what each file imports, compares and spells. */

/** Folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** One import, export-from or `import()` of a file. */
export interface Import {
  /** A file of this repository by its path from the root, or a package by its name. */
  readonly to: string;
  readonly isPackage: boolean;
  /** Nothing of it is left at run time. */
  readonly isTypeOnly: boolean;
}

/** One file of code. */
export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  /** Lines that are neither empty nor only a comment. */
  readonly codeLines: number;
  /** Texts that the code compares something with, `===` or `case`, each with its line. */
  readonly comparedWith: readonly { readonly text: string; readonly line: number }[];
}

/** Every file of code below these folders. */
export const readSources = (folders: readonly string[]): readonly SourceFile[] =>
  filesBelow(folders)
    .filter((path) => /\.(ts|mjs)$/.test(path))
    .map((path) => readSource(path, readFileSync(join(root, path), 'utf8')));

/** Paths of all files below these folders, from the root. */
export const filesBelow = (folders: readonly string[]): readonly string[] =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .toSorted(),
  );

/** Reads one file; `path` says where its relative imports begin. */
export function readSource(path: string, text: string): SourceFile {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const comparedWith: { text: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const [to, isTypeOnly] = importOf(node) ?? [];
    if (to !== undefined) imports.push(resolved(path, to, isTypeOnly ?? false));
    for (const side of comparison(node)) {
      comparedWith.push({ text: side.text, line: file.getLineAndCharacterOfPosition(side.getStart()).line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, text, imports, comparedWith, codeLines: text.split('\n').filter(isCode).length };
}

/** Neither empty nor a line of a comment, as comments are written here: one line, or a star before each. */
const isCode = (line: string): boolean => !/^\s*($|\/\/|\/?\*)/.test(line);

/**
 * Returns the module that a statement or an `import()` names, and true where only for its types. `import { type A }` is not: under
 * `verbatimModuleSyntax` the module is still loaded.
 */
function importOf(node: ts.Node): [string, boolean] | undefined {
  if (ts.isImportDeclaration(node)) {
    const isTypeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return [textOf(node.moduleSpecifier), isTypeOnly];
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) return [textOf(node.moduleSpecifier), node.isTypeOnly];
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return [textOf(node.argument.literal), true];
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [name] = node.arguments;
    return name && ts.isStringLiteralLike(name) ? [name.text, false] : undefined;
  }
  return undefined;
}

const textOf = (node: ts.Node): string => (ts.isStringLiteralLike(node) ? node.text : '');

/** `@scope/name/file` is the package `@scope/name`; Node's own modules keep their prefix. */
function resolved(from: string, to: string, isTypeOnly: boolean): Import {
  if (to.startsWith('.')) {
    const path = normalize(join(dirname(from), to))
      .replaceAll('\\', '/')
      .replace(/\.js$/, '.ts');
    return { to: path, isPackage: false, isTypeOnly };
  }
  const [first = '', second = ''] = to.split('/');
  return { to: first.startsWith('@') ? `${first}/${second}` : first, isPackage: true, isTypeOnly };
}

const equalities: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
]);

function comparison(node: ts.Node): readonly ts.StringLiteralLike[] {
  if (ts.isBinaryExpression(node) && equalities.has(node.operatorToken.kind))
    return [node.left, node.right].filter((side) => ts.isStringLiteralLike(side));
  return ts.isCaseClause(node) && ts.isStringLiteralLike(node.expression) ? [node.expression] : [];
}

/** Finds everything that is loaded together with a file at run time: every file and package it reaches by imports of values. */
export function reachedFrom(start: readonly string[], sources: readonly SourceFile[]) {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const files = new Set<string>();
  /** Package → a chain of files that leads to it. */
  const packages = new Map<string, readonly string[]>();
  const walk = (path: string, chain: readonly string[]): void => {
    const source = byPath.get(path);
    if (!source || files.has(path)) return;
    files.add(path);
    for (const { to, isPackage, isTypeOnly } of source.imports) {
      if (isTypeOnly) continue;
      if (!isPackage) walk(to, [...chain, to]);
      else if (!packages.has(to)) packages.set(to, [...chain, to]);
    }
  };
  for (const path of start) walk(path, [path]);
  return { files, packages };
}
