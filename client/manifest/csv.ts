import { CsvError, parse } from 'csv-parse/sync';
import { refusedName, refusedNameRule } from '../../workflows/contract/bounds.js';
import { foreignColumns, isOurColumn } from './foreign.js';
import {
  Positions,
  type ManifestProblem,
  type PathStep,
  type SourcePlaces,
  type Position,
  type Source,
} from './source.js';

type NestedRow = { [name: string]: unknown };

const asNumber = (cell: string): unknown => (/^-?\d+$/.test(cell) ? Number(cell) : cell);
/** Spreadsheets write the two in capitals. */
function asBoolean(cell: string): unknown {
  const word = cell.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : cell;
}
const asList = (cell: string): unknown => cell.split(/[;,]/).map((part) => part.trim());

/** Columns whose cells are not text; every other cell is taken as it stands. */
const readings: Readonly<Record<string, (cell: string) => unknown>> = {
  aggregationIntervalSeconds: asNumber,
  trafficPath: asList,
  'options.deadlineMs': asNumber,
  'options.adopt': asBoolean,
  'options.takeOver': asBoolean,
  'options.requireDelivery': asBoolean,
  'options.rollback': asBoolean,
  'options.openService': asBoolean,
};

/** `destination.project` → two steps; a tag's key may hold dots itself. */
const stepsOf = (header: string): readonly string[] =>
  header.startsWith('tags.') ? ['tags', header.slice('tags.'.length)] : header.split('.');

/** Puts a cell where its header says. Trees have no prototype, so that no header can reach one. */
function placeValue(tree: NestedRow, steps: readonly string[], value: unknown): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  if (rest.length === 0) tree[step] = value;
  else placeValue((tree[step] ??= Object.create(null)) as NestedRow, rest, value);
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
  /** The line that it ends on, from 1. */
  readonly line: number;
}

function rowToItem(headers: readonly Header[], record: readonly string[]): NestedRow {
  const item = Object.create(null) as NestedRow;
  for (const [column, cell] of record.entries()) {
    if (cell === '') continue;
    const { name, steps } = headers[column] ?? headerOf(`column ${column + 1}`);
    placeValue(item, steps, (readings[name] ?? ((text: string) => text))(cell));
  }
  return item;
}

/** A column: its name, and the path that it fills. */
interface Header {
  readonly name: string;
  readonly steps: readonly string[];
}
const headerOf = (name: string): Header => ({ name, steps: stepsOf(name) });

/** Places of a table, found when asked for: a row's line is all that is kept. */
class Cells implements SourcePlaces {
  constructor(
    private readonly headers: readonly string[],
    private readonly rows: readonly Row[],
  ) {}

  ofValue(path: readonly PathStep[]): Position {
    return this.at(path) ?? { line: 1, column: 1 };
  }
  ofKey(path: readonly PathStep[]): Position {
    const column = this.columnOf(path);
    // The name of a column stands in the first line.
    return column !== undefined && column < this.headers.length ? { line: 1, column: column + 1 } : this.ofValue(path);
  }

  private at([top, index, ...steps]: readonly PathStep[]): Position | undefined {
    const row = top === 'flowLogs' && typeof index === 'number' ? this.rows[index] : undefined;
    if (!row) return undefined;
    const column = this.columnOf(['flowLogs', index as number, ...steps]);
    return { line: row.line, column: column === undefined ? 1 : column + 1 };
  }
  /** The filled cell of the longest part of the path. */
  private columnOf([, index, ...steps]: readonly PathStep[]): number | undefined {
    const row = typeof index === 'number' ? this.rows[index] : undefined;
    for (let length = steps.length; row && length > 0; length--) {
      const wanted = JSON.stringify(steps.slice(0, length));
      const column = row.record.findIndex(
        (cell, at) => cell !== '' && JSON.stringify(stepsOf(this.headers[at] ?? `column ${at + 1}`)) === wanted,
      );
      if (column >= 0) return column;
    }
    return undefined;
  }
}

/** Finds the delimiter of cells: the one that the header has most of, outside of quotes. Spreadsheets of many countries write semicolons. */
function delimiterOf(text: string): string {
  const [line = ''] = text.replace(/^\ufeff/, '').split(/\r?\n/, 1);
  const bare = line.replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((delimiter) => [delimiter, bare.split(delimiter).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/** Columns but for those without a name at the end, which spreadsheets write where cells were filled once. */
const withoutEmptyEnd = (header: readonly string[]): readonly string[] =>
  header.slice(0, header.findLastIndex((name) => name !== '') + 1);

/**
 * Tells whether a text begins as a table of ours: its first line names two of our columns, or more, and is no YAML. For what comes without a
 * name, or with one that says nothing.
 */
export function isTable(text: string): boolean {
  const [line = ''] = text.replace(/^\ufeff/, '').split(/\r?\n/, 1);
  const cells = line.split(delimiterOf(text)).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  return cells.every((cell) => /^[\w.-]*$/.test(cell)) && cells.filter(isOurColumn).length >= 2;
}

/**
 * Reads a manifest written as a table: one flow log a row, the header names fields by their path (`resource.id`,
 * `destination.project`, `tags.env`), cells are separated by `,`, `;` or tabs, lists in a cell by `;` or `,`, an empty cell is an absent field.
 */
export function readCsv(file: string, text: string): Source {
  const nowhere = new Positions();
  const failed = (problems: readonly ManifestProblem[]): Source => ({
    file,
    value: undefined,
    positions: nowhere,
    problems,
  });
  const ends: number[] = [];
  try {
    const [header = [], ...records] = parse(text, {
      bom: true,
      // Of all that the parser knows of a row its line is kept: a file may have a hundred thousand rows.
      on_record: (record: string[], { lines }): string[] | undefined => {
        // Spreadsheets write separators for rows that were filled once.
        if (record.every((cell) => cell === '')) return undefined;
        ends.push(lines);
        return record;
      },
      trim: true,
      delimiter: delimiterOf(text),
      skip_empty_lines: true,
      relax_column_count: true,
    });
    const names = withoutEmptyEnd(header);
    const foreign = foreignColumns(names);
    if (foreign !== undefined) return failed([{ file, path: '', message: foreign, line: 1, column: 1 }]);
    const problems = [...clashesOf(file, names), ...unnamable(file, names)];
    if (problems.length > 0) return failed(problems);
    const headers = names.map(headerOf);
    const rows = records.map((record, index): Row => ({ record, line: ends[index + 1] ?? 1 }));
    const flowLogs = records.map((record) => rowToItem(headers, record));
    return { file, value: { version: 1, flowLogs }, positions: new Cells(names, rows), problems: [] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    return failed([{ file, path: '', message: error.message, line, column: 1 }]);
  }
}

/** A name that objects have by themselves names no field and no tag. It is told here, once for the column. */
const unnamable = (file: string, headers: readonly string[]): ManifestProblem[] =>
  headers.flatMap((header, index) => {
    if (!stepsOf(header).includes(refusedName)) return [];
    const isTag = header.startsWith('tags.');
    const message = isTag ? `column "${header}": ${refusedNameRule}` : `column "${header}": there is no such field`;
    return [{ file, path: header, message, line: 1, column: index + 1 }];
  });
