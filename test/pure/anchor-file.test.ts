import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAnchors } from '../../audit/anchor-file.js';

/** A worker's log as a file of anchors. */

const head = 'a'.repeat(64);
const anchored = (count: number): string =>
  JSON.stringify({ level: 30, anchor: { count, head, at: '2026-01-01T00:00:00Z' }, chains: 1, msg: 'ledger anchored' });
let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'anchors-'))));
afterEach(() => rm(folder, { recursive: true }));

async function countsOf(...lines: readonly string[]): Promise<readonly number[]> {
  const file = join(folder, 'worker.log');
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return (await readAnchors(file)).map(({ count }) => count);
}

test('plain lines of a log are passed over, and a name before a line too', async () => {
  const plain = [
    'flowlog worker: ready',
    '(node:1) Warning: {"x',
    'worker-1  | {"msg":"started"}',
    '    at Object.<anonymous> {',
  ];
  expect(await countsOf(...plain, anchored(1), `worker-1  | ${anchored(2)}`)).toEqual([1, 2]);
});

test.each([anchored(2).slice(0, 120), `worker-1  | ${anchored(2).replace(head, 'a')}`, `0:${head}`])(
  'an anchor that is damaged is refused in a log too: %s',
  (line) => expect(countsOf(anchored(1), line, anchored(3))).rejects.toThrow(/line 2: not an anchor/),
);

test('without a line that says so it is no log: every line has to be an anchor', () =>
  expect(countsOf(`1:${head}`, 'flowlog worker: ready', `2:${head}`)).rejects.toThrow(/line 2: not an anchor/));
