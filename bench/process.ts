import { readFile, readdir } from 'node:fs/promises';

/** CPU time and memory that processes have used, read from `/proc`; zeros where there is none. */
export interface Usage {
  /** User and system time of the process and of its children, in seconds. */
  readonly cpuSeconds: number;
  /** Most memory the process ever had resident, in MB. */
  readonly peakMegabytes: number;
}

const TICKS_PER_SECOND = 100;

async function statOf(pid: number): Promise<{ parent: number; ticks: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 15) return undefined;
  const [parent = 0, ticks] = [Number(fields[1]), fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0)];
  return { parent, ticks };
}

/** Usage of a process together with the processes it has started. */
export async function usageOf(pid: number): Promise<Usage> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((each) => each > 0);
  const stats = new Map(await Promise.all(pids.map(async (each) => [each, await statOf(each)] as const)));
  const isBelow = (each: number): boolean => {
    for (let at: number | undefined = each; at; at = stats.get(at)?.parent) if (at === pid) return true;
    return false;
  };
  const ticks = pids.filter(isBelow).reduce((sum, each) => sum + (stats.get(each)?.ticks ?? 0), 0);
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const peakKilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  return { cpuSeconds: ticks / TICKS_PER_SECOND, peakMegabytes: Math.round(peakKilobytes / 1024) };
}
