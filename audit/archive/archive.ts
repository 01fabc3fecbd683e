import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Anchor } from '../anchor.js';
import type { Database, SqlSession } from '../../database/database.js';
import { archiveChain, entryColumns, type Entry } from '../entry.js';
import { type ChainEnd, HeadsDigest } from './format.js';
import { type ArchiveFile, ArchiveFileError, readArchiveFile } from './read-file.js';
import type { OnStep } from './steps.js';
import { writeArchiveFile } from './write-file.js';

/** Operations to archive, and the folder for their files. */
export interface ArchiveRequest {
  /** Operations that ended before this time. A time to come is taken as now. */
  readonly before: Date;
  /** Folder of the files; it must exist. */
  readonly folder: string;
  /** Name of the person who archives; kept in the row, as is the reason. */
  readonly by: string;
  readonly reason?: string;
  /** Chains of one file, at most. Default 50,000: about 25 MB, and a removal of some seconds. */
  readonly most?: number;
  /** Hears of each step as soon as it is done. */
  readonly onStep?: OnStep;
}

/** One file, and the row that stands in the place of what is in it. */
export interface Archived {
  /** Number of the row in the chain of archives. */
  readonly archive: number;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly chains: number;
  readonly entries: number;
  /** Hash of the file's manifest. */
  readonly head: string;
  /** The anchor that covers the row. */
  readonly anchor: Anchor;
  /** The file was there already: an earlier run was interrupted before it removed the rows. */
  readonly resumed: boolean;
}

/** Result of one run of the archiver. */
export interface ArchiveReport {
  readonly archived: readonly Archived[];
  /** Files of interrupted runs whose rows are all still in the ledger, or that are another ledger's: this ledger does not need them. */
  readonly unused: readonly string[];
}

const ROLE = 'flowlog_archiver';
const MOST_CHAINS = 50_000;
/** The chains changed while they were written: so often is it tried again. */
const WRITE_TRIES = 3;

/**
 * Takes ended operations out of the ledger, file by file: writes a file, waits until it is on the disk, reads it back, and only then removes its
 * rows, in one transaction that also writes the row in their place. Ended by force at any point it has lost nothing, and is done again from the
 * beginning: a file that was finished and not used is used then.
 * @throws {ArchiveFileError} when a file cannot be written, or is not what was written
 * @throws {DatabaseUnavailable}
 */
export async function archive(database: Database, request: ArchiveRequest): Promise<ArchiveReport> {
  const archived: Archived[] = [];
  const unused: string[] = [];
  const before = await databaseMoment(database, request.before);
  for (let isFirst = true; ; isFirst = false) {
    const number = (await lastArchive(database)) + 1;
    const { used, left } = isFirst ? await useLeftovers(database, request, number) : { used: [], left: [] };
    archived.push(...used);
    unused.push(...left);
    const next = await archiveOnce(database, { ...request, before }, number + used.length);
    if (!next) return { archived, unused };
    archived.push(next);
  }
}

async function archiveOnce(database: Database, request: ArchiveRequest, number: number): Promise<Archived | undefined> {
  const { onStep = () => undefined } = request;
  for (let attempt = 1; ; attempt++) {
    const path = await writeChosen(database, request, number, onStep);
    if (!path) return undefined;
    const file = await readArchiveFile(path);
    onStep('read back');
    const done = await removeRows(database, request, file);
    if (done) {
      onStep('removed');
      return { ...done, resumed: false };
    }
    if (attempt === WRITE_TRIES)
      throw new ArchiveFileError(`${path}: the operations in it went on while it was written`);
  }
}

