/** Time for which a nonce is remembered, in ms: twice the clock skew, so that no acceptable timestamp outlives its nonce. */
const nonceMemoryMs = 30 * 60_000;

/** The nonces seen lately. Kept in memory only: a restarted gateway forgets them. */
export class Nonces {
  readonly #seen = new Map<string, number>();

  /** Takes a nonce; false when it was taken before. */
  take(nonce: string, now: number): boolean {
    // A Map keeps insertion order, so the oldest stand first and forgetting stops at the first young one.
    for (const [old, at] of this.#seen) {
      if (now - at <= nonceMemoryMs) break;
      this.#seen.delete(old);
    }
    if (this.#seen.has(nonce)) return false;
    this.#seen.set(nonce, now);
    return true;
  }

  clear(): void {
    this.#seen.clear();
  }
}
