/** Thrown into a held call when the simulator is reset or closed under it. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/** A call that stands at a barrier. */
interface Held<Call> {
  readonly call: Call;
  readonly release: () => void;
  readonly abandon: () => void;
}

/** Named points at which calls are held until they are let go. */
export class Barriers<Call> {
  readonly #held = new Map<string, Held<Call>[]>();
  readonly #arrivals = new Map<string, (() => void)[]>();

  /** Holds a call; resolves on release. @throws {@link Abandoned} on reset and close. */
  hold(name: string, call: Call): Promise<void> {
    return new Promise((resolve, reject) => {
      const held = { call, release: resolve, abandon: () => reject(new Abandoned()) };
      this.#held.set(name, [...(this.#held.get(name) ?? []), held]);
      for (const arrived of this.#arrivals.get(name) ?? []) arrived();
      this.#arrivals.delete(name);
    });
  }

  /** Resolves as soon as a call is held there, at once if one is. */
  waiting(name: string): Promise<void> {
    if ((this.#held.get(name)?.length ?? 0) > 0) return Promise.resolve();
    return new Promise((resolve) => this.#arrivals.set(name, [...(this.#arrivals.get(name) ?? []), resolve]));
  }

  /** Lets go all calls held there. Returns how many; calls that come later are held again. */
  release(name: string): number {
    const held = this.#held.get(name) ?? [];
    this.#held.delete(name);
    for (const { release } of held) release();
    return held.length;
  }

  /** Drops every held call. */
  abandon(): void {
    const all = [...this.#held.values()].flat();
    this.#held.clear();
    for (const { abandon } of all) abandon();
  }

  list(): { name: string; waiting: Call[] }[] {
    return [...this.#held].map(([name, held]) => ({ name, waiting: held.map(({ call }) => call) }));
  }
}
