/** Calls accepted in the last second by account, region and API: the dimension the cloud documents. */
export class Limits {
  readonly #accepted = new Map<string, number[]>();

  /**
   * Takes one call's place in the sliding second. Returns 0 when there was one, else the ms until there is.
   * @param nowMs - A clock that does not jump.
   */
  take(key: string, perSecond: number, nowMs: number): number {
    const recent = (this.#accepted.get(key) ?? []).filter((at) => at > nowMs - windowMs);
    this.#accepted.set(key, recent);
    if (perSecond === 0) return windowMs;
    if (recent.length < perSecond) {
      recent.push(nowMs);
      return 0;
    }
    // The place frees when enough of the oldest have left the window.
    return (recent[recent.length - perSecond] ?? nowMs) + windowMs - nowMs;
  }

  clear(): void {
    this.#accepted.clear();
  }
}

const windowMs = 1_000;

/** The limit of an action: the most particular key counts; undefined is unlimited. */
export function limitOf(limits: Readonly<Record<string, number>>, service: string, action: string): number | undefined {
  return limits[`${service}:${action}`] ?? limits[action] ?? limits[`${service}:*`] ?? limits['*'];
}
