import type { z } from 'zod';
import { showPath, shown, valueAt } from '../../workflows/contract/problems.js';
import { isTable, readCsv } from './csv.js';
import { foreignDocument, foreignShape, isOtherDocument, mentionsFields, notAManifest } from './foreign.js';
import { type Rest, restOf } from './lenient.js';
import { noSuchField } from './meant.js';
import { manifestSchema, type Manifest } from './schema.js';
import { type ManifestProblem, type PathStep, type Source } from './source.js';
import { unusablePlaces } from './unusable.js';
import { readYaml, tooManyAliases } from './yaml.js';

/** A manifest that cannot be used; nothing was started. Holds every problem, each with its place. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  constructor(readonly problems: readonly ManifestProblem[]) {
    super(problems.map(showProblem).join('\n'));
  }
}

/** `first-run.yaml:12:5: flowLogs[3].resource.id: …`, as compilers write it, so that editors can jump there. */
export const showProblem = ({ file, line, column, path, message }: ManifestProblem): string =>
  [`${file}:${line}:${column}`, ...(path ? [path] : []), message].join(': ');

/** A manifest of the right form that still knows where its values stood. */
export interface LocatedManifest {
  readonly manifest: Manifest;
  readonly source: Source;
  /** Problems of its form, where it is read in spite of them: they are told together with those of the rest. */
  readonly mistakes?: readonly ManifestProblem[];
  /** Items of which nothing more can be said. */
  readonly skipped?: Rest['skipped'];
}

type SourceReader = (file: string, text: string) => Source;

/** How a file is read whose name says it. */
const sourceReaders: Readonly<Record<string, SourceReader>> = {
  csv: readCsv,
  tsv: readCsv,
  yaml: readYaml,
  yml: readYaml,
  json: readYaml,
};

/** The reader of a file, by the end of its name; where that says nothing, as of what comes by a pipe, by its first line. */
const readerOf = (file: string, text: string): SourceReader =>
  sourceReaders[file.split('.').pop()?.toLowerCase() ?? ''] ?? (isTable(text) ? readCsv : readYaml);

/** A problem at a place of the source. */
export function problemAt(
  { file, positions }: Source,
  path: readonly PathStep[],
  message: string,
  of: 'value' | 'key' = 'value',
): ManifestProblem {
  const position = of === 'key' ? positions.ofKey(path) : positions.ofValue(path);
  return { file, path: showPath(path), message, ...position };
}

/** Problems with the form of the manifest, one for each field. */
function formProblems(source: Source, issues: readonly z.core.$ZodIssue[]): ManifestProblem[] {
  return issues.flatMap((issue) => {
    const path = issue.path as PathStep[];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => problemAt(source, [...path, key], noSuchField(path, key), 'key'));
    const value = valueAt(source.value, path);
    const message = value === undefined ? 'is missing' : `${shown(value)}: ${issue.message}`;
    return [problemAt(source, path, message)];
  });
}

/** Adds what is wrong with the form to what is wrong with the rest, but for what follows from it. */
export function withMistakes(
  { mistakes = [] }: LocatedManifest,
  problems: readonly ManifestProblem[],
): ManifestProblem[] {
  const isWithin = (path: string, above: string) =>
    path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);
  const further = problems.filter(
    ({ path }) =>
      !mistakes.some((mistake) => isWithin(path, mistake.path) || (path !== '' && isWithin(mistake.path, path))),
  );
  return inOrder([...mistakes, ...further]);
}

/** One problem a place and message: a wrong default is told once, not once for each item that takes it. In the order of the file. */
export function inOrder(problems: readonly ManifestProblem[]): ManifestProblem[] {
  const seen = new Map(problems.map((problem) => [`${problem.line}:${problem.column}:${problem.message}`, problem]));
  return [...seen.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}

/**
 * Reads a manifest: YAML or JSON, or CSV where the file's name ends so, or says nothing and its first line is that of a table.
 * @throws ManifestError with every problem of syntax or form, each with file, line and column
 */
export function readManifest(file: string, text: string): LocatedManifest {
  const { mistakes, ...located } = readWithMistakes(file, text);
  if (mistakes) throw new ManifestError(mistakes);
  return located;
}

/** Tells whether a text that is no YAML is no manifest either; a table tells its own mistakes. */
const isProse = (reader: SourceReader, { problems }: Source, text: string): boolean =>
  reader !== readCsv && !mentionsFields(text) && !problems.some(({ message }) => message === tooManyAliases);

/**
 * Reads a manifest as far as it can be read: what is wrong with its form is in `mistakes`, and left out of it. `effectiveItems` and
 * `effectiveSelectors` tell it with what is wrong with the rest.
 * @throws ManifestError where nothing can be said of the rest
 */
export function readWithMistakes(file: string, text: string): LocatedManifest {
  const foreign = foreignShape(file, text);
  if (foreign !== undefined) throw new ManifestError([{ file, path: '', message: foreign, line: 1, column: 1 }]);
  const reader = readerOf(file, text);
  const source = reader(file, text);
  const isOther = source.problems.length > 0 ? isProse(reader, source, text) : isOtherDocument(source.value);
  const other = foreignDocument(source.value) ?? (isOther ? notAManifest : undefined);
  if (other !== undefined) throw new ManifestError([{ file, path: '', message: other, line: 1, column: 1 }]);
  if (source.problems.length > 0) throw new ManifestError(inOrder(source.problems));
  const unusable = unusablePlaces(source.value);
  if (unusable.length > 0)
    throw new ManifestError(inOrder(unusable.map(({ path, message, of }) => problemAt(source, path, message, of))));
  const parsed = manifestSchema.safeParse(source.value);
  if (parsed.success) return { manifest: parsed.data, source };
  const mistakes = inOrder(formProblems(source, parsed.error.issues));
  const rest = restOf(source.value, parsed.error.issues);
  if (!rest) throw new ManifestError(mistakes);
  return { ...rest, source, mistakes };
}
