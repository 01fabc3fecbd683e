import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import getPort from 'get-port';
import { omitUndefined } from '../cloud/omit-undefined.js';
import type { Ports } from './options.js';
import { StartProblem } from './problem.js';
import { type StateFolder, portsName } from './state-folder.js';

/** Address on which everything of the start listens. */
export const host = '127.0.0.1';

/** Name of each part in messages. */
const partNames: Readonly<Record<keyof Ports, string>> = {
  temporal: 'Temporal',
  ui: "Temporal's web UI",
  database: 'PostgreSQL',
  simulator: 'the simulator',
};
const portNames = Object.keys(partNames) as (keyof Ports)[];

/**
 * Chooses the ports of this start, on 127.0.0.1: what the command line gives; else the port of the last start, so that an address that was
 * written down stays true; else a free one. Keeps them for the next start.
 * @param say gets a line for each port that cannot stay the same
 * @throws Problem for a given port that is in use
 */
export async function choosePorts(
  given: Ports,
  folder: StateFolder,
  say: (line: string) => void,
): Promise<Required<Ports>> {
  for (const [name, port] of Object.entries(given)) await requirePort(`--${name}-port`, port as number);
  const file = folder.path(portsName);
  const before = await readPorts(file);
  const chosen: Partial<Record<keyof Ports, number>> = { ...given };
  for (const part of portNames.filter((name) => chosen[name] === undefined)) {
    const last = before[part];
    const port = await getPort({ host, exclude: Object.values(chosen), ...omitUndefined({ port: last }) });
    if (last !== undefined && port !== last) {
      say(`Port ${last}, where ${partNames[part]} was at the last start, is in use: it is at ${port} now.`);
    }
    chosen[part] = port;
  }
  await writeFile(file, `${JSON.stringify(chosen)}\n`);
  return chosen as Required<Ports>;
}

/** Ports of the last start; none where there was none, or the file is not as we write it. */
async function readPorts(file: string): Promise<Ports> {
  try {
    const read = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const isPort = (value: unknown) => Number.isInteger(value) && Number(value) > 0 && Number(value) <= 65_535;
    return Object.fromEntries(portNames.flatMap((name) => (isPort(read[name]) ? [[name, read[name]]] : [])));
  } catch {
    return {};
  }
}

/** A program that answers on a port would otherwise be taken for ours. */
async function requirePort(option: string, port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${cause.message})`;
      reject(
        new StartProblem(`Port ${port} ${reason}. Give ${option} another one, or leave it away: a free one is taken.`, {
          cause,
        }),
      );
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}
