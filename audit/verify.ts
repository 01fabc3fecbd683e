import type { Anchor, OutsideAnchor } from './anchor.js';
import { first, type Database } from '../database/database.js';
import { anchorChain } from './entry.js';
import type { Broken } from './verification/broken.js';
import { type ArchiveStand, verifyArchives } from './verification/archives.js';
import { verifyChains } from './verification/chains.js';
import { verifyMemory } from './verification/memory.js';
import { compareOutside, type Stand } from './verification/outside.js';
import { verifyPointers } from './verification/pointers.js';

export type { Broken } from './verification/broken.js';
export type { ArchiveStand } from './verification/archives.js';
export type { Stand } from './verification/outside.js';

/** Result of a verification. */
export interface Verification {
  readonly ok: boolean;
  /** Rows looked at, those in files of archives included. */
  readonly entries: number;
  readonly chains: number;
  /** The last anchor in the ledger. */
  readonly anchor?: Anchor;
  /** Chains that have rows after their last anchor: only from there on could rows go without a trace. */
  readonly unanchoredChains: number;
  /** The highest anchor kept outside, where one was given: all that it covers is as it was. */
  readonly stand?: Stand;
  /** Archives of the ledger; of one that is not `checked` only the heads are known to be what they were. Absent where there is none. */
  readonly archives?: readonly ArchiveStand[];
  readonly broken?: Broken;
}

/** Options of a verification. */
export interface VerifyOptions {
  /** Anchors kept elsewhere: prove that no row they cover was changed or removed, even by one who can write hashes. Default: none. */
  readonly outside?: readonly OutsideAnchor[];
  /** Files of archives that are at hand. Default: none. */
  readonly archives?: readonly string[];
  /** Called now and then with the rows verified and the rows that the heads count. */
  readonly onProgress?: (entries: number, total: number) => void;
}

/**
 * Recomputes every hash of every chain, then compares chains, heads, anchors, pending intents, the targets' memory, breakers and freezes
 * with each other, and what was archived with its files, from one snapshot, in constant memory and in time linear in the rows. Stops at the first fault: chains in the order of
 * their ids, rows in the order of their numbers.
 * @throws {ArchiveFileError} when a file cannot be opened
 * @throws {DatabaseUnavailable}
 */
export async function verify(
  database: Database,
  { outside = [], archives: files = [], onProgress }: VerifyOptions = {},
): Promise<Verification> {
  return database.snapshot(async (stream) => {
    const total = onProgress && (await first<{ total: number }>(stream, TOTAL, []))?.total;
    const progress = onProgress && ((entries: number) => onProgress(entries, total ?? 0));
    const live = await verifyChains(stream, progress);
    const archived = live.broken ? undefined : await verifyArchives(stream, files);
    const read = (archived?.archives ?? []).filter(({ checked }) => checked);
    const entries = read.reduce((sum, each) => sum + each.entries, live.entries);
    const chains = read.reduce((sum, each) => sum + each.chains, live.chains);
    const brokenChain = live.broken ?? archived?.broken;
    const compared = brokenChain ? {} : await compareOutside(stream, outside, entries, read);
    const broken =
      brokenChain ?? compared.broken ?? (await verifyPointers(stream)) ?? (await verifyMemory(stream)) ?? undefined;
    const anchor = await first<Anchor>(stream, LAST_ANCHOR, [anchorChain.workflowId]);
    const unanchored = await first<{ count: number }>(stream, UNANCHORED, [anchorChain.workflowId]);
    return {
      ok: !broken,
      entries,
      chains,
      unanchoredChains: unanchored?.count ?? 0,
      ...(anchor && { anchor }),
      ...(compared.stand && { stand: compared.stand }),
      ...(archived && archived.archives.length > 0 && { archives: archived.archives }),
      ...(broken && { broken }),
    };
  });
}

const TOTAL = 'select coalesce(sum(count), 0)::int as total from ledger.heads';

const LAST_ANCHOR = `
  select seq as count, hash as head, ledger.iso(at) as at from ledger.entries
  where workflow_id = $1 and kind = 'anchor' order by seq desc limit 1`;

const UNANCHORED = `select count(*)::int as count from ledger.heads where count > anchored and workflow_id <> $1`;
