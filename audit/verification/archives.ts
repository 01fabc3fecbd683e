import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { ArchiveFileError, readArchiveFile } from '../archive/read-file.js';
import type { Stream } from '../../database/database.js';
import { anchorChain, archiveChain, type Entry, netstring } from '../entry.js';
import { brokenAt, type Broken } from './broken.js';
import { ANCHORED } from './pointers.js';

/** Rows that are in a file, by the row that stands in their place. */
export interface ArchiveStand {
  /** Number of that row in the chain of archives. */
  readonly archive: number;
  /** Name of the file when it was made. */
  readonly file: string;
  readonly sha256: string;
  readonly chains: number;
  readonly entries: number;
  /** Time at which the rows were removed, in seconds since 1970. */
  readonly epoch: string;
  /** The file was at hand, and every row of it is what it was. */
  readonly checked: boolean;
}

/** Result of verifying the archives. */
export interface ArchivesVerified {
  readonly archives: readonly ArchiveStand[];
  readonly broken?: Broken;
}

/** The body of an `archive` row: sums, and digests of what is kept in tables. */
interface ArchiveBody extends Pick<ArchiveStand, 'file' | 'sha256' | 'chains' | 'entries'> {
  readonly manifest: string;
  readonly heads: string;
  readonly targets: string;
  readonly flowLogs: string;
}
type ArchiveRow = ArchiveBody & Pick<ArchiveStand, 'archive' | 'epoch'>;

/**
 * Compares the rows of the chain of archives with the heads and the memory that are kept of what was archived, and then each file at hand with
 * its row, its heads and the anchors that lie within it.
 * @param paths files at hand
 */
export async function verifyArchives(stream: Stream, paths: readonly string[]): Promise<ArchivesVerified> {
  const rows: ArchiveRow[] = [];
  for await (const { seq, epoch, body } of stream<Entry>(ARCHIVES, [archiveChain.workflowId]))
    rows.push({ ...(JSON.parse(body) as ArchiveBody), archive: seq, epoch });
  const broken = await brokenTable(stream, rows);
  if (broken) return { archives: [], broken };
  const checked = new Set<number>();
  for (const path of paths) {
    const found = await verifyFile(stream, path, rows);
    if ('what' in found) return { archives: [], broken: found };
    checked.add(found.archive);
  }
  return {
    archives: rows.map(({ archive, file, sha256, chains, entries, epoch }) => ({
      ...{ archive, file, sha256, chains, entries, epoch },
      checked: checked.has(archive),
    })),
  };
}

/** Data kept in tables, and the field of the archive's row that holds its digest. */
const keptData = [
  { field: 'heads', what: 'the heads of its chains', columns: 'workflow_id, run_id, archived, archived_hash' },
  {
    field: 'targets',
    what: 'what its targets remember',
    columns: `target, intents::text, ends::text, fence::text, holder, accepted_rank::text, accepted_verb, accepted_flow_log_id,
      extract(epoch from accepted_at)::text as at, accepted_workflow_id, accepted_run_id`,
  },
  {
    field: 'flowLogs',
    what: 'the flow logs that it names',
    columns: 'target, flow_log_id, verb, extract(epoch from changed_at)::text as at, is_created::text',
  },
] as const;

const tables = {
  heads: 'ledger.heads where archive is not null order by archive, workflow_id, run_id',
  targets: 'ledger.archived_targets order by archive, target',
  flowLogs: 'ledger.archived_flow_logs order by archive, target, flow_log_id',
} as const;

