import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { asksForHelp, commandFrom, outlineOf, type Outline } from '../../client/cli/outline.js';
import { createProgram } from '../../client/cli/program.js';
import type { Session } from '../../client/cli/session.js';

const sink = { write: () => true };
const program = createProgram({ surroundings: { stdout: sink, stderr: sink } } as unknown as Session);
/** As it is packed: through JSON. */
const rebuilt = commandFrom(JSON.parse(JSON.stringify(outlineOf(program))) as Outline);

const withPaths = (command: Command, path: readonly string[] = []): [string, Command][] => [
  [['flowlog', ...path].join(' '), command],
  ...command.commands.flatMap((below) => withPaths(below, [...path, below.name()])),
];
/** Everything that `--help` prints on a terminal that wide. */
function helpOf(command: Command, columns: number): string {
  let shown = '';
  command.configureOutput({
    writeOut: (text) => (shown += text),
    getOutHelpWidth: () => columns,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return shown;
}
const originals = new Map(withPaths(program));
const copies = new Map(withPaths(rebuilt));

describe('the help of the packed command', () => {
  it('has every command that there is', () => {
    expect([...copies.keys()]).toEqual([...originals.keys()]);
    expect(copies.size).toBeGreaterThan(40);
  });

  it.each([80, 120])('says the same as the command itself, on %d columns', (columns) => {
    for (const [path, original] of originals) {
      const help = helpOf(original, columns);
      expect(help).toContain('Usage: flowlog');
      expect(helpOf(copies.get(path)!, columns), path).toBe(help);
    }
    expect(helpOf(rebuilt, columns)).toContain('Exit codes:');
  });

  it('knows the version', () => expect(rebuilt.version()).toMatch(/^\d+\.\d+\.\d+/));
});

it('every command that takes a region or a manifest takes one of no public list, when it is said to be meant', () => {
  const lacks = (command: Command) => {
    const flags = command.options.map(({ long }) => long);
    return flags.some((flag) => /^--(region|regions|file)$/.test(flag ?? '')) && !flags.includes('--unlisted-region');
  };
  expect([...originals].filter(([, command]) => lacks(command)).map(([path]) => path)).toEqual([]);
});

describe('a command line', () => {
  it.each([
    { line: '--help', isHelp: true },
    { line: 'enable vpc-1 --help', isHelp: true },
    { line: 'bulk start -h', isHelp: true },
    { line: 'help enable', isHelp: true },
    { line: '--version', isHelp: true },
    { line: 'status vpc-1', isHelp: false },
    { line: 'status -- --help', isHelp: false },
    { line: 'status help', isHelp: false },
    { line: '', isHelp: false },
  ])('"$line" asks for help: $isHelp', ({ line, isHelp }) => {
    expect(asksForHelp(line.split(' ').filter(Boolean))).toBe(isHelp);
  });
});
