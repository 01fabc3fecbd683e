import { describe, expect, it } from 'vitest';
import { layOut, widthOf, wrap } from '../../client/cli/layout.js';
import { readTextFile } from '../../client/cli/manifest-file.js';
import { worldOf } from './fixtures/cli-world.js';

/** Files that people name with -f, and tables on a terminal. */

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
const bytes =
  (...all: readonly number[]) =>
  () =>
    Promise.resolve(Uint8Array.from(all));

describe('a file that is no manifest', () => {
  it.each([
    { name: 'that is not there', readFile: failing('ENOENT'), says: 'there is no such file' },
    { name: 'that is a folder', readFile: failing('EISDIR'), says: 'is a folder' },
    { name: 'that may not be read', readFile: failing('EACCES'), says: 'may not be read by you' },
    { name: 'that is empty', readFile: bytes(), says: 'is empty' },
    { name: 'of blanks', readFile: bytes(0x20, 0x0a), says: 'is empty' },
    { name: 'of a spreadsheet', readFile: bytes(0x50, 0x4b, 0x03, 0x04, 0x14), says: 'is a spreadsheet' },
    { name: 'of an old spreadsheet', readFile: bytes(0xd0, 0xcf, 0x11, 0xe0), says: 'is a spreadsheet of Excel' },
    { name: 'in UTF-16', readFile: bytes(0xff, 0xfe, 0x76, 0x00), says: 'is written in UTF-16' },
    { name: 'in Latin-1', readFile: bytes(0x76, 0x0a, 0x63, 0xe9), says: 'is not UTF-8 (line 2)' },
    { name: 'that is compressed', readFile: bytes(0x1f, 0x8b, 0x08), says: 'is compressed' },
    { name: 'that is no text', readFile: bytes(0x01, 0x00, 0x02), says: 'is not a text file' },
  ])('$name is told in one sentence, with what is accepted', async ({ readFile, says }) => {
    const told = readTextFile('x.yaml', { readFile }).catch((error: Error) => error.message);
    expect(await told).toMatch(
      /^x\.yaml: [^\n]*; give a manifest in YAML, JSON or CSV, in UTF-8, [^\n]*; nothing was started$/,
    );
    expect(await told).toContain(says);
  });

  it.each([
    ['notes.txt', 'Notes of Monday:\n- call Bob\n- vpc-1 needs logs\n'],
    ['notes.md', '# TODO\n\nEnable flow logs for vpc-1: soon\n* today\n'],
    ['words.yaml', 'just some words\n'],
    ['list.json', '["vpc-1", "vpc-2"]'],
    ['sheet.csv', 'Name,VPC,Owner\ncore,vpc-1,bob\n'],
  ])('%s is told in one sentence too', async (file, text) => {
    const { exitCode, stderr } = await worldOf().run(`enable -f ${file}`, { [file]: text });
    expect(exitCode).toBe(2);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/:1:1: is no manifest: one has "version: 1" and "flowLogs" or "selectors"/),
      '1 problem; nothing was started',
      '',
    ]);
  });

  it('keeps the mark of UTF-8 from being a part of the first field', async () => {
    const readFile = bytes(0xef, 0xbb, 0xbf, 0x76);
    expect(await readTextFile('x.yaml', { readFile })).toBe('v');
  });
});

describe('a manifest with mistakes of several kinds', () => {
  const text = `version: 1
flowLogs:
  - product: vpc
    region: cn-hangzhuo
    resource: { type: VPC, id: "x y" }
    destination: { project: N }
    aggregationIntervalSeconds: 7
    colour: red
  - { product: vpc, region: cn-hangzhou, resource: { type: VPC, id: vpc-1 }, trafficType: Foo }
  - { product: oss, region: cn-hangzhou }
selectors:
  - { product: vpc, resourceType: Nothing, coverage: some }
`;
  it('tells all of them at once, also behind a mistake of its form', async () => {
    const { exitCode, stderr } = await worldOf().run('enable -f m.yaml', { 'm.yaml': text });
    expect(exitCode).toBe(2);
    const paths = [...stderr.matchAll(/^m\.yaml:\d+:\d+: (\S+): /gm)].map(([, path]) => path);
    expect(paths.toSorted()).toEqual(
      [
        'flowLogs[0].region',
        'flowLogs[0].resource.id',
        'flowLogs[0].destination.project',
        'flowLogs[0].destination.logStore',
        'flowLogs[0].aggregationIntervalSeconds',
        'flowLogs[0].colour',
        'flowLogs[1].destination',
        'flowLogs[1].trafficType',
        'flowLogs[2].product',
        'selectors[0].regions',
        'selectors[0].resourceType',
        'selectors[0].coverage',
      ].toSorted(),
    );
  });
});

describe('a table', () => {
  const plain = (text: string) => text;
  it('stands side by side where there is room, and wraps between words where there is less', () => {
    const rows = [
      ['id', 'why'],
      ['vpc-1', 'the quota of this region is reached'],
    ];
    expect(layOut(rows, 80, plain)).toEqual(['id     why', 'vpc-1  the quota of this region is reached']);
    expect(layOut(rows, 24, plain)).toEqual(['id     why', 'vpc-1  the quota of this', '       region is reached']);
  });
  it('folds where words would be broken, and breaks only a word that no line holds', () => {
    const id = 'vpc-bp1qpo0kug3a20qqe2';
    expect(
      layOut(
        [
          ['one', 'two'],
          [id, id],
        ],
        30,
        plain,
      ),
    ).toEqual(['one', '    two', id, `    ${id}`]);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
  });
  it('counts wide characters as they stand', () => {
    expect(widthOf('流')).toBe(2);
    expect(wrap('流流流', 4)).toEqual(['流流', '流']);
  });
});
