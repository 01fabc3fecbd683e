import type { OptionOutline, Outline } from '../outline.js';

/** Values that only the surroundings know: names of accounts, regions of the cloud, bulks under way. */
export type LookupKind = 'accounts' | 'regions' | 'bulks';

/** Completions at the cursor: words of the command line itself, or values to be looked up. */
export type Candidates =
  { readonly words: readonly string[] } | { readonly asked: LookupKind; readonly partial: string };

/** Options and arguments by what they take. */
const askedBy: readonly (readonly [RegExp, LookupKind])[] = [
  [/^--accounts?\b/, 'accounts'],
  [/^--regions?\b/, 'regions'],
  [/^[<[]bulk/, 'bulks'],
];
const askedFor = (text: string): LookupKind | undefined => askedBy.find(([form]) => form.test(text))?.[1];

const longOf = ({ flags }: OptionOutline): string => /--[\w-]+/.exec(flags)?.[0] ?? flags;
const takesValue = ({ flags }: OptionOutline): boolean => /[<[]/.test(flags);
const isNamed = (option: OptionOutline, word: string): boolean => option.flags.split(/[ ,]+/).includes(word);

/**
 * Finds what may stand at the end of a command line.
 * @param words what stands after `flowlog`; the last is the one that is being typed, and may be empty
 */
export function candidates(root: Outline, words: readonly string[]): Candidates {
  const partial = words.at(-1) ?? '';
  const { command, isGroupOpen, positional, pending } = walkOutline(root, words.slice(0, -1));
  const starting = (found: readonly string[]) => ({ words: found.filter((word) => word.startsWith(partial)) });
  if (pending) {
    const asked = askedFor(longOf(pending));
    return asked ? { asked, partial } : starting(pending.choices ?? []);
  }
  if (partial.startsWith('-')) {
    const options = command === root ? root.options : [...command.options, ...root.options];
    return starting([
      ...options.map(longOf),
      '--help',
      ...(root.version !== undefined && command === root ? ['--version'] : []),
    ]);
  }
  if (isGroupOpen && command.commands.length > 0) return starting(command.commands.map(({ name }) => name));
  const last = command.arguments.at(-1);
  const argument = command.arguments[positional] ?? (last?.syntax.includes('...') ? last : undefined);
  const asked = argument && askedFor(argument.syntax);
  return asked ? { asked, partial } : starting(argument?.choices ?? []);
}

/** Position in the command line after some words. */
interface LinePosition {
  readonly command: Outline;
  /** True where the name of a subcommand may follow. */
  readonly isGroupOpen: boolean;
  readonly positional: number;
  /** The option whose value comes next. */
  readonly pending?: OptionOutline;
}

function walkOutline(root: Outline, words: readonly string[]): LinePosition {
  let place: LinePosition = { command: root, isGroupOpen: true, positional: 0 };
  for (const word of words) {
    const { pending, ...rest } = place;
    place = pending ? rest : positionAfter(place, word, root);
  }
  return place;
}

function positionAfter(place: LinePosition, word: string, root: Outline): LinePosition {
  const { command, isGroupOpen, positional } = place;
  if (word.startsWith('-')) {
    const option = [...command.options, ...root.options].find((each) => isNamed(each, word));
    return option && takesValue(option) ? { ...place, pending: option } : place;
  }
  const below = isGroupOpen ? command.commands.find(({ name }) => name === word) : undefined;
  if (below) return { command: below, isGroupOpen: true, positional: 0 };
  return { command, isGroupOpen: false, positional: positional + 1 };
}
