import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Time in ms for which an unused bundle is kept, so that going back and forth between two versions builds neither again. */
const KEPT_MS = 24 * 3_600_000;

/** Sources of a bundle, and the folder in which it is kept. */
export interface CachedBundleOptions {
  /** Folders and files that the code is built from; any change in them builds it anew. */
  readonly sources: readonly string[];
  /** Folder of the bundles; one that cannot be written only means that nothing is kept. */
  readonly folder: string;
  readonly build: () => Promise<string>;
}

/**
 * A bundle by the hash of its sources: built by the first process that asks, read by those after it. A worker is up some seconds
 * earlier by it. The sources are read each time, so a bundle is never older than they are.
 */
export async function cachedBundle({ sources, folder, build }: CachedBundleOptions): Promise<string> {
  const file = join(folder, `workflows-${await hashOf(sources)}.js`);
  try {
    const code = await readFile(file, 'utf8');
    await utimes(file, new Date(), new Date()).catch(() => undefined);
    return code;
  } catch {
    const code = await build();
    await keep(folder, file, code).catch(() => undefined);
    return code;
  }
}

/** Paths count as well as contents: stack traces and source maps name them. */
async function hashOf(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of (await Promise.all(sources.map(filesAt))).flat().sort()) {
    const content = await readFile(path);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 24);
}

/** The file itself, or all files of a folder and those below it; none where there is nothing. */
async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return found ? [path] : [];
  const names = await readdir(path);
  return (await Promise.all(names.map((name) => filesAt(join(path, name))))).flat();
}

/** Puts the file in its place when it is complete: another process may be reading. */
async function keep(folder: string, file: string, code: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const partial = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(partial, code);
  await rename(partial, file);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > KEPT_MS) await rm(path, { force: true });
  }
}
