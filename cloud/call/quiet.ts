import { createRequire } from 'node:module';

/** The part of the `debug` package that writes. */
interface Debug {
  log: (...line: unknown[]) => unknown;
}

let isQuiet = false;

/**
 * Takes the HTTP library's own debug lines away: with `DEBUG=*` it prints request bodies, and with them token and signature. Other
 * users of the same copy of `debug` go on as before.
 */
export function quietenHttpDebug(): void {
  if (isQuiet) return;
  isQuiet = true;
  const fromHere = createRequire(import.meta.url);
  const fromCore = createRequire(fromHere.resolve('@alicloud/pop-core'));
  const debug = createRequire(fromCore.resolve('httpx'))('debug') as Debug;
  const { log } = debug;
  debug.log = function (...line) {
    return /\bhttpx:/.test(String(line[0])) ? undefined : log.apply(this, line);
  };
}
