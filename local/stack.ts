import { capitalized } from '../cloud/text.js';

/** A part of the running whole: a process, or a server in this one. */
export interface Part {
  /** Key in `run.json`, e.g. `temporal`. */
  readonly id: string;
  /** As a person calls it, e.g. `the worker`. */
  readonly name: string;
  /** Process number; undefined while it is being started again. */
  readonly pid?: number | undefined;
  /** Resolves when the part is gone, asked to or not, with a word on how it ended. Absent: it cannot go alone. */
  readonly ended?: Promise<string>;
  /** Its last lines, for the message about an unexpected end. */
  lastLines?(): string;
  stop(): Promise<void>;
}

/** The parts that run, in the order in which they were started; they end in the opposite one. */
export class Stack {
  private readonly parts: Part[] = [];
  private readonly starting = new Set<Promise<unknown>>();
  private ending?: Promise<void>;
  private reportDeath!: (message: string) => void;

  /** Resolves when a part ends without being asked to, with a sentence that says which and how. */
  readonly died = new Promise<string>((resolve) => (this.reportDeath = resolve));

  /** Takes a part in. One that comes when the end has begun is ended at once. */
  async add<Kind extends Part>(starting: Promise<Kind>): Promise<Kind> {
    this.starting.add(starting);
    const part = await starting.finally(() => this.starting.delete(starting));
    if (this.ending) {
      await part.stop();
      throw new Error(`${part.name} came too late`);
    }
    this.parts.push(part);
    void part.ended?.then((how) => {
      if (this.ending) return;
      const words = part.lastLines?.();
      this.reportDeath(
        `${capitalized(part.name)} ended by itself (${how}).${words ? ` Its last words:\n${words}` : ''}`,
      );
    });
    return part;
  }

  /** Process numbers of the parts that have one, by the part's id. */
  get pids(): Record<string, number> {
    return Object.fromEntries(this.parts.flatMap(({ id, pid }) => (pid === undefined ? [] : [[id, pid]])));
  }

  /**
   * Ends all parts, last one first, and a part that is just coming up once it is there. A part that fails to end does not keep the others;
   * may be called again.
   */
  stop(): Promise<void> {
    this.ending ??= (async () => {
      await Promise.allSettled(this.starting);
      for (const part of this.parts.toReversed()) await part.stop().catch(() => undefined);
    })();
    return this.ending;
  }
}
