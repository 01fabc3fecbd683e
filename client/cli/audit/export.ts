import { Option, type Command } from 'commander';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { ExportFormat, ExportOptions } from '../../../audit/index.js';
import { UsageError } from '../exit-codes.js';
import { timeFlag } from '../flags.js';
import type { Session } from '../session.js';

/** As `exportFormats` of the ledger has them; not imported, since that would load the database driver for `--help`. */
const formatChoices: readonly ExportFormat[] = ['jsonl', 'csv', 'html'];

interface ExportFlags {
  readonly format: ExportFormat;
  readonly since?: Date;
  readonly until?: Date;
  readonly output?: string;
}

const isClosedPipe = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EPIPE';

async function toStdout(options: ExportOptions, session: Session): Promise<void> {
  if (session.screen.json)
    throw new UsageError('an export is no JSON document: give -o FILE beside --json, or leave --json');
  const sink = await session.surroundings.openOutput(undefined);
  try {
    await session.withLedger((ledger) => ledger.export(sink, options));
  } catch (error) {
    // `| head` has seen enough.
    if (!isClosedPipe(error)) throw error;
  }
}

/** Written aside and moved when it is whole: half an export must not pass for one. */
async function toFile(path: string, options: ExportOptions, session: Session): Promise<void> {
  const aside = `${path}.partial`;
  const file = await session.surroundings.openOutput(aside).catch((error: unknown) => {
    throw new UsageError(`-o ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  // The export and `finished` report an error of the file; one that comes after the export was given up is ignored.
  file.on('error', () => undefined);
  const interrupt = () => file.destroy(new Error('interrupted'));
  session.signal.addEventListener('abort', interrupt, { once: true });
  try {
    await session.withLedger((ledger) => ledger.export(file, options));
    file.end();
    await finished(file);
    await rename(aside, path);
  } catch (error) {
    file.destroy();
    await rm(aside, { force: true });
    throw error;
  } finally {
    session.signal.removeEventListener('abort', interrupt);
  }
  session.answer({ document: { ...options, output: path }, text: [[`written: ${path}`]] });
}

/** `audit export`: the record as a file for programs, spreadsheets or people; streamed, whatever its size. */
export function addExportCommand(audit: Command, session: Session): void {
  audit
    .command('export')
    .description('the record as JSON lines (exact), CSV (for spreadsheets) or one HTML page (for people)')
    .addOption(new Option('--format <format>', 'jsonl, csv or html').choices(formatChoices).makeOptionMandatory())
    .option(
      '--since <time>',
      'rows from this time on: 2026-01-31, 2026-01-31T08:00:00Z, or 24h ago',
      timeFlag('--since'),
    )
    .option('--until <time>', 'rows before this time', timeFlag('--until'))
    .option('-o, --output <file>', 'into this file; default: stdout')
    .action(async ({ output, ...options }: ExportFlags) => {
      const { since, until } = options;
      if (since && until && since >= until) throw new UsageError('--since must be before --until');
      await (output === undefined ? toStdout(options, session) : toFile(output, options, session));
    });
}
