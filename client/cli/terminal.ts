import Table from 'cli-table3';
import pc from 'picocolors';
import { logLine, manyLines, oneLine } from '../../cloud/text.js';
import type { AnswerTable, Cell, Tone } from './answer.js';
import type { Sink } from './surroundings.js';

/**
 * The only place of the command line that writes text on a stream. Whatever comes from the cloud or from people is a line, a cell or a value
 * of a document here: no control character of it reaches the terminal.
 */

const paint = (color: boolean): Record<Tone, (text: string) => string> => {
  const { green, red, yellow, dim } = pc.createColors(color);
  return { good: green, bad: red, busy: yellow, dim };
};

const plain = (cell: Cell): string => oneLine(typeof cell === 'string' ? cell : cell.text);

const painted =
  (color: boolean) =>
  (cell: Cell): string =>
    typeof cell === 'string' ? plain(cell) : paint(color)[cell.tone](plain(cell));

/** Writes one line; its text cannot end it. */
export const writeLine = (sink: Sink, text: string): void => void sink.write(`${oneLine(text)}\n`);

/** Writes text of our own that has lines, such as a help page. */
export const writeText = (sink: Sink, text: string): void => void sink.write(manyLines(text));

/** Writes one JSON document. */
export const writeDocument = (sink: Sink, document: unknown): void =>
  void sink.write(`${logLine(JSON.stringify(document, null, 2))}\n`);

/** Writes a piece of a file that was asked for on this stream: as it is into a pipe, and harmless on a terminal. */
export const writePiece = (sink: Sink, piece: string): void =>
  void sink.write(sink.isTTY ? manyLines(piece.replaceAll('\r\n', '\n')) : piece);

/** Writes cells with a space between. */
export const writeCells = (sink: Sink, cells: readonly Cell[], color: boolean): void =>
  void sink.write(`${cells.map(painted(color)).join(' ').trimEnd()}\n`);

/** Writes a table: drawn on a terminal, else one line a row with tabs between. */
export function writeTable(sink: Sink, table: AnswerTable, color: boolean): void {
  if (sink.isTTY) sink.write(`${drawTable(table, color)}\n`);
  else for (const row of table.rows) sink.write(`${row.map(plain).join('\t')}\n`);
}

/** Sets one thing off from another. */
export const writeGap = (sink: Sink): void => void sink.write('\n');

function drawTable({ head, rows }: AnswerTable, color: boolean): string {
  const table = new Table({
    head: head.map((title) => (color ? pc.createColors(true).bold(title) : title)),
    style: { head: [], border: color ? ['dim'] : [], compact: true },
  });
  for (const row of rows) table.push(row.map(painted(color)));
  return table.toString();
}
