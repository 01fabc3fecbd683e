import type { z } from 'zod';
import { showPath, shown, valueAt } from '../../workflows/contract/problems.js';
import { readCsv } from './csv.js';
import { foreignDocument, foreignShape } from './foreign.js';
import { manifestSchema, type Manifest } from './schema.js';
import { type ManifestProblem, type PathStep, type Source } from './source.js';
import { readYaml } from './yaml.js';

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
}

const readers: Readonly<Record<string, (file: string, text: string) => Source>> = { csv: readCsv, tsv: readCsv };

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
      return issue.keys.map((key) => problemAt(source, [...path, key], 'there is no such field', 'key'));
    const value = valueAt(source.value, path);
    const message = value === undefined ? 'is missing' : `${shown(value)}: ${issue.message}`;
    return [problemAt(source, path, message)];
  });
}

/** One problem a place and message: a wrong default is told once, not once for each item that takes it. In the order of the file. */
export function inOrder(problems: readonly ManifestProblem[]): ManifestProblem[] {
  const seen = new Map(problems.map((problem) => [`${problem.line}:${problem.column}:${problem.message}`, problem]));
  return [...seen.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}

/**
 * Reads a manifest: YAML or JSON, or CSV where the file's name ends so.
 * @throws ManifestError with every problem of syntax or form, each with file, line and column
 */
export function readManifest(file: string, text: string): LocatedManifest {
  const foreign = foreignShape(file, text);
  if (foreign !== undefined) throw new ManifestError([{ file, path: '', message: foreign, line: 1, column: 1 }]);
  const extension = file.split('.').pop()?.toLowerCase() ?? '';
  const source = (readers[extension] ?? readYaml)(file, text);
  if (source.problems.length > 0) throw new ManifestError(inOrder(source.problems));
  const document = foreignDocument(source.value);
  if (document !== undefined) throw new ManifestError([{ file, path: '', message: document, line: 1, column: 1 }]);
  const parsed = manifestSchema.safeParse(source.value);
  if (!parsed.success) throw new ManifestError(inOrder(formProblems(source, parsed.error.issues)));
  return { manifest: parsed.data, source };
}
