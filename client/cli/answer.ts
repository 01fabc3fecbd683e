import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Sink } from './surroundings.js';
import { writeCells, writeDocument, writeGap, writeNote, writeRow, writeTable } from './terminal.js';

/** Meaning of a cell, shown as a colour to those who can see it. */
export type Tone = 'good' | 'bad' | 'busy' | 'dim';
export type Cell =
  | string
  | { readonly text: string; readonly tone: Tone }
  /** A time, ISO 8601 UTC: local on a terminal, exact elsewhere. */
  | { readonly at: string }
  /** A number of which zero is not worth a look. */
  | { readonly count: number; readonly tone?: Tone };

/** Rows under their titles. */
export interface AnswerTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Every row with every column, for pipes and files. */
export interface Sheet {
  readonly head: readonly string[];
  readonly rows: Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>;
}

/** Result of a command: once as a document for programs, once as a table for people. */
export interface Answer {
  /** Printed as it is with `--json`. */
  readonly document: unknown;
  readonly table?: AnswerTable;
  /** Another table below the first, on a terminal only. */
  readonly second?: AnswerTable;
  /** The rows of a pipe, of CSV and of a page. Default: those of the table. */
  readonly sheet?: Sheet;
  /** A page of its own; default: one that holds the sheet. */
  readonly page?: AsyncIterable<string>;
  /** Other forms of the answer, by the name of the format. */
  readonly forms?: Readonly<Record<string, AsyncIterable<string>>>;
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
  /** True where the answer goes into a file, or in another form than a table: stdout takes nothing on the way. */
  readonly isWhole?: boolean;
}

/** Prints an answer: one JSON document, a table on a terminal, or in a pipe one line a row with tabs between. */
export async function print(answer: Answer, screen: Screen): Promise<ExitCode> {
  const { stdout, stderr, json, color } = screen;
  const { document, table, second, sheet = table, text, notes = [], exitCode = exitCodes.done } = answer;
  if (json) {
    writeDocument(stdout, document);
    return exitCode;
  }
  if (stdout.isTTY)
    [table, second]
      .filter((each) => each !== undefined && each.rows.length > 0)
      .forEach((each, place) => {
        if (place > 0) writeGap(stdout);
        if (each) writeTable(stdout, each, color);
      });
  else if (sheet) await writeSheet(stdout, sheet);
  if (stdout.isTTY || !sheet) for (const cells of text ?? []) writeCells(stdout, cells, color);
  for (const note of notes) writeNote(table || text || sheet ? stderr : stdout, note);
  return exitCode;
}

async function writeSheet(stdout: Sink, { head, rows }: Sheet): Promise<void> {
  writeTable(stdout, { head, rows: [] }, false);
  for await (const row of rows) writeRow(stdout, row);
}
