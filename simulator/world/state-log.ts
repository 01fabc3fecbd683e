import { open, readFile, rename, type FileHandle } from 'node:fs/promises';

/** One line of the state file: the row now stored under a key of a table, or null where it was removed. */
export type StateLine = readonly [table: string, key: string, row: unknown];

/**
 * The state on disk: an append-only file of rows, the last line of a key wins. An answer leaves only after {@link flush}, so what a
 * client was told survives a kill. Without a file nothing is kept and every flush is free.
 */
export class StateLog {
  #waiting: string[] = [];
  #flushing: Promise<void> | undefined;
  #handle: FileHandle | undefined;
  private constructor(readonly file: string | undefined) {}

  /**
   * Reads what an earlier run left. A last line cut short by a kill was never answered for and is dropped.
   * @throws when the file can be neither read nor created, or is not a state file.
   */
  static async open(file?: string): Promise<{ log: StateLog; lines: StateLine[] }> {
    const log = new StateLog(file);
    if (file === undefined) return { log, lines: [] };
    const lines = parseStateLines(file, await readFile(file, 'utf8').catch(absentAsEmpty));
    log.#handle = await open(file, 'a');
    return { log, lines };
  }

  /** Queues one row; it is on disk after the next {@link flush}. */
  write(...line: StateLine): void {
    if (this.#handle) this.#waiting.push(`${JSON.stringify(line)}\n`);
  }

  /** Resolves when everything written before is on disk. Calls that wait at the same time share one sync. */
  async flush(): Promise<void> {
    while (this.#flushing) await this.#flushing;
    if (this.#waiting.length === 0 || !this.#handle) return;
    this.#flushing = this.#sync(this.#handle).finally(() => (this.#flushing = undefined));
    await this.#flushing;
  }

  async #sync(handle: FileHandle): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = [];
    const { size } = await handle.stat();
    try {
      await handle.appendFile(lines.join(''));
      await handle.datasync();
    } catch (error) {
      // Kept for the next try, without the half line a full disk may have left.
      this.#waiting = [...lines, ...this.#waiting];
      await handle.truncate(size);
      throw error;
    }
  }

  /** Replaces the file by these rows alone, so that it does not grow with every run. */
  async rewrite(lines: Iterable<StateLine>): Promise<void> {
    if (this.file === undefined) return;
    while (this.#flushing) await this.#flushing;
    this.#waiting = [];
    const fresh = `${this.file}.new`;
    const handle = await open(fresh, 'w');
    await handle.writeFile([...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
    await handle.sync();
    await handle.close();
    await rename(fresh, this.file);
    await this.#handle?.close();
    this.#handle = await open(this.file, 'a');
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#handle?.close();
    this.#handle = undefined;
  }
}

function parseStateLines(file: string, text: string): StateLine[] {
  const rows = text.split('\n');
  const cutShort = rows.pop();
  return rows.map((row, index) => {
    try {
      const line: unknown = JSON.parse(row);
      if (Array.isArray(line) && line.length === 3) return line as unknown as StateLine;
    } catch {
      // Reported below with its place.
    }
    throw new Error(`${file} is not a simulator state file: line ${index + 1} of ${rows.length}${cutShort ? '+' : ''}`);
  });
}

function absentAsEmpty(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}
