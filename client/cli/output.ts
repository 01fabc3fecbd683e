import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Answer } from './answer.js';
import { UsageError } from './exit-codes.js';
import type { Session } from './session.js';
import { writePiece } from './terminal.js';

/** Writes text to stdout, or into a file that appears when it is whole. */
export async function writeOutput(
  pieces: AsyncIterable<string>,
  path: string | undefined,
  session: Session,
): Promise<Answer | undefined> {
  if (path === undefined) {
    if (session.screen.json)
      throw new UsageError('this is no JSON document: give -o FILE beside --json, or leave --json');
    for await (const piece of pieces) writePiece(session.screen.stdout, piece);
    return undefined;
  }
  const aside = `${path}.partial`;
  const file = await session.surroundings.openOutput(aside).catch((error: unknown) => {
    throw new UsageError(`-o ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  try {
    await pipeline(Readable.from(pieces), file);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  return { document: { output: path }, text: [[`written: ${path}`]] };
}
