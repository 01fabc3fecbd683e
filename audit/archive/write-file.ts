import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Entry } from '../entry.js';
import {
  type ChainEnd,
  FORMAT,
  HeadsDigest,
  headOf,
  type ArchiveLine,
  lineText,
  type ArchiveManifest,
} from './format.js';
import type { OnStep } from './steps.js';

/** Bytes of lines that are handed to the compressor at a time: one by one they would cost more than they hold. */
const PIECE_BYTES = 64_000;

/**
 * Writes rows, which come chain by chain, into a file, and waits until it is on the disk under its name. Written aside and moved when it is
 * whole: half a file must not pass for one.
 */
export async function writeArchiveFile(
  path: string,
  asked: Pick<ArchiveManifest, 'before' | 'most'>,
  rows: AsyncIterable<Entry>,
  onStep: OnStep,
): Promise<void> {
  const aside = `${path}.partial`;
  let isFirst = true;
  async function* pieces(): AsyncGenerator<string> {
    for await (const piece of inPieces(archiveLines(asked, rows))) {
      yield piece;
      if (isFirst) onStep('writing');
      isFirst = false;
    }
  }
  await pipeline(Readable.from(pieces()), createGzip(), createWriteStream(aside, { mode: 0o640 }));
  onStep('written');
  await syncFile(aside);
  onStep('synced');
  await rename(aside, path);
  onStep('named');
  await syncFile(dirname(path));
  onStep('kept');
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function* archiveLines(
  { before, most }: Pick<ArchiveManifest, 'before' | 'most'>,
  rows: AsyncIterable<Entry>,
): AsyncGenerator<string> {
  const lines = createHash('sha256');
  const heads = new HeadsDigest();
  const told = (line: ArchiveLine): string => {
    const text = lineText(line);
    lines.update(text);
    return text;
  };
  const ended = (last: Entry): string => {
    const chain = chainEndOf(last);
    heads.add(chain);
    return told({ chain });
  };
  let last: Entry | undefined;
  let [from, to] = ['', ''];
  yield told(FORMAT);
  for await (const entry of rows) {
    if (last && (last.workflow_id !== entry.workflow_id || last.run_id !== entry.run_id)) yield ended(last);
    if (from === '' || Number(entry.epoch) < Number(from)) from = entry.epoch;
    if (to === '' || Number(entry.epoch) > Number(to)) to = entry.epoch;
    yield told({ entry });
    last = entry;
  }
  if (last) yield ended(last);
  const { chains, entries } = heads;
  const sums = { chains, entries, from, to, heads: heads.digest(), lines: lines.digest('hex') };
  const manifest: ArchiveManifest = { ...FORMAT, before, most, ...sums };
  yield lineText({ manifest, head: headOf(manifest) });
}

const chainEndOf = ({ workflow_id, run_id, seq, hash }: Entry): ChainEnd => ({ workflow_id, run_id, count: seq, hash });

async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < PIECE_BYTES) continue;
    yield piece;
    piece = '';
  }
  if (piece) yield piece;
}
