import { readFile, readdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../cloud/errors/catalogue.js';
import { createProgram } from '../../client/cli/program.js';
import type { Session } from '../../client/cli/session.js';
import { effectiveItems, effectiveSelectors, readManifest } from '../../client/index.js';
import { parseOperationInput } from '../../workflows/contract/input.js';
import { bulkSignals } from '../../workflows/contract/bulk.js';
import { searchAttributes } from '../../workflows/contract/operation.js';
import { knownUpdates } from '../../workflows/contract/request.js';
import { idForms } from '../../client/cli/resource-id.js';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

const sink = { write: () => true };
const program = createProgram({ surroundings: { stdout: sink, stderr: sink } } as unknown as Session);
const commandsOf = (command: Command): Command[] => [command, ...command.commands.flatMap(commandsOf)];

/** A command line in a block or between backticks: up to what ends it in a shell. */
const commandLine = /(?:^|[^\w/.-])(?:flowlog )+((?:[a-z][a-z-]*|--[a-z])[^`|;&#>]*)/g;

/** Flags that the command of this line takes, those of the commands above it included. */
function flagsOf(words: readonly string[]): ReadonlySet<string> {
  const path: Command[] = [program];
  for (const word of words) {
    const next = path.at(-1)?.commands.find((command) => command.name() === word || command.aliases().includes(word));
    if (!next) break;
    path.push(next);
  }
  const named = path.flatMap(({ options }) => options.map(({ long }) => long ?? ''));
  return new Set([...named, '--help', '--version']);
}

describe('the pages', () => {
  it('name every command and every flag of the command line, and every form of an id', async () => {
    const page = await read('docs/cli.md');
    const commands = commandsOf(program);
    const words = [
      ...commands.slice(1).map((command) => command.name()),
      ...commands.flatMap((command) => command.options.map((option) => option.long ?? '')),
      ...idForms.map(({ prefix }) => `\`${prefix}\``),
    ];
    expect(words.length).toBeGreaterThan(60);
    expect([...new Set(words)].filter((word) => !page.includes(word))).toEqual([]);
  });

  it('name no command that there is not, in what they advise after an error', () => {
    const named = errorCatalogue.flatMap(({ advice }) => [...advice.matchAll(/`flowlog ([a-z -]+)/g)]);
    const known = new Set(program.commands.flatMap((command) => [command.name(), ...command.aliases()]));
    expect(named.length).toBeGreaterThan(5);
    expect(named.map(([, words = '']) => words.split(' ')[0]).filter((name) => !known.has(name ?? ''))).toEqual([]);
  });

  it('give no command a flag that it does not have', async () => {
    // The page of messages shows texts as they stand in the code, beginnings and ends of sentences among them.
    const docs = (await readdir(new URL('../../docs', import.meta.url))).filter(
      (name) => name.endsWith('.md') && name !== 'messages.md',
    );
    const paths = ['README.md', 'CONTRIBUTING.md', 'deploy/README.md', ...docs.map((name) => `docs/${name}`)];
    const pages = await Promise.all(paths.map(async (path) => ({ path, lines: (await read(path)).split('\n') })));
    const shown = pages.flatMap(({ path, lines }) =>
      lines.flatMap((line) =>
        [...line.matchAll(commandLine)].map(([, words = '']) => ({ path, words: words.split(/\s+/) })),
      ),
    );
    expect(shown.length).toBeGreaterThan(100);
    const wrong = shown.flatMap(({ path, words }) =>
      words
        .map((word) => /^--[a-z-]+/.exec(word)?.[0])
        .filter((flag) => flag !== undefined && !flagsOf(words).has(flag))
        .map((flag) => `${path}: flowlog ${words.join(' ')}: ${flag}`),
    );
    expect(wrong).toEqual([]);
  });

  it('show callers in other languages an argument that is taken, and every update, search attribute and failure type', async () => {
    const page = await read('docs/callers.md');
    const argument: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
    expect(parseOperationInput('enable', argument)).toHaveProperty('input');
    const names = [...knownUpdates, ...Object.values(searchAttributes), ...Object.values(bulkSignals)];
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('come with a manifest that can be used', async () => {
    const located = readManifest('manifest.yaml', await read('examples/manifest.yaml'));
    const accounts = { default: { uid: '1000000000000001' } };
    for (const operation of ['enable', 'disable', 'delete'] as const)
      expect(effectiveItems(located, operation, { accounts, requestedBy: 'me' })).toHaveLength(4);
  });

  it('come with selectors that can be used', async () => {
    const located = readManifest('coverage.yaml', await read('examples/coverage.yaml'));
    const accounts = { default: { uid: '1000000000000001' } };
    for (const operation of [undefined, 'enable', 'disable', 'delete'] as const)
      expect(effectiveSelectors(located, operation, { accounts, requestedBy: 'me' })).toHaveLength(4);
  });
});
