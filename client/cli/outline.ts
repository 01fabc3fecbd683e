import { Argument, Command, Option } from 'commander';
import { omitUndefined } from '../../cloud/omit-undefined.js';

/**
 * A command line without what it does: its names, arguments, options and texts, as JSON. The packed command shows its help from it and
 * loads nothing else for that.
 */
export interface Outline {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly ArgumentOutline[];
  readonly options: readonly OptionOutline[];
  /** Text shown below the help. */
  readonly epilogue: string;
  readonly version?: string;
  readonly commands: readonly Outline[];
}

interface ArgumentOutline {
  /** `<bulk>`, or `[names...]` where it may be left out. */
  readonly syntax: string;
  readonly description: string;
  readonly choices?: readonly string[];
}

export interface OptionOutline {
  readonly flags: string;
  readonly description: string;
  readonly default?: unknown;
  readonly choices?: readonly string[];
}

/** Outlines a command with all below it. */
export function outlineOf(command: Command): Outline {
  const version = command.version();
  return {
    name: command.name(),
    description: command.description(),
    arguments: command.registeredArguments.map((argument) => {
      const shown = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return {
        syntax: argument.required ? `<${shown}>` : `[${shown}]`,
        description: argument.description,
        ...omitUndefined({ choices: argument.argChoices }),
      };
    }),
    options: command.options
      .filter(({ long }) => version === undefined || long !== '--version')
      .map(({ flags, description, defaultValue, argChoices }) => ({
        flags,
        description,
        ...omitUndefined({
          default: defaultValue === undefined ? undefined : (defaultValue as unknown),
          choices: argChoices,
        }),
      })),
    epilogue: epilogueOf(command),
    ...omitUndefined({ version }),
    commands: command.commands.map(outlineOf),
  };
}

/** Reads the text that commander adds after the help. Only listeners know it, so this writes the help once into a string. */
function epilogueOf(command: Command): string {
  let shown = '';
  const before = command.configureOutput();
  command.configureOutput({ writeOut: (text) => (shown += text) });
  command.outputHelp();
  command.configureOutput(before);
  return shown.slice(command.helpInformation().length).replace(/\n$/, '');
}

/** A command line that shows the same help as the one that was outlined, and does nothing. */
export function commandFrom(outline: Outline): Command {
  const command = new Command(outline.name).description(outline.description);
  if (outline.version !== undefined) addVersion(command, outline.version);
  for (const { syntax, description, choices } of outline.arguments) {
    const argument = new Argument(syntax, description);
    command.addArgument(choices ? argument.choices(choices) : argument);
  }
  for (const { flags, description, choices, ...rest } of outline.options) {
    const option = new Option(flags, description);
    if (choices) option.choices(choices);
    if ('default' in rest) option.default(rest.default);
    command.addOption(option);
  }
  if (outline.epilogue !== '') command.addHelpText('after', outline.epilogue);
  for (const below of outline.commands) command.addCommand(commandFrom(below));
  return command;
}

/** Adds `--version`. */
export const addVersion = (command: Command, version: string): Command =>
  command.version(version, '--version', 'print the version of this command');

/** Words of a command line that may be flags: those before `--`. */
export function flagWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

/** Tells whether a command line only asks for help, or for the version: then nothing is to be done. */
export function asksForHelp(argv: readonly string[]): boolean {
  const words = flagWords(argv);
  return words[0] === 'help' || words.some((word) => ['--help', '-h', '--version'].includes(word));
}
