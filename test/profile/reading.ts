import { readFileSync } from 'node:fs';

/** Names the folder into which every test file puts what it cost; absent where the costs are not measured. */
export const METER_FOLDER = 'FLOWLOG_TEST_METER';

/** A kind of process that tests start. */
export type Started = 'temporal' | 'postgres' | 'worker' | 'other';

/** The cost of one test file, in its own process. */
export interface Reading {
  /** Absolute path of the test file. */
  readonly file: string;
  /** From the start of its process to the end of its last hook, loading included. */
  readonly wallMs: number;
  /** CPU of its process and of those that it started and that have ended. */
  readonly cpuMs: number;
  /** Longest time in which its process ran no timer once its tests had begun: whatever else lives in that process stood still too. */
  readonly standstillMs: number;
  readonly started: Readonly<Partial<Record<Started, number>>>;
}

/** The kind of a command by its program and arguments; what runs a server as another user has the server among its arguments. */
export function startedBy(command: readonly string[]): Started {
  const programBefore = (argument: string) => command[command.indexOf(argument) - 1]?.split(/[\\/]/).at(-1) ?? '';
  if (/^temporal(-|$)/.test(programBefore('server'))) return 'temporal';
  if (programBefore('-D') === 'postgres') return 'postgres';
  return command.some((argument) => /(^|\/)worker\/main\.[jt]s$/.test(argument)) ? 'worker' : 'other';
}

/** Clock ticks of Linux are hundredths of a second on every platform that Node runs on. */
const TICK_MS = 10;

/** CPU of this process's children that have ended, and of theirs; 0 where the system does not tell (it is read from `/proc`). */
export function childrenCpuMs(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // After the name, which may hold spaces: the state is field 3, children's user and system time are 16 and 17.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
  } catch {
    return 0;
  }
}

/** CPU of this process in milliseconds. */
export const ownCpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
