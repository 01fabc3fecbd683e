import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as csv from 'csv-parse/sync';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import * as yaml from 'yaml';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { effectiveItems } from '../../client/manifest/effective.js';
import { readManifest } from '../../client/manifest/manifest.js';
import { manifestSchema } from '../../client/manifest/schema.js';
import { digestOf, manifestPages } from '../../client/bulks/manifest-store.js';
import { root } from './fixtures/source-tree.js';

/** Cost of a large manifest: a fixed number of looks at each value, one pass over the text, and memory in proportion. */

vi.mock('csv-parse/sync', { spy: true });
vi.mock('yaml', { spy: true });

const itemOf = (index: number) => ({
  product: 'vpc',
  region: 'cn-hangzhou',
  resource: { type: 'VPC', id: `vpc-${index}` },
  destination: { project: 'netlogs', logStore: 'flow' },
  trafficType: 'All',
});
const items = (count: number) => Array.from({ length: count }, (_, index) => itemOf(index));
const header = 'product,region,resource.type,resource.id,destination.project,destination.logStore,trafficType\n';
const texts = {
  json: (count: number) => JSON.stringify({ version: 1, flowLogs: items(count) }, null, 1),
  csv: (count: number) =>
    header +
    items(count)
      .map(({ resource: { id } }) => `vpc,cn-hangzhou,VPC,${id},netlogs,flow,All\n`)
      .join(''),
};
const asked = { accounts: { default: { uid: '1000000000000001' } }, requestedBy: 'test' };

/** Each value is read at most so often, from the form's check to what is sent. */
const READS_A_VALUE = 12;

/** Values of one item, itself and its objects included. */
const VALUES_OF_ITEM = 10;

/** Reads of properties, however deep, while a manifest of so many items is checked, merged, cut and named. */
function readsOf(count: number): number {
  let reads = 0;
  const watched = <Value>(inner: Value): Value =>
    typeof inner === 'object' && inner !== null
      ? new Proxy(inner, {
          get(of, name, receiver) {
            reads += 1;
            return watched(Reflect.get(of, name, receiver) as unknown);
          },
        })
      : inner;
  const { source } = readManifest('m.json', texts.json(count));
  const value = watched(source.value);
  const manifest = watched(manifestSchema.parse(value));
  const made = effectiveItems({ manifest, source }, 'enable', asked).map(({ input: { target, spec } }) =>
    watched({ target, ...omitUndefined({ spec }) }),
  );
  expect(manifestPages(made as never).flat()).toHaveLength(count);
  expect(digestOf(made as never)).toMatch(/^[0-9a-f]{64}$/);
  return reads;
}

beforeEach(() => void vi.clearAllMocks());

describe('a manifest', () => {
  test(`has each of its values read at most ${READS_A_VALUE} times, however many items there are`, () => {
    for (const count of [100, 1_000])
      expect(readsOf(count) / (count * VALUES_OF_ITEM), `${count} items`).toBeLessThan(READS_A_VALUE);
  });

  test('as JSON is parsed once, and nobody looks for the places of values when nothing is wrong', () => {
    const text = texts.json(1_000);
    const parse = vi.spyOn(JSON, 'parse');
    expect(effectiveItems(readManifest('m.json', text), 'enable', asked)).toHaveLength(1_000);
    expect(parse.mock.calls.filter(([given]) => given === text)).toHaveLength(1);
    parse.mockRestore();
    expect(yaml.parseDocument).not.toHaveBeenCalled();
  });

  test('as a table is parsed once', () => {
    expect(effectiveItems(readManifest('m.csv', texts.csv(1_000)), 'enable', asked)).toHaveLength(1_000);
    expect(csv.parse).toHaveBeenCalledOnce();
    expect(yaml.parseDocument).not.toHaveBeenCalled();
  });
});

describe('a quarter of 100,000 items', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowlog-manifest-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const count = 25_000;
  /** Of objects that stay, in MB: 100,000 items have four times what is above the 35 MB of a program that reads none, and so less than 300. */
  const heap = 95;

  test.concurrent.each(['json', 'csv'] as const)(
    `is read as %s in ${heap} MB of heap`,
    async (format) => {
      const file = join(folder, `manifest.${format}`);
      writeFileSync(file, texts[format](count));
      const argv = [`--max-old-space-size=${heap}`, '--import', 'tsx', join(root, 'bench/manifest.ts'), file];
      // A manifest that does not fit into this heap ends the process.
      const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: root });
      expect(stdout).toMatch(new RegExp(`^${format}: ${count} items in \\d+ pages`));
    },
    120_000,
  );
});