async function brokenTable(stream: Stream, rows: readonly ArchiveRow[]): Promise<Broken | undefined> {
  for (const { field, what, columns } of keptData) {
    const digests = new Map<number, Hash>();
    const query = `select archive, ${columns} from ${tables[field]}`;
    for await (const { archive, ...values } of stream<{ archive: number }>(query)) {
      const digest = digests.get(archive) ?? createHash('sha256');
      digests.set(archive, digest.update(Object.values<string | number | null>(values).map(netstring).join('')));
    }
    for (const row of rows) {
      const found = (digests.get(row.archive) ?? createHash('sha256')).digest('hex');
      if (found !== row[field]) return brokenArchive(row.archive, `is an archive, but ${what} are not what it says`);
      digests.delete(row.archive);
    }
    const [unknown] = digests.keys();
    if (unknown !== undefined) return brokenArchive(unknown, 'is missing, though something is kept of that archive');
  }
  return undefined;
}

/** Reads one file to its end. */
async function verifyFile(
  stream: Stream,
  path: string,
  rows: readonly ArchiveRow[],
): Promise<Broken | { readonly archive: number }> {
  const sha256 = await fileSha256(path);
  const row = rows.find((each) => each.sha256 === sha256);
  if (!row) return unknownFile(path, rows);
  const anchored = stream<AnchoredRow>(ANCHORED_WITHIN, [anchorChain.workflowId, row.archive]);
  let next = await anchored.next();
  let wrong: AnchoredRow | undefined;
  await readArchiveFile(path, async (entry) => {
    while (!next.done && isAt(next.value, entry)) {
      if (next.value.hash !== entry.hash) wrong ??= next.value;
      next = await anchored.next();
    }
  });
  if (!next.done) wrong ??= next.value;
  await anchored.return(undefined);
  if (wrong) return brokenAt(wrong, wrong.seq, `is not in ${path} as an anchor says it was`);
  return { archive: row.archive };
}

interface AnchoredRow {
  readonly workflow_id: string;
  readonly run_id: string;
  readonly seq: number;
  readonly hash: string;
}

const isAt = (anchored: AnchoredRow, { workflow_id, run_id, seq }: Entry): boolean =>
  anchored.seq === seq && anchored.run_id === run_id && anchored.workflow_id === workflow_id;

/** Of the bytes of a file. @throws {ArchiveFileError} where it cannot be opened: a mistake of the caller, and no finding */
async function fileSha256(path: string): Promise<string> {
  const digest = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) digest.update(piece as Buffer);
  } catch (error) {
    throw new ArchiveFileError(`${path}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  return digest.digest('hex');
}

/** A file that no row names: changed, cut off, or another's. */
async function unknownFile(path: string, rows: readonly ArchiveRow[]): Promise<Broken> {
  try {
    const { manifest } = await readArchiveFile(path);
    const meant = rows.find(({ heads }) => heads === manifest.heads);
    if (!meant) return brokenArchive(0, `${path} is the file of no archive of this ledger`);
    return brokenArchive(
      meant.archive,
      `is the archive of a file with another SHA-256 than ${path}, which tells of the same`,
    );
  } catch (error) {
    if (error instanceof ArchiveFileError)
      return brokenArchive(0, `${error.message}; it is the file of no archive of this ledger`);
    throw error;
  }
}

/** Without a number: of no row, and the words are the whole finding. */
function brokenArchive(archive: number, what: string): Broken {
  const at = { workflow_id: archiveChain.workflowId, run_id: archiveChain.runId };
  return archive > 0
    ? brokenAt(at, archive, what)
    : { operation: { workflowId: archiveChain.workflowId, runId: archiveChain.runId }, seq: 0, what };
}

const ARCHIVES = `
  select seq, body, extract(epoch from at)::text as epoch from ledger.entries
  where workflow_id = $1 and kind = 'archive' order by seq`;

/** Heads that anchors list within the rows of one archive; its last rows are compared with the head itself. */
const ANCHORED_WITHIN = `
  select a.workflow_id, a.run_id, a.seq, a.hash from ${ANCHORED}
    join ledger.heads h on h.workflow_id = a.workflow_id and h.run_id = a.run_id
  where h.archive = $2 and a.seq <= h.archived
  group by 1, 2, 3, 4
  order by a.workflow_id collate "C", a.run_id collate "C", a.seq`;
