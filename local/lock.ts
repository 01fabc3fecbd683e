import { createHash, randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProcessIdentity, identify, isSame } from './process.js';

/** A lock file held by this process. */
export interface Lock {
  /** Gives the lock back; the file is gone afterwards. */
  release(): Promise<void>;
}

/**
 * Takes the lock, or says who has it. The file names its holder by process number and start time, so that one left by a killed process
 * is taken over, also where its number has been given to another process since.
 * @param path the lock file, in a folder that exists
 */
export async function takeLock(path: string): Promise<Lock | { readonly heldBy: ProcessIdentity }> {
  const me = identify(process.pid)!;
  const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(own, JSON.stringify(me));
  try {
    for (;;) {
      // A link either appears whole or is refused: no process ever reads a half-written lock.
      const taken = await link(own, path).then(
        () => true,
        (error: NodeJS.ErrnoException) => (error.code === 'EEXIST' ? false : Promise.reject(error)),
      );
      if (taken) return { release: () => rm(path, { force: true }) };
      const holder = await readHolder(path);
      if (holder && isSame(holder)) return { heldBy: holder };
      await removeStale(path, holder);
    }
  } finally {
    await rm(own, { force: true });
  }
}

async function readHolder(path: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/**
 * Removes the lock of a dead holder. Many may find it at once, and one that comes late must not remove the lock of the next holder:
 * so the remover holds a lock named after the dead one, and looks once more.
 */
async function removeStale(path: string, dead: ProcessIdentity | undefined): Promise<void> {
  const name = createHash('sha256').update(JSON.stringify(dead ?? null));
  const right = await takeLock(`${path}.after-${name.digest('hex').slice(0, 12)}`);
  if ('heldBy' in right) return void (await sleep(10));
  try {
    const now = await readHolder(path);
    if (JSON.stringify(now) === JSON.stringify(dead)) await rm(path, { force: true });
  } finally {
    await right.release();
  }
}
