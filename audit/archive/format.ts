import { createHash, type Hash } from 'node:crypto';
import { netstring, type Entry } from '../entry.js';

/**
 * A file of archived rows: JSON lines, compressed with gzip. First what the file is; then chain by chain every row, and after each chain its
 * head; in the end the manifest, with the SHA-256 of all lines before it, and the manifest's own hash, the head of the file.
 */
export const FORMAT = { format: 'flowlog-ledger-archive', version: 1 } as const;

/** Counts, times and digests of the rows of a file. */
export interface ArchiveManifest {
  readonly format: typeof FORMAT.format;
  readonly version: typeof FORMAT.version;
  /** Operations that ended before this time, ISO 8601 UTC. */
  readonly before: string;
  /** Chains at most, as was asked for; together with `before`, it names them. */
  readonly most: number;
  readonly chains: number;
  readonly entries: number;
  /** Times of the oldest and of the youngest row, in seconds since 1970. */
  readonly from: string;
  readonly to: string;
  /** SHA-256 of all heads: see {@link HeadsDigest}. */
  readonly heads: string;
  /** SHA-256 of all lines before the manifest. */
  readonly lines: string;
}

/** The end of one chain of the file. */
export interface ChainEnd {
  readonly workflow_id: string;
  readonly run_id: string;
  readonly count: number;
  readonly hash: string;
}

/** One line of a file. */
export type ArchiveLine =
  | typeof FORMAT
  | { readonly entry: Entry }
  | { readonly chain: ChainEnd }
  | { readonly manifest: ArchiveManifest; readonly head: string };

/** A line as it stands in the file. */
export const lineText = (line: ArchiveLine): string => `${JSON.stringify(line)}\n`;

/** The head of a file: it proves the manifest, and by it every row. */
export const headOf = (manifest: ArchiveManifest): string =>
  createHash('sha256').update(JSON.stringify(manifest)).digest('hex');

/** SHA-256 over heads in the order of their ids, as `ledger.archive_chains` computes it. */
export class HeadsDigest {
  readonly #hash: Hash = createHash('sha256');
  chains = 0;
  entries = 0;

  add({ workflow_id, run_id, count, hash }: ChainEnd): void {
    this.#hash.update([workflow_id, run_id, count, hash].map(netstring).join(''));
    this.chains += 1;
    this.entries += count;
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
