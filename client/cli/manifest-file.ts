import { UsageError } from './exit-codes.js';
import type { Surroundings } from './surroundings.js';

/** Description of what is read, for messages about files that are something else. */
const accepted =
  'give a manifest in YAML, JSON or CSV, in UTF-8, with "version: 1" and "flowLogs" or "selectors", such as examples/manifest.yaml; - reads stdin';

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by you',
  EPERM: 'may not be read by you',
};

/** Beginnings of files that are no text. */
const signatures: readonly { readonly bytes: readonly number[]; readonly says: string }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], says: 'is a spreadsheet or another archive: save its sheet as CSV' },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], says: 'is a spreadsheet of Excel: save its sheet as CSV' },
  { bytes: [0x1f, 0x8b], says: 'is compressed: unpack it first' },
  { bytes: [0x25, 0x50, 0x44, 0x46], says: 'is a PDF' },
  { bytes: [0xff, 0xfe], says: 'is written in UTF-16: save it as UTF-8' },
  { bytes: [0xfe, 0xff], says: 'is written in UTF-16: save it as UTF-8' },
];

/** Reads a file that a person names. @throws UsageError in one sentence, with what is accepted */
export async function readTextFile(file: string, { readFile }: Pick<Surroundings, 'readFile'>): Promise<string> {
  const refused = (says: string) => new UsageError(`${file}: ${says}; ${accepted}; nothing was started`);
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw refused(systemErrors[error.code ?? ''] ?? `cannot be read (${error.message})`);
  });
  const signature = signatures.find((each) => each.bytes.every((byte, at) => bytes[at] === byte));
  if (signature) throw refused(signature.says);
  if (bytes.includes(0)) throw refused('is not a text file');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw refused(`is not UTF-8 (line ${lineOfBadByte(bytes)}): save it as UTF-8`);
  }
  if (text.trim() === '') throw refused('is empty');
  return text;
}

/** The line of the first byte that is not UTF-8, from 1. */
function lineOfBadByte(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes);
  return text.slice(0, text.indexOf('\ufffd')).split('\n').length;
}
