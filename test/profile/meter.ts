import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METER_FOLDER, type Reading, type Started, childrenCpuMs, ownCpuMs, startedBy } from './reading.js';

/** Up to here is what an earlier file of the same process used: 0 for the first, which pays for the start of the process. */
let measured = { wallMs: 0, cpuMs: 0 };
const usedSoFar = () => ({ wallMs: performance.now(), cpuMs: ownCpuMs() + childrenCpuMs() });

/**
 * Counts the processes that this one starts from now on.
 * @returns puts down what was used since the start of this process, under this name; nothing where no run asks for it
 */
export function startMeter(): (file: string) => void {
  const folder = process.env[METER_FOLDER];
  if (folder === undefined) return () => undefined;
  const children: ChildProcess[] = [];
  // The message comes before the program is known, so the program is read at the end.
  subscribe('child_process', (message) => children.push((message as { process: ChildProcess }).process));
  return (file) => {
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
    const reading: Reading = { file, wallMs, cpuMs, started };
    writeFileSync(join(folder, `${randomBytes(8).toString('hex')}.json`), JSON.stringify(reading));
  };
}
