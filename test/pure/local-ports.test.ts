import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearLockedPorts } from 'get-port';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { choosePorts } from '../../local/ports.js';
import { openStateFolder } from '../../local/state-folder.js';

let base: string;
beforeEach(async () => (base = await mkdtemp(join(tmpdir(), 'flowlog-ports-'))));
afterEach(() => rm(base, { recursive: true, force: true }));

/** Ports of one start, and what it says. */
async function chosen(given: object = {}, fresh = false) {
  // A start is a process of its own; within one process no port is given twice.
  clearLockedPorts();
  const folder = await openStateFolder(base, { fresh });
  const said: string[] = [];
  const ports = await choosePorts(given, folder, (line) => void said.push(line)).finally(() => folder.close());
  return { ports, said };
}

async function listening(port = 0) {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

test('the ports of a start are those of the one before, also of a fresh one', async () => {
  const first = await chosen();
  expect(new Set(Object.values(first.ports)).size).toBe(4);
  expect(await chosen()).toEqual({ ports: first.ports, said: [] });
  expect(await chosen({}, true)).toEqual({ ports: first.ports, said: [] });
});

test('a port that another program uses meanwhile is replaced, and the screen says so; the others stay', async () => {
  const { ports } = await chosen();
  const other = await listening(ports.simulator);
  const second = await chosen();
  other.close();
  expect(second.ports).toEqual({ ...ports, simulator: second.ports.simulator });
  expect(second.ports.simulator).not.toBe(ports.simulator);
  expect(second.said).toEqual([
    `Port ${ports.simulator}, where the simulator was at the last start, is in use: it is at ${second.ports.simulator} now.`,
  ]);
});

test('a given port comes before the last one, and stays; one that is in use is refused', async () => {
  await chosen();
  const free = await listening();
  free.close();
  expect((await chosen({ ui: free.port })).ports.ui).toBe(free.port);
  expect((await chosen()).ports.ui).toBe(free.port);
  const other = await listening();
  await expect(chosen({ temporal: other.port })).rejects.toThrow(`Port ${other.port} is in use by another program.`);
  other.close();
});

test('a file of ports that is broken is as good as none', async () => {
  await writeFile(join(base, 'ports.json'), '{"temporal":"x","ui":0');
  const { ports, said } = await chosen();
  expect(said).toEqual([]);
  expect(JSON.parse(await readFile(join(base, 'ports.json'), 'utf8'))).toEqual(ports);
});
