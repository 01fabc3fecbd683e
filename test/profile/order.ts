/** A test file that waits to be run. */
export interface Waiting {
  /** Relative to the repository, with slashes. */
  readonly file: string;
  /** Duration of the file; a guess for a file that has not been timed yet. */
  readonly seconds: number;
  /** True where it mostly waits for servers; the others mostly use the processor. */
  readonly waits: boolean;
}

/**
 * The order in which files start: one of the workers runs what uses the processor, the others what waits, each the longest first, so that
 * neither the cores nor the workers stand idle and no long file is left for the end. Each file gets the time at which it would
 * start so; the order is by that time.
 */
export function startOrder<File extends Waiting>(files: readonly File[], workers: number): File[] {
  const working = schedule(
    files.filter((file) => !file.waits),
    1,
  );
  const waiting = schedule(
    files.filter((file) => file.waits),
    Math.max(1, workers - 1),
  );
  // If both start at once, the waiting file goes first: it is the longer.
  return [...waiting, ...working].sort((one, other) => one.at - other.at).map(({ file }) => file);
}

/** Gives the longest file left to the worker that is free first. */
function schedule<File extends Waiting>(files: readonly File[], workers: number) {
  const freeAt = Array.from({ length: workers }, () => 0);
  const longestFirst = [...files].sort((one, other) => other.seconds - one.seconds);
  return longestFirst.map((file) => {
    const at = Math.min(...freeAt);
    freeAt[freeAt.indexOf(at)] = at + file.seconds;
    return { file, at };
  });
}
