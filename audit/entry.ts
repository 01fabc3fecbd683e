import { createHash } from 'node:crypto';

/** One row of the record as it is stored; every column but the hash is covered by the hash. */
export interface Entry {
  readonly workflow_id: string;
  readonly run_id: string;
  readonly seq: number;
  readonly kind: string;
  /** Seconds since 1970 with six decimals, as PostgreSQL writes them. */
  readonly epoch: string;
  readonly activity_id: string | null;
  readonly attempt: number | null;
  readonly intent_id: string | null;
  /** `owner/product/account/place/key`. */
  readonly target: string | null;
  readonly verb: string | null;
  readonly action: string | null;
  readonly flow_log_id: string | null;
  readonly result: string | null;
  readonly error_kind: string | null;
  /** Canonical JSON. */
  readonly body: string;
  readonly prev_hash: string;
  readonly hash: string;
}

/** Columns in the order in which they are hashed. */
export const hashedColumns = [
  'workflow_id',
  'run_id',
  'seq',
  'kind',
  'epoch',
  'activity_id',
  'attempt',
  'intent_id',
  'target',
  'verb',
  'action',
  'flow_log_id',
  'result',
  'error_kind',
  'body',
  'prev_hash',
] as const satisfies readonly (keyof Entry)[];

/** The select list that reads an {@link Entry}. */
export const entryColumns = [...hashedColumns, 'hash']
  .map((column) => (column === 'epoch' ? 'extract(epoch from at)::text as epoch' : column))
  .join(', ');

/** `prev_hash` of the first row of a chain. */
export const GENESIS = '0'.repeat(64);

/** The chain of anchors and the chain of freezes live beside those of the operations, under ids that no operation can have. */
export const anchorChain = { workflowId: 'ledger/anchors', runId: 'ledger' } as const;
/** See {@link anchorChain}. */
export const freezeChain = { workflowId: 'ledger/freezes', runId: 'ledger' } as const;

/** The chain of archives; see {@link anchorChain}. */
export const archiveChain = { workflowId: 'ledger/archives', runId: 'ledger' } as const;

/**
 * SHA-256 over all that is stored in the row, each column as a netstring so that no two rows spell the same text.
 * Written a second time on purpose: `ledger.entry_hash` in the database makes the hash, this one checks it.
 */
export function entryHash(entry: Entry): string {
  const text = hashedColumns.map((column) => netstring(entry[column])).join('');
  return createHash('sha256').update(text).digest('hex');
}

/** One value so that no two lists of values spell the same text: `<bytes>:<text>,`; `-,` for null. As `ledger.field` has it. */
export const netstring = (value: string | number | null): string =>
  value === null ? '-,' : `${Buffer.byteLength(String(value))}:${value},`;
