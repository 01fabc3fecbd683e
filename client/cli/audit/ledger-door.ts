import type { RemovedReportRows } from '../../../store/index.js';
import type {
  Anchor,
  ArchiveReport,
  ArchiveRequest,
  Auditor,
  Verification,
  VerifyOptions,
} from '../../../audit/index.js';

/**
 * The ledger as the commands see it. Types only: the one file beside it that loads the database driver, `open-door.ts`, is loaded when a
 * command asks for it, so that the rest of the command line never is any slower for it.
 */
export interface LedgerConnection extends Pick<
  Auditor,
  'adoptEmpty' | 'show' | 'export' | 'freeze' | 'thaw' | 'freezes' | 'close'
> {
  /** Address of this ledger, `host:port/database`. */
  readonly place: string;
  /** Recomputes the record, and compares it with anchors that were kept outside. @throws UsageError when one cannot be read */
  verify(request: VerifyRequest): Promise<Verification>;
  /** Anchors all there is; the anchor and its one word to keep outside. Undefined where nothing was ever recorded. */
  anchor(): Promise<(Anchor & { readonly text: string }) | undefined>;
  /** Takes ended operations out of the database into files of a folder. @throws UsageError where the folder or a file cannot be written */
  archive(request: ArchiveRequest): Promise<ArchiveReport>;
  /** Removes the rows of reports of bulks that ended before that time. */
  removeReportRows(before: Date): Promise<RemovedReportRows>;
}

/** Request of `audit verify`. */
export interface VerifyRequest extends Pick<VerifyOptions, 'onProgress'> {
  /** An anchor kept elsewhere, `<count>:<head>`. */
  readonly anchor?: string;
  /** A file of anchors, or a worker's log. */
  readonly anchorsFile?: string;
  /** Files of archives. */
  readonly archives?: readonly string[];
}

/** Migrations that were run. */
export interface Migrated {
  /** Address of the database, `host:port/database`. */
  readonly place: string;
  readonly ran: readonly string[];
}
