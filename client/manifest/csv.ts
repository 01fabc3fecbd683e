import { CsvError, parse } from 'csv-parse/sync';
import { Positions, type ManifestProblem, type PathStep, type Source } from './source.js';

type Tree = { [name: string]: unknown };

const asNumber = (cell: string): unknown => (/^-?\d+$/.test(cell) ? Number(cell) : cell);
const asBoolean = (cell: string): unknown => (cell === 'true' ? true : cell === 'false' ? false : cell);
const asList = (cell: string): unknown => cell.split(';').map((part) => part.trim());

/** Columns whose cells are not text; every other cell is taken as it stands. */
const readings: Readonly<Record<string, (cell: string) => unknown>> = {
  aggregationIntervalSeconds: asNumber,
  trafficPath: asList,
  'options.deadlineMs': asNumber,
  'options.adopt': asBoolean,
  'options.requireDelivery': asBoolean,
  'options.rollback': asBoolean,
  'options.openService': asBoolean,
};

/** `destination.project` → two steps; a tag's key may hold dots itself. */
const stepsOf = (header: string): readonly string[] =>
  header.startsWith('tags.') ? ['tags', header.slice('tags.'.length)] : header.split('.');

/** Puts a cell where its header says. Trees have no prototype, so that no header can reach one. */
function place(tree: Tree, steps: readonly string[], value: unknown): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  if (rest.length === 0) tree[step] = value;
  else place((tree[step] ??= Object.create(null)) as Tree, rest, value);
}

/** Headers that mean the same place, or one that lies inside another: a cell could not say which it fills. */
function clashesOf(file: string, headers: readonly string[]): ManifestProblem[] {
  return headers.flatMap((header, index) => {
    const clash = headers.find(
      (other, place) =>
        place < index && (other === header || other.startsWith(`${header}.`) || header.startsWith(`${other}.`)),
    );
    if (clash === undefined) return [];
    return [
      { file, path: header, message: `column "${header}" clashes with column "${clash}"`, line: 1, column: index + 1 },
    ];
  });
}

interface Row {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function itemOf(headers: readonly string[], row: Row, index: number, positions: Positions): Tree {
  const item = Object.create(null) as Tree;
  const line = row.info.lines;
  positions.setValue(['flowLogs', index], { line, column: 1 });
  row.record.forEach((cell, column) => {
    const header = headers[column] ?? `column ${column + 1}`;
    if (cell === '') return;
    const path: PathStep[] = ['flowLogs', index, ...stepsOf(header)];
    positions.setValue(path, { line, column: column + 1 });
    positions.setKey(path, { line: headers[column] === undefined ? line : 1, column: column + 1 });
    place(item, stepsOf(header), (readings[header] ?? ((text: string) => text))(cell));
  });
  return item;
}

/**
 * Reads a manifest written as a table: one flow log a row, the header names fields by their path (`resource.id`,
 * `destination.project`, `tags.env`), lists are separated by `;`, an empty cell is an absent field.
 */
export function readCsv(file: string, text: string): Source {
  const positions = new Positions();
  try {
    const rows = parse(text, {
      bom: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    }) as unknown as Row[];
    const [head, ...body] = rows;
    const headers = head?.record ?? [];
    const clashes = clashesOf(file, headers);
    if (clashes.length > 0) return { file, value: undefined, positions, problems: clashes };
    const flowLogs = body.map((row, index) => itemOf(headers, row, index, positions));
    return { file, value: { version: 1, flowLogs }, positions, problems: [] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    return {
      file,
      value: undefined,
      positions,
      problems: [{ file, path: '', message: error.message, line, column: 1 }],
    };
  }
}
