import type { Outline } from '../../client/cli/outline.js';

/**
 * Writes the manual page of a command and all below it, from the same source as `--help`.
 * @returns roff for `man`, section 1
 */
export function manPage(outline: Outline): string {
  return [
    `.TH ${outline.name.toUpperCase()} 1 "" "${outline.name} ${outline.version ?? ''}"`,
    '.SH NAME',
    `${outline.name} \\- ${escaped(outline.description)}`,
    '.SH SYNOPSIS',
    `.B ${outline.name}`,
    '[options] command',
    '.SH OPTIONS',
    ...optionsOf(outline),
    '.SH COMMANDS',
    ...outline.commands.flatMap((command) => commandLines(command, outline.name)),
    ...(outline.epilogue === '' ? [] : ['.SH NOTES', '.nf', escaped(outline.epilogue.trim()), '.fi']),
    '',
  ].join('\n');
}

function commandLines(command: Outline, path: string): string[] {
  const name = `${path} ${command.name}`;
  const words = [name, ...command.arguments.map(({ syntax }) => syntax)].join(' ');
  // A group does nothing by itself.
  if (command.commands.length > 0) return command.commands.flatMap((below) => commandLines(below, name));
  return [
    `.SS ${escaped(words)}`,
    escaped(command.description),
    ...command.arguments
      .filter(({ description }) => description !== '')
      .flatMap(({ syntax, description }) => ['.TP', escaped(syntax), escaped(description)]),
    ...optionsOf(command),
  ];
}

const optionsOf = ({ options }: Outline): string[] =>
  options.flatMap(({ flags, description, choices }) => [
    '.TP',
    `.B ${escaped(flags)}`,
    escaped(
      choices && !choices.every((choice) => description.includes(choice))
        ? `${description} (${choices.join(', ')})`
        : description,
    ),
  ]);

/** Text that roff shows as it is: no dash becomes a hyphen, no line is taken for a request, and other signs than ASCII are named. */
const escaped = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/[^\x00-\x7f]/gu, (sign) => `\\[u${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`)
    .replace(/^([.'])/gm, '\\&$1');
