import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** A forgery of an archive's file. `found`: the finding about the archive's row, or about the file. */
export interface FileForgery {
  readonly name: string;
  /** The bytes that stand in its place; undefined: there is none. `other`: an archive of another ledger, which tells of just as much. */
  readonly forge: (text: string, other: Buffer) => Buffer | undefined;
  readonly found: RegExp | 'not checked';
}

const packed = (text: string): Buffer => gzipSync(text);
const head = (manifest: object): string => createHash('sha256').update(JSON.stringify(manifest)).digest('hex');

/** Makes the sums of the file right again, as one who knows how. */
function withRightSums(text: string): Buffer {
  const lines = text.trimEnd().split('\n');
  const { manifest } = JSON.parse(lines.pop() ?? '') as { manifest: object };
  const told = `${lines.join('\n')}\n`;
  const right = { ...manifest, lines: createHash('sha256').update(told).digest('hex') };
  return packed(`${told}${JSON.stringify({ manifest: right, head: head(right) })}\n`);
}

export const fileForgeries: readonly FileForgery[] = [
  {
    name: 'edits a row in the file',
    forge: (text) => packed(text.replace('network-team', 'somebody')),
    found: /line 2: row 1 .* was changed: its hash is not that of its contents/,
  },
  {
    name: 'edits a row that no hash of the chain covers, and makes the sums of the file right',
    forge: (text) => withRightSums(text.replace('{"entry":', '{"entry":{},"entry":')),
    found: /row 1 of ledger\/archives .* is the archive of a file with another SHA-256/,
  },
  {
    name: 'removes a chain from the file',
    forge: (text) => packed(text.split('\n').toSpliced(1, 5).join('\n')),
    found: /its manifest is not that of its rows/,
  },
  {
    name: 'cuts the file off, compressed',
    forge: (text) => packed(text).subarray(0, 300),
    found: /cannot be read \(unexpected end of file\)/,
  },
  {
    name: 'cuts the lines of the file off',
    forge: (text) => packed(`${text.split('\n').slice(0, 4).join('\n')}\n`),
    found: /ends before its manifest/,
  },
  {
    name: 'puts the file of another ledger in its place',
    forge: (_, other) => other,
    found: /is the file of no archive of this ledger/,
  },
  { name: 'puts something else in its place', forge: () => Buffer.from('x'), found: /cannot be read/ },
  { name: 'compresses it anew', forge: (text) => gzipSync(text, { level: 1 }), found: /another SHA-256/ },
  { name: 'removes the file', forge: () => undefined, found: 'not checked' },
];
