import { rename, rm, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { type Answer, print, type Screen } from './answer.js';
import { exitCodes, type ExitCode, UsageError } from './exit-codes.js';
import { sheetPage } from './sheet-page.js';
import type { Surroundings } from './surroundings.js';
import { csvOf, writeDocument, writeLine, writePiece } from './terminal.js';

/** Formats of every command that prints rows. */
export const rowFormats = ['table', 'json', 'csv', 'html'] as const;
/** Formats of a command that prints one thing. */
export const oneFormats = ['table', 'json'] as const;

interface OutputFlags {
  readonly format?: string;
  readonly output?: string;
}

/** Formats of the commands that take `--format` and `-o`. */
const formatsOf = new WeakMap<Command, readonly string[]>();

/** Adds `--format` and `-o, --output` to a command. */
export function addOutputFlags(command: Command, formats: readonly string[] = rowFormats): Command {
  formatsOf.set(command, formats);
  return command
    .addOption(
      new Option('--format <format>', `${formats.join(', ')} (default: table, or by the name of -o)`).choices(formats),
    )
    .option('-o, --output <file>', 'into this file, which appears when it is whole; default: stdout');
}

/** Chosen form and place of an answer. */
export interface Output {
  readonly screen: Screen;
  print(answer: Answer): Promise<ExitCode>;
  /** Leaves no file behind. */
  abandon(): Promise<void>;
}

/** Prints on the screen, as a table, or as JSON where the screen says so. */
export const onScreen = (screen: Screen): Output => ({
  screen,
  print: (answer) => print(answer, screen),
  abandon: () => Promise.resolve(),
});

/**
 * Reads where and how the answer of a command is wanted. A file is opened at once, so that one which cannot be written is told before anything is
 * done.
 * @throws UsageError
 */
export async function outputOf(command: Command, screen: Screen, surroundings: Surroundings): Promise<Output> {
  const formats = formatsOf.get(command);
  if (!formats) return onScreen(screen);
  const { format: given, output: path } = command.opts<OutputFlags>();
  const isJsonFlag = command.optsWithGlobals<{ json?: boolean }>().json === true;
  if (isJsonFlag && given !== undefined && given !== 'json')
    throw new UsageError(`--json is --format json: give one of --json and --format ${given}`);
  const format = isJsonFlag ? 'json' : (given ?? formatByName(path, formats) ?? 'table');
  if (path === undefined && (format === 'table' || format === 'json')) return onScreen(screen);
  const file = path === undefined ? undefined : await opened(path, surroundings);
  const quiet: Screen = { ...screen, isWhole: true, stdout: { write: () => true } };
  return {
    screen: quiet,
    print: async (answer) => {
      const pieces = piecesOf(answer, format, command);
      if (file) await file.fill(pieces);
      else for await (const piece of pieces) writePiece(screen.stdout, piece);
      for (const note of answer.notes ?? []) writeLine(screen.stderr, note);
      if (path !== undefined) writeLine(screen.stderr, `written: ${path}`);
      return answer.exitCode ?? exitCodes.done;
    },
    abandon: async () => file?.abandon(),
  };
}

/** The format that the name of a file tells. */
function formatByName(path: string | undefined, formats: readonly string[]): string | undefined {
  const name = path === undefined ? '' : extname(path).slice(1).toLowerCase();
  return formats.find((format) => format === (name === 'htm' ? 'html' : name));
}

interface AsideFile {
  fill(pieces: AsyncIterable<string>): Promise<void>;
  abandon(): Promise<void>;
}

const cannotOpen: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EACCES: 'may not be written by you',
  EPERM: 'may not be written by you',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
};
const whyNoFile = ({ code = '', message }: NodeJS.ErrnoException): string => cannotOpen[code] ?? message;

/** Opens a file beside the one that is named; it takes its place when it is whole: half a report must not pass for one. */
async function opened(path: string, { openOutput }: Surroundings): Promise<AsideFile> {
  const refused = (reason: string) => new UsageError(`-o ${path}: ${reason}; nothing was started`);
  if (
    await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    )
  )
    throw refused('is a folder, and must be a file');
  const aside = `${path}.partial`;
  const file: Writable = await openOutput(aside).catch((error: unknown) => {
    throw refused(whyNoFile(error as NodeJS.ErrnoException));
  });
  const abandon = async () => {
    file.destroy();
    await rm(aside, { force: true });
  };
  return {
    abandon,
    fill: async (pieces) => {
      try {
        await pipeline(Readable.from(pieces), file);
        await rename(aside, path);
      } catch (error) {
        await abandon();
        throw error;
      }
    },
  };
}

/** The answer in the format that was asked for, piece by piece. */
function piecesOf(answer: Answer, format: string, command: Command): AsyncIterable<string> {
  const { sheet = answer.table } = answer;
  const form = answer.forms?.[format];
  if (form) return form;
  if (format === 'json') return jsonOf(answer);
  if (format === 'table') return tableOf(answer);
  if (format === 'html' && answer.page) return answer.page;
  if (!sheet) throw new UsageError(`--format ${format}: there are no rows in this answer; give table or json`);
  return format === 'csv' ? csvLines(sheet) : sheetPage(`flowlog ${command.name()}`, sheet, answer.notes ?? []);
}

/** Takes down what is written at once. */
function writtenText(write: (sink: { write(text: string): unknown }) => unknown): string {
  let text = '';
  write({ write: (piece) => (text += piece) });
  return text;
}

async function* jsonOf({ document }: Answer): AsyncGenerator<string> {
  yield await Promise.resolve(writtenText((sink) => writeDocument(sink, document)));
}

async function* tableOf(answer: Answer): AsyncGenerator<string> {
  let text = '';
  const sink = { write: (piece: string) => (text += piece) };
  await print(answer, { stdout: sink, stderr: { write: () => true }, json: false, color: false });
  yield text;
}

async function* csvLines({ head, rows }: NonNullable<Answer['sheet']>): AsyncGenerator<string> {
  yield csvOf(head);
  for await (const row of rows) yield csvOf(row);
}
