import Table from 'cli-table3';
import pc from 'picocolors';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Sink } from './surroundings.js';

/** How a cell is meant, for those who can see it. */
export type Tone = 'good' | 'bad' | 'busy' | 'dim';
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** Rows under their titles. */
export interface AnswerTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What a command has to say: once as a document for programs, once as a table for people. */
export interface Answer {
  /** Printed as it is with `--json`. */
  readonly document: unknown;
  readonly table?: AnswerTable;
  /** Another table below the first, set off by an empty line. */
  readonly second?: AnswerTable;
  /** Lines for people, in the place of a table: the cells of each with a space between. */
  readonly text?: readonly (readonly Cell[])[];
  /** Lines below the table, for people only. */
  readonly notes?: readonly string[];
  readonly exitCode?: ExitCode;
}

/** Streams and how to write on them. */
export interface Screen {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly json: boolean;
  readonly color: boolean;
}

const paint = (color: boolean): Record<Tone, (text: string) => string> => {
  const { green, red, yellow, dim } = pc.createColors(color);
  return { good: green, bad: red, busy: yellow, dim };
};

/** Cells come from the cloud and from people: a control character in one must not reach the terminal. */
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');

const plain = (cell: Cell): string => printable(typeof cell === 'string' ? cell : cell.text);

const painted =
  (color: boolean) =>
  (cell: Cell): string =>
    typeof cell === 'string' ? printable(cell) : paint(color)[cell.tone](plain(cell));

function drawTable({ head, rows }: AnswerTable, color: boolean): string {
  const table = new Table({
    head: head.map((title) => (color ? pc.createColors(true).bold(title) : title)),
    style: { head: [], border: color ? ['dim'] : [], compact: true },
  });
  for (const row of rows) table.push(row.map(painted(color)));
  return table.toString();
}

/** Prints an answer: one JSON document, a table on a terminal, or in a pipe one line a row with tabs between. */
export function print(answer: Answer, screen: Screen): ExitCode {
  const { stdout, stderr, json, color } = screen;
  const { document, table, second, text, notes = [], exitCode = exitCodes.done } = answer;
  if (json) {
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return exitCode;
  }
  [table, second].forEach((each, place) => {
    if (!each) return;
    if (place > 0) stdout.write('\n');
    if (stdout.isTTY) stdout.write(`${drawTable(each, color)}\n`);
    else for (const row of each.rows) stdout.write(`${row.map(plain).join('\t')}\n`);
  });
  for (const line of text ?? []) stdout.write(`${line.map(painted(color)).join(' ').trimEnd()}\n`);
  for (const note of notes) (table || text ? stderr : stdout).write(`${note}\n`);
  return exitCode;
}
