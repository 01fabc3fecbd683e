/** The ledger: what was asked, meant, sent and answered, kept so that no change to it stays unseen. */
export { openLedger, type LedgerOptions } from './open-ledger.js';
export { targetText } from './columns.js';
export { canonicalJson } from '../database/canonical-json.js';
export { NOT_PERMITTED, databaseTrouble, type DatabaseTrouble } from '../database/trouble.js';
export { ledgerStanding, migrate, type LedgerStanding } from './migrate.js';
export { Database, type DatabaseOptions } from '../database/database.js';
export { IntentRefused } from './ledger.js';
export { DatabaseUnavailable } from '../database/unavailable.js';
export type {
  AcceptedChange,
  AttemptRef,
  CallOutcome,
  CallResult,
  ChainHead,
  Closing,
  DoubtfulAnswer,
  Durability,
  EndCounts,
  Intent,
  Ledger,
  OperationEvent,
  OperationRecord,
  OperationRef,
  PendingIntent,
  PlaceRef,
  RecordedVerb,
  RefusalReason,
  Resolution,
  TargetRef,
  TargetState,
} from './ledger.js';
export type { ClearEnd, Doubt, DoubtPage, DoubtScope, DoubtLedger, Settled, Settlement } from './doubts.js';
export type { Beginning } from './beginning.js';
export { openAuditor, type Auditor, type AuditorOptions } from './auditor.js';
export { anchorText, parseAnchor, type Anchor, type LedgerLog, type OutsideAnchor } from './anchor.js';
export { AnchorFileError, appendAnchor, readAnchors, requireWritable } from './anchor-file.js';
export type { Archived, ArchiveReport, ArchiveRequest } from './archive/archive.js';
export { ArchiveFileError } from './archive/read-file.js';
export { archiveSteps } from './archive/steps.js';
export type { ArchiveStand, Broken, Stand, Verification, VerifyOptions } from './verify.js';
export { exportFormats, type ExportFormat, type ExportOptions } from './report/export.js';
export type { Freeze, FreezeRequest, FreezeScope } from './freeze.js';
export type { Stories, Story, StoryLine } from './report/story.js';
export type { LedgerMachine } from '../database/machine.js';
