import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import type { Entry } from '../entry.js';
import { brokenRow } from '../verification/chains.js';
import { type ChainEnd, FORMAT, HeadsDigest, headOf, type ArchiveLine, type ArchiveManifest } from './format.js';

/** A file is none, not whole, or not what it was. The message names it, and the line where it is one line. */
export class ArchiveFileError extends Error {
  override readonly name = 'ArchiveFileError';
}

/** A file that was read to its end, and is whole in itself. */
export interface ArchiveFile {
  readonly path: string;
  readonly manifest: ArchiveManifest;
  /** Hash of the manifest. */
  readonly head: string;
  /** Of the compressed bytes. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Reads a file to its end in constant memory, and recomputes every hash in it: of each row, of each chain, and of the whole.
 * @param onEntry called with each row, in the order of the file
 * @throws {ArchiveFileError}
 */
export async function readArchiveFile(
  path: string,
  onEntry: (entry: Entry) => Promise<void> | void = () => undefined,
): Promise<ArchiveFile> {
  const sha256 = createHash('sha256');
  let bytes = 0;
  const counted = new Transform({
    transform(piece: Buffer, _, done) {
      sha256.update(piece);
      bytes += piece.length;
      done(null, piece);
    },
  });
  const reading = new ArchiveReading(path);
  let wrong: unknown;
  try {
    await pipeline(createReadStream(path), counted, createGunzip(), async (source: AsyncIterable<Buffer>) => {
      try {
        for await (const line of linesIn(source)) {
          const entry = reading.take(line);
          if (entry) await onEntry(entry);
        }
      } catch (error) {
        wrong = error;
        throw error;
      }
    });
  } catch (error) {
    // The stream that is given up for it says only that it was.
    if (wrong instanceof ArchiveFileError) throw wrong;
    throw new ArchiveFileError(`${path}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  const { manifest, head } = reading.end();
  return { path, manifest, head, sha256: sha256.digest('hex'), bytes };
}

async function* linesIn(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of source) {
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.end();
  if (rest) yield rest;
}

/** Follows the lines of one file. */
class ArchiveReading {
  readonly #lines = createHash('sha256');
  readonly #heads = new HeadsDigest();
  #number = 0;
  #last: Entry | undefined;
  #end: { readonly manifest: ArchiveManifest; readonly head: string } | undefined;

  constructor(readonly path: string) {}

  /** Takes one line, and answers the row that it holds, if any. @throws {ArchiveFileError} */
  take(text: string): Entry | undefined {
    this.#number += 1;
    if (this.#end) throw this.#wrong('comes after the end');
    const line = this.#parsed(text);
    if (this.#number === 1) return this.#begin(line, text);
    if ('manifest' in line) {
      this.#end = line;
      return undefined;
    }
    this.#lines.update(`${text}\n`);
    if ('entry' in line) return this.#row(line.entry);
    if ('chain' in line) return this.#chain(line.chain);
    throw this.#wrong('is no line of an archive');
  }

  /** The manifest, when all lines are taken. @throws {ArchiveFileError} where it does not fit them */
  end(): { readonly manifest: ArchiveManifest; readonly head: string } {
    if (!this.#end) throw new ArchiveFileError(`${this.path}: ends before its manifest: it was cut off`);
    const { manifest, head } = this.#end;
    const { chains, entries } = this.#heads;
    const sums = [manifest.chains, manifest.entries, manifest.heads, manifest.lines, head].join();
    const found = [chains, entries, this.#heads.digest(), this.#lines.digest('hex'), headOf(manifest)].join();
    if (this.#last || sums !== found) throw new ArchiveFileError(`${this.path}: its manifest is not that of its rows`);
    return this.#end;
  }

  #parsed(text: string): ArchiveLine {
    try {
      const line = JSON.parse(text) as unknown;
      if (typeof line === 'object' && line !== null) return line as ArchiveLine;
    } catch {
      // Told below.
    }
    throw this.#wrong('is no JSON');
  }

  #begin(line: ArchiveLine, text: string): undefined {
    const { format, version } = line as Partial<typeof FORMAT>;
    if (format !== FORMAT.format) throw new ArchiveFileError(`${this.path}: is no archive of a ledger`);
    if (version !== FORMAT.version)
      throw new ArchiveFileError(`${this.path}: has version ${String(version)}; this program reads ${FORMAT.version}`);
    this.#lines.update(`${text}\n`);
    return undefined;
  }

  #row(entry: Entry): Entry {
    const before = this.#last;
    if (before && (before.workflow_id !== entry.workflow_id || before.run_id !== entry.run_id))
      throw this.#wrong('begins a chain where another has not ended');
    const broken = brokenRow(entry, before);
    if (broken) throw this.#wrong(broken.what);
    this.#last = entry;
    return entry;
  }

  #chain(chain: ChainEnd): undefined {
    const last = this.#last;
    const fits = last && last.workflow_id === chain.workflow_id && last.run_id === chain.run_id;
    if (!fits || last.seq !== chain.count || last.hash !== chain.hash)
      throw this.#wrong('is not the end of the chain before it');
    this.#heads.add(chain);
    this.#last = undefined;
    return undefined;
  }

  #wrong(what: string): ArchiveFileError {
    return new ArchiveFileError(`${this.path}, line ${this.#number}: ${what}`);
  }
}
