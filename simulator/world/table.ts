import type { StateLine, StateLog } from './state-log.js';

/** Rows by key, in the order they were first put, mirrored to the state log. */
export class Table<Row> {
  readonly #rows = new Map<string, Row>();
  constructor(
    readonly name: string,
    private readonly log: StateLog,
  ) {}

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  put(key: string, row: Row): void {
    this.#rows.set(key, row);
    this.log.write(this.name, key, row);
  }

  remove(key: string): void {
    if (this.#rows.delete(key)) this.log.write(this.name, key, null);
  }

  /** Takes a row read back from disk. */
  restore(key: string, row: Row | null): void {
    if (row === null) this.#rows.delete(key);
    else this.#rows.set(key, row);
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  get size(): number {
    return this.#rows.size;
  }

  clear(): void {
    this.#rows.clear();
  }

  *lines(): Iterable<StateLine> {
    for (const [key, row] of this.#rows) yield [this.name, key, row];
  }
}
