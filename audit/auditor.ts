import type { Writable } from 'node:stream';
import { archive, type ArchiveReport, type ArchiveRequest } from './archive/archive.js';
import { anchorMoved, type Anchor, type LedgerLog } from './anchor.js';
import type { Beginning } from './beginning.js';
import type { RedactText } from '../database/canonical-json.js';
import type { DatabaseOptions } from '../database/database.js';
import { exportLedger, type ExportOptions } from './report/export.js';
import { freeze, standingFreezes, thaw, type Freeze, type FreezeRequest } from './freeze.js';
import { openDatabase } from './open-ledger.js';
import { show, type Stories } from './report/story.js';
import { verify, type Verification, type VerifyOptions } from './verify.js';

/** The ledger for people, beside the service that writes it. Every method rejects with `DatabaseUnavailable` while the database is out of reach. */
export interface Auditor {
  /** Recomputes everything, and compares it with the anchors that were kept outside. See {@link verify}. */
  verify(options?: VerifyOptions): Promise<Verification>;
  /** Anchors all there is and answers with the anchor to keep outside; undefined where nothing was ever recorded. */
  anchor(): Promise<Anchor | undefined>;
  /** Everything about a run, a flow log, a resource or an account. See {@link show}. */
  show(subject: string, limit?: number, place?: string): Promise<Stories>;
  /** Writes the rows to `sink`, which stays open. See {@link exportLedger}. */
  export(sink: Writable, options: ExportOptions): Promise<void>;
  /** Holds every change in scope. See {@link freeze}. */
  freeze(request: FreezeRequest): Promise<Freeze>;
  /** Lifts freezes; answers which. See {@link thaw}. */
  thaw(request: FreezeRequest & { readonly freezeId?: string }): Promise<string[]>;
  /** Every freeze that stands, oldest first. */
  freezes(): Promise<Freeze[]>;
  /** Takes ended operations out of the database into files. See {@link archive}. */
  archive(request: ArchiveRequest): Promise<ArchiveReport>;
  /**
   * Takes an empty ledger in the place of a lost one. Answers with the beginning recorded before; undefined where none was.
   * A first start, or one that is adopted, stays as it is.
   */
  adoptEmpty(request: { readonly reason: string; readonly by: string }): Promise<Beginning | undefined>;
  close(): Promise<void>;
}

/** Options to open the ledger for reading, anchoring and freezing. */
export interface AuditorOptions extends DatabaseOptions {
  /** Applied to reasons and names before they are stored. */
  readonly redact?: RedactText;
  readonly log?: LedgerLog;
}

/**
 * Opens the ledger for an auditor. The database role decides what works: `flowlog_auditor` may read, `flowlog_service` also anchor and freeze.
 * @throws {DatabaseUnavailable} when the database is out of reach
 * @throws {Error} when its schema is missing
 */
export async function openAuditor(options: AuditorOptions): Promise<Auditor> {
  const database = await openDatabase(options);
  return {
    verify: (verifyOptions) => verify(database, verifyOptions),
    anchor: () => anchorMoved(database, 0, options.log),
    show: (subject, limit, place) => show(database, subject, limit, place),
    export: (sink, exportOptions) => exportLedger(database, sink, exportOptions),
    freeze: (request) => freeze(database, request, options.redact),
    thaw: (request) => thaw(database, request, options.redact),
    freezes: () => standingFreezes(database),
    archive: (request) => archive(database, request),
    adoptEmpty: async ({ reason, by }) => {
      const { redact = (text) => text } = options;
      return (await database.call<Beginning | null>('adopt_empty', redact(reason), redact(by))) ?? undefined;
    },
    close: () => database.close(),
  };
}
