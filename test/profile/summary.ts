import { availableParallelism } from 'node:os';
import { relative, sep } from 'node:path';
import { type Reading, type Started } from './reading.js';

/** The part of Vitest's JSON report that tells of a file. */
export interface FileReport {
  /** Absolute path. */
  readonly name: string;
  /** Of its first test and of its last, in milliseconds since 1970. */
  readonly startTime: number;
  readonly endTime: number;
  readonly assertionResults: readonly unknown[];
}

/** Time spent on one test file. */
export interface FileCost {
  /** Relative to the repository, with slashes. */
  readonly file: string;
  readonly project: string;
  readonly tests: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Time in which it used no CPU of its own: it waited for a server, a timer, or a free core. */
  readonly waitedMs: number;
  /** Longest time in which its process ran no timer. */
  readonly standstillMs: number;
}

/** Time spent in a run, by part; `test-profile.json` holds it. */
export interface Profile {
  readonly wallMs: number;
  /** Of all processes of the run, servers included; 0 where the system does not tell. */
  readonly cpuMs: number;
  readonly cores: number;
  readonly started: Readonly<Record<Started, number>>;
  /** Slowest first. */
  readonly files: readonly FileCost[];
}

/** Measurements of a run. */
export interface Measured {
  readonly root: string;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly files: readonly FileReport[];
  readonly readings: readonly Reading[];
}

/** Puts together what the runner reports and what the files put down; a file without a reading ended before its last hook. */
export function profileOf({ root, wallMs, cpuMs, files, readings }: Measured): Profile {
  const byFile = new Map(readings.map((reading) => [reading.file, reading]));
  const costs = files.map(({ name, startTime, endTime, assertionResults }): FileCost => {
    const file = relative(root, name).split(sep).join('/');
    const reading = byFile.get(name);
    const wall = reading?.wallMs ?? Math.round(endTime - startTime);
    const cpu = reading?.cpuMs ?? 0;
    const project = file.split('/')[1] ?? '';
    return {
      file,
      project,
      tests: assertionResults.length,
      wallMs: wall,
      cpuMs: cpu,
      waitedMs: Math.max(0, wall - cpu),
      standstillMs: reading?.standstillMs ?? 0,
    };
  });
  const started = { temporal: 0, postgres: 0, worker: 0, other: 0 };
  for (const reading of readings)
    for (const kind of Object.keys(started) as Started[]) started[kind] += reading.started[kind] ?? 0;
  return {
    wallMs,
    cpuMs,
    cores: availableParallelism(),
    started,
    files: costs.sort((one, other) => other.wallMs - one.wallMs),
  };
}

/** Number of the slowest files that are shown. */
const SHOWN = 15;

/** Standstills from here on are shown: connections and calls of a test beside it are timed out by longer ones. */
const LONG_STANDSTILL_MS = 1_500;

/** Lines for a person, at the end of a run. */
export function summaryOf(profile: Profile): string[] {
  const { wallMs, cpuMs, cores, started, files } = profile;
  const share =
    cpuMs === 0 ? '' : `, ${time(cpuMs)} of CPU: ${Math.round((100 * cpuMs) / (wallMs * cores))} % of ${cores} cores`;
  return [
    `Where the time went: ${time(wallMs)}${share}`,
    ...projectsOf(files).map(
      ({ project, count, tests, ...sum }) =>
        `  ${project.padEnd(10)} ${count} files, ${tests} tests: ${time(sum.wallMs)} one after the other, ${split(sum)}`,
    ),
    `  started: ${started.temporal} Temporal, ${started.postgres} PostgreSQL, ${started.worker} workers, ${started.other} others`,
    `  slowest files:`,
    ...files.slice(0, SHOWN).map((cost) => `  ${time(cost.wallMs).padStart(10)}  ${cost.file}: ${split(cost)}`),
    ...standstillsOf(files),
  ];
}

/** The files with a process that stood still for long, the longest first. */
function standstillsOf(files: readonly FileCost[]): string[] {
  const long = files
    .filter(({ standstillMs }) => standstillMs >= LONG_STANDSTILL_MS)
    .sort((one, other) => other.standstillMs - one.standstillMs)
    .slice(0, SHOWN)
    .map(({ file, standstillMs }) => `  ${time(standstillMs).padStart(10)}  ${file}`);
  return long.length === 0 ? [] : ['  longest standstills of a test process:', ...long];
}

function projectsOf(files: readonly FileCost[]) {
  const projects = [...new Set(files.map(({ project }) => project))];
  return projects.map((project) => {
    const own = files.filter((file) => file.project === project);
    const sum = (key: 'tests' | 'wallMs' | 'cpuMs' | 'waitedMs') => own.reduce((all, file) => all + file[key], 0);
    const [tests, wallMs, cpuMs, waitedMs] = [sum('tests'), sum('wallMs'), sum('cpuMs'), sum('waitedMs')];
    return { project, count: own.length, tests, wallMs, cpuMs, waitedMs };
  });
}

const split = ({ cpuMs, waitedMs }: Pick<FileCost, 'cpuMs' | 'waitedMs'>) =>
  `${time(cpuMs)} working, ${time(waitedMs)} waiting`;

/** E.g. `4.2 s`, `1 min 05 s`. */
export function time(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
