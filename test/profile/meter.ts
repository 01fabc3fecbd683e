import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { METER_FOLDER, type Reading, type Started, childrenCpuMs, ownCpuMs, startedBy } from './reading.js';

/** Up to here is what an earlier file of the same process used: 0 for the first, which pays for the start of the process. */
let measured = { wallMs: 0, cpuMs: 0 };
const usedSoFar = () => ({ wallMs: performance.now(), cpuMs: ownCpuMs() + childrenCpuMs() });

/** The measurement of one test file under way. */
export interface Meter {
  /** Forgets the standstills so far: loading a file is one, and holds up no test. */
  readonly loaded: () => void;
  /** Puts down what was used since the start of this process, or since the file before, under this name. */
  readonly done: (file: string) => void;
}

/** Counts the processes that this one starts from now on; does nothing where no run asks for it. */
export function startMeter(): Meter {
  const folder = process.env[METER_FOLDER];
  if (folder === undefined) return { loaded: () => undefined, done: () => undefined };
  const delays = monitorEventLoopDelay({ resolution: 50 });
  delays.enable();
  const children: ChildProcess[] = [];
  // The message comes before the program is known, so the program is read at the end.
  subscribe('child_process', (message) => children.push((message as { process: ChildProcess }).process));
  const done = (file: string) => {
    delays.disable();
    const started: Partial<Record<Started, number>> = {};
    for (const { spawnargs } of children) {
      const kind = startedBy(spawnargs ?? []);
      started[kind] = (started[kind] ?? 0) + 1;
    }
    const used = usedSoFar();
    const [wallMs, cpuMs] = [used.wallMs - measured.wallMs, used.cpuMs - measured.cpuMs].map(Math.round) as [
      number,
      number,
    ];
    measured = used;
    const standstillMs = Math.round(delays.max / 1e6);
    const reading: Reading = { file, wallMs, cpuMs, standstillMs, started };
    writeFileSync(join(folder, `${randomBytes(8).toString('hex')}.json`), JSON.stringify(reading));
  };
  return { loaded: () => delays.reset(), done };
}
