import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Sink } from './surroundings.js';
import { writeCells, writeDocument, writeGap, writeLine, writeTable } from './terminal.js';

/** Meaning of a cell, shown as a colour to those who can see it. */
export type Tone = 'good' | 'bad' | 'busy' | 'dim';
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** Rows under their titles. */
export interface AnswerTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Result of a command: once as a document for programs, once as a table for people. */
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

/** Prints an answer: one JSON document, a table on a terminal, or in a pipe one line a row with tabs between. */
export function print(answer: Answer, screen: Screen): ExitCode {
  const { stdout, stderr, json, color } = screen;
  const { document, table, second, text, notes = [], exitCode = exitCodes.done } = answer;
  if (json) {
    writeDocument(stdout, document);
    return exitCode;
  }
  [table, second].forEach((each, place) => {
    if (!each) return;
    if (place > 0) writeGap(stdout);
    writeTable(stdout, each, color);
  });
  for (const cells of text ?? []) writeCells(stdout, cells, color);
  for (const note of notes) writeLine(table || text ? stderr : stdout, note);
  return exitCode;
}
