import pc from 'picocolors';
import { csvLine, logLine, manyLines, oneLine } from '../../cloud/text.js';
import type { AnswerTable, Cell, Tone } from './answer.js';
import { layOut, widthOf, wrap } from './layout.js';
import type { Sink } from './surroundings.js';
import { localTime, timeFor } from './words.js';

/**
 * The only place of the command line that writes text on a stream. Whatever comes from the cloud or from people is a line, a cell or a value
 * of a document here: no control character of it reaches the terminal.
 */

const paint = (color: boolean): Record<Tone, (text: string) => string> => {
  const { green, red, yellow, dim } = pc.createColors(color);
  return { good: green, bad: red, busy: yellow, dim };
};

/** Columns of a terminal that does not tell. */
const USUAL_COLUMNS = 80;
const columnsOf = ({ columns }: Sink): number => Math.max(columns ?? USUAL_COLUMNS, 20);

/** A cell as a file or a pipe has it: exact times in UTC, `0` for zero. */
export function cellText(cell: Cell): string {
  if (typeof cell === 'string') return oneLine(cell);
  if ('at' in cell) return oneLine(cell.at);
  return 'count' in cell ? String(cell.count) : oneLine(cell.text);
}

/** A cell as a person reads it: local time to the second, and a mark that is easily overlooked for zero. */
function shownCell(cell: Cell): string {
  if (typeof cell === 'string' || 'text' in cell) return cellText(cell);
  return 'at' in cell ? localTime(cellText(cell)) : cell.count === 0 ? '·' : String(cell.count);
}

function toneOf(cell: Cell | undefined): Tone | undefined {
  if (cell === undefined || typeof cell === 'string' || 'at' in cell) return undefined;
  return 'count' in cell && cell.count === 0 ? 'dim' : cell.tone;
}

const toned = (color: boolean, text: string, tone: Tone | undefined): string =>
  tone === undefined ? text : paint(color)[tone](text);

/** Writes one line; its text cannot end it. */
export const writeLine = (sink: Sink, text: string): void => void sink.write(`${oneLine(text)}\n`);

/** Writes a sentence for people: on a terminal wrapped between words, with what follows below its beginning. */
export function writeNote(sink: Sink, text: string): void {
  if (!sink.isTTY) return writeLine(sink, text);
  const line = oneLine(text);
  const indent = /^ */.exec(line)?.[0] ?? '';
  for (const part of wrap(line.trimStart(), columnsOf(sink) - indent.length)) sink.write(`${indent}${part}\n`);
}

/** Writes text of our own that has lines, such as a help page. */
export const writeText = (sink: Sink, text: string): void => void sink.write(manyLines(text));

/** Writes one JSON document. */
export const writeDocument = (sink: Sink, document: unknown): void =>
  void sink.write(`${logLine(JSON.stringify(document, null, 2))}\n`);

/** Writes a piece of a file that was asked for on this stream: as it is into a pipe, and harmless on a terminal. */
export const writePiece = (sink: Sink, piece: string): void =>
  void sink.write(sink.isTTY ? manyLines(piece.replaceAll('\r\n', '\n')) : piece);

/** Writes cells with a space between; on a terminal the last one goes on below its beginning where it does not fit. */
export function writeCells(sink: Sink, cells: readonly Cell[], color: boolean): void {
  const texts = cells.map((cell) =>
    typeof cell !== 'string' && 'at' in cell ? timeFor(sink, cell.at) : cellText(cell),
  );
  const columns = sink.isTTY ? columnsOf(sink) : Infinity;
  const before = texts.slice(0, -1).join(' ');
  const last = texts.at(-1) ?? '';
  const blanks = /^ */.exec(last)?.[0].length ?? 0;
  const beforeWidth = before === '' ? 0 : widthOf(before) + 1;
  const indent = beforeWidth + blanks < columns / 2 ? beforeWidth + blanks : FURTHER_INDENT;
  const lines = beforeWidth + widthOf(last) <= columns ? [last] : wrap(last.trimStart(), columns - indent);
  const head = texts.slice(0, -1).map((text, at) => toned(color, text, toneOf(cells[at])));
  const isBelow = lines.length > 1 && indent !== beforeWidth + blanks;
  const first = isBelow ? [] : lines.splice(0, 1);
  const leading = lines.length > 0 && !isBelow ? ' '.repeat(blanks) : '';
  const tone = toneOf(cells.at(-1));
  const told = [...head, ...first.map((text) => leading + toned(color, text, tone))].join(' ').trimEnd();
  sink.write(`${told}\n`);
  for (const text of lines) sink.write(`${' '.repeat(indent)}${toned(color, text, tone)}\n`);
}

/** Of what goes on below a line whose beginning leaves it no room. */
const FURTHER_INDENT = 4;

/** Writes one row in a pipe: cells with tabs between. */
export const writeRow = (sink: Sink, cells: readonly Cell[]): void =>
  void sink.write(`${cells.map(cellText).join('\t')}\n`);

/** Writes a table: laid out on a terminal, else its heading and one line a row with tabs between. */
export function writeTable(sink: Sink, { head, rows }: AnswerTable, color: boolean): void {
  if (!sink.isTTY) return [head, ...rows].forEach((row) => writeRow(sink, row));
  const { bold } = pc.createColors(color);
  const lines = layOut([head, ...rows.map((row) => row.map(shownCell))], columnsOf(sink), (text, row, column) =>
    row === 0 ? bold(text) : toned(color, text, toneOf(rows[row - 1]?.[column])),
  );
  sink.write(`${lines.join('\n')}\n`);
}

/** A row of a CSV file. */
export const csvOf = (cells: readonly Cell[]): string => csvLine(cells.map(cellText));

/** Sets one thing off from another. */
export const writeGap = (sink: Sink): void => void sink.write('\n');
