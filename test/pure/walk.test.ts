import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { outlineOf, type Outline } from '../../client/cli/outline.js';
import { createProgram } from '../../client/cli/program.js';
import type { Session } from '../../client/cli/session.js';
import { differencesOf } from '../service/fixtures/walk/compare.js';
import { commandsOf } from '../service/fixtures/walk/page.js';
import { blocksOf, callsIn, pages, readBlocks } from '../service/fixtures/walk/pages.js';
import { root } from './fixtures/source-tree.js';

const sink = { write: () => true };
const outline = outlineOf(createProgram({ surroundings: { stdout: sink, stderr: sink } } as unknown as Session));
const leaves = ({ name, commands }: Outline): readonly string[] =>
  commands.length === 0 ? [name] : commands.flatMap((below) => leaves(below).map((words) => `${name} ${words}`));
const commands = outline.commands.flatMap(leaves);

/** Commands that no block can show, with the reason. */
const shownNowhere: Readonly<Record<string, string>> = {
  completion: 'what it prints is for a shell to read',
};

describe('the pages that are walked', () => {
  test('have every command of `flowlog` in a block', async () => {
    const calls = (await readBlocks(root)).flatMap((block) => block.commands.flatMap(({ text }) => callsIn(text)));
    const isCalled = (command: string) => calls.some((call) => call === command || call.startsWith(`${command} `));
    expect(commands.length).toBeGreaterThan(30);
    const missing = commands.filter((command) => !isCalled(command) && !(command.split(' ')[0]! in shownNowhere));
    expect(missing, 'put each into a block of docs/cli.md').toEqual([]);
  });

  test('are those of docs/walk.md, command by command', async () => {
    const walked = commandsOf(readFileSync(join(root, 'docs/walk.md'), 'utf8')).filter((line) => line.startsWith('$ '));
    const asked = (await readBlocks(root)).flatMap((block) => block.commands.map(({ text }) => `$ ${text}`));
    const help = 'write it anew: remove docs/walk.md and run test/service/walk.test.ts';
    expect(walked, help).toEqual(asked.filter((text) => text !== '$ npm test'));
    expect(pages.length).toBe(2);
  });
});

test('a walk that shows something else is told, and what differs by time and speed is not', () => {
  const page = (...lines: readonly string[]) => ['### Of it', '```console', ...lines, '```'].join('\n');
  const before = page('$ flowlog status x', 'Active\t3 s', '$ flowlog enable -f x', 'a 1', 'b 2', '… 4 more lines');
  const same = page('$ flowlog status x', 'Active\t9 s', '$ flowlog enable -f x', 'b 7', 'a 1', '… 12 more lines');
  expect(differencesOf(before, same)).toEqual([]);
  const other = page('$ flowlog status x', 'Inactive\t9 s', '$ flowlog enable -f x', 'a 1', 'c', '[exit code 1]');
  expect(differencesOf(before, other)).toEqual([
    'flowlog status x: no longer says: Active\t0 s',
    'flowlog status x: says: Inactive\t0 s',
    'flowlog enable -f x: no longer says: b 0',
    'flowlog enable -f x: says: [exit code 0]',
    'flowlog enable -f x: says: c',
  ]);
  expect(differencesOf(before, page('$ flowlog list'))[0]).toBe('flowlog list in the place of flowlog status x');
});

test('a block is read as a reader copies it: comments and what is no shell are left out', () => {
  const page = [
    '# Title', '```sh', 'flowlog doctor   # looks', '# a comment', 'flowlog thaw --id "#1"  # exit code 4: no', '```',
    '## Below', '```ts', 'nothing();', '```', '```sh', 'flowlog audit verify --anchor "$(flowlog audit anchor)"', '```',
  ].join('\n'); // prettier-ignore
  expect(blocksOf('page.md', page)).toEqual([
    {
      ...{ page: 'page.md', heading: 'Title' },
      commands: [
        { text: 'flowlog doctor', exitCode: 0 },
        { text: 'flowlog thaw --id "#1"', exitCode: 4 },
      ],
    },
    {
      ...{ page: 'page.md', heading: 'Below' },
      commands: [{ text: 'flowlog audit verify --anchor "$(flowlog audit anchor)"', exitCode: 0 }],
    },
  ]);
  expect(callsIn('npx flowlog audit verify --anchor "$(flowlog audit anchor)"')).toEqual([
    'audit verify',
    'audit anchor',
  ]);
});
