/** Runs tasks, so many at once, and yields their results as they come. The first that throws ends all. */
export async function* inParallel<Result>(tasks: readonly (() => Promise<Result>)[], atOnce: number) {
  const waiting = [...tasks];
  const running = new Map<number, Promise<readonly [number, Result]>>();
  let next = 0;
  for (;;) {
    while (running.size < atOnce) {
      const task = waiting.shift();
      if (!task) break;
      const number = next++;
      const result = task().then((value) => [number, value] as const);
      // Of several that fail only the first is thrown.
      result.catch(() => undefined);
      running.set(number, result);
    }
    if (running.size === 0) return;
    const [number, result] = await Promise.race(running.values());
    running.delete(number);
    yield result;
  }
}