/** Writes what may be archived now into a file named by its number and its contents; undefined where there is nothing. */
async function writeChosen(
  database: Database,
  { before, most = MOST_CHAINS, folder }: ArchiveRequest,
  number: number,
  onStep: OnStep,
): Promise<string | undefined> {
  return database.session(ROLE, async ({ query, stream }) => {
    // One unchanging picture; not `read only`, for the choice is kept in a temporary table.
    await query(`begin isolation level repeatable read`);
    await query(`set local cursor_tuple_fraction = 1; set local work_mem = '64MB'`);
    const heads = new HeadsDigest();
    for await (const chain of stream<ChainEnd>(CHOSEN, [before, most])) heads.add(chain);
    onStep('chosen');
    if (heads.chains === 0) return undefined;
    const path = join(folder, `${prefixOf(number)}${heads.digest().slice(0, 12)}.jsonl.gz`);
    await writeArchiveFile(path, { before: before.toISOString(), most }, stream<Entry>(CHOSEN_ENTRIES), onStep);
    await query('rollback');
    return path;
  });
}

const prefixOf = (number: number): string => `ledger-archive-${String(number).padStart(4, '0')}-`;

/** Removes the rows of a file that is whole; undefined where the ledger does not hold just these any more. */
async function removeRows(
  database: Database,
  { by, reason, onStep }: Pick<ArchiveRequest, 'by' | 'reason' | 'onStep'>,
  file: ArchiveFile,
): Promise<Omit<Archived, 'resumed'> | undefined> {
  const { manifest, sha256, bytes, head, path } = file;
  const { before, most, heads, from, to } = manifest;
  const told = { file: basename(path), sha256, bytes, manifest: head, from, to, by, ...(reason && { reason }) };
  type Answer = { readonly refused: string } | (Pick<Archived, 'archive' | 'chains' | 'entries' | 'anchor'> & object);
  const answer = await database.session(ROLE, async ({ query }: SqlSession) => {
    await query(`set synchronous_commit = on; set work_mem = '64MB'`);
    const asked = query<{ answer: Answer }>('select ledger.archive_chains($1, $2, $3, $4) as answer', [
      before,
      most,
      heads,
      JSON.stringify(told),
    ]);
    onStep?.('asked to remove');
    return (await asked)[0]?.answer;
  });
  if (!answer || 'refused' in answer) return undefined;
  const { archive: number, chains, entries, anchor } = answer;
  return { archive: number, path, sha256, bytes, chains, entries, head, anchor };
}

/** Files that an interrupted run has left for the number that is next. */
async function useLeftovers(
  database: Database,
  request: ArchiveRequest,
  number: number,
): Promise<{ used: Archived[]; left: string[] }> {
  const used: Archived[] = [];
  const left: string[] = [];
  const names = (await readdir(request.folder)).filter((name) => name.startsWith(prefixOf(number))).sort();
  for (const name of names.filter((each) => each.endsWith('.partial'))) await rm(join(request.folder, name));
  for (const name of names.filter((each) => each.endsWith('.jsonl.gz'))) {
    const file = await readArchiveFile(join(request.folder, name)).catch(() => undefined);
    const done = file && used.length === 0 ? await removeRows(database, request, file) : undefined;
    if (done) used.push({ ...done, resumed: true });
    else left.push(join(request.folder, name));
  }
  return { used, left };
}

/** By the database's clock, to the millisecond: what is written now must not end up before it. */
async function databaseMoment(database: Database, before: Date): Promise<Date> {
  const [row] = await database.query<{ moment: Date }>(
    `select date_trunc('milliseconds', least($1::timestamptz, ledger.clock_now())) as moment`,
    [before.toISOString()],
  );
  return row?.moment ?? before;
}

async function lastArchive(database: Database): Promise<number> {
  const [head] = await database.query<{ count: number }>('select count from ledger.heads where workflow_id = $1', [
    archiveChain.workflowId,
  ]);
  return head?.count ?? 0;
}

const CHOSEN = 'select workflow_id, run_id, count, hash from ledger.archivable($1, $2)';

const CHOSEN_ENTRIES = `
  select ${entryColumns} from ledger.entries e
  where exists (select from pg_temp.archivable_chains c where c.workflow_id = e.workflow_id and c.run_id = e.run_id)
  order by workflow_id, run_id, seq`;
