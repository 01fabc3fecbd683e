import { open, readFile } from 'node:fs/promises';
import { parseAnchor, type Anchor, type OutsideAnchor } from './anchor.js';

/** A file of anchors cannot be read as one, or cannot be written. The message names the file, and the line where it is one line. */
export class AnchorFileError extends Error {
  override readonly name = 'AnchorFileError';
}

/**
 * Appends one anchor as a line of JSON and waits until it is on the disk.
 * @throws {AnchorFileError} when the file cannot be written
 */
export async function appendAnchor(path: string, { count, head, at }: Anchor): Promise<void> {
  await append(path, `${JSON.stringify({ count, head, at })}\n`);
}

/** Makes sure that anchors can be appended to this file; makes it where it is absent. @throws {AnchorFileError} */
export const requireWritable = (path: string): Promise<void> => append(path, '');

async function append(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'a', 0o640);
    try {
      if (text) await file.write(text);
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new AnchorFileError(`${path}: cannot be written (${error instanceof Error ? error.message : String(error)})`);
  }
}

/**
 * Reads the anchors of a file: one a line, as {@link appendAnchor} writes it, as `<count>:<head>`, or as a line of a worker's log that
 * says `ledger anchored`, whatever stands before it. Other lines of a log are passed over, and so is a last line that was cut off while it
 * was written.
 * @throws {AnchorFileError} when the file cannot be read, holds no anchor, or has a line that is none of these
 */
export async function readAnchors(path: string): Promise<OutsideAnchor[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new AnchorFileError(`${path}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  });
  const lines = text.split('\n');
  const isLog = lines.some((line) => line.includes('ledger anchored'));
  const anchors = lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const read = isLog ? anchorInLog(line) : anchorOf(line);
    if (read === 'none') return [];
    if (read) return [{ ...read, from: `${path}, line ${index + 1}` }];
    if (index === lines.length - 1) return [];
    throw new AnchorFileError(`${path}, line ${index + 1}: not an anchor and not a line of a worker's log`);
  });
  if (anchors.length === 0) throw new AnchorFileError(`${path}: holds no anchor`);
  return anchors;
}

/**
 * The anchor of one line of a log. Other programs write into it too, and what gathers logs writes a name before each line: only a line with
 * what an anchor has, and that cannot be read, is damaged.
 */
function anchorInLog(line: string): ReturnType<typeof anchorOf> {
  const begin = line.indexOf('{');
  const read = anchorOf(begin < 0 ? line : line.slice(begin));
  const looksDamaged = line.includes('ledger anchored') || /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/i.test(line);
  return read === undefined && !looksDamaged ? 'none' : read;
}

/** The anchor of one line; `none` for JSON that speaks of something else; undefined where the line cannot be read. */
function anchorOf(line: string): Omit<OutsideAnchor, 'from'> | 'none' | undefined {
  try {
    if (!line.trimStart().startsWith('{')) return parseAnchor(line);
    const said = JSON.parse(line) as { anchor?: Partial<Anchor> } & Partial<Anchor>;
    const { count, head, at } = said.anchor ?? said;
    if (count === undefined && head === undefined) return 'none';
    return { ...parseAnchor(`${count}:${head}`), ...(typeof at === 'string' && { at }) };
  } catch {
    return undefined;
  }
}
