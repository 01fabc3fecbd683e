import type { z } from 'zod';
import type { Problem } from '../../cloud/effective-spec.js';
import { oneLine, refusedCharacter } from '../../cloud/text.js';
import { problemsOf, TOLD_PROBLEMS, isTree, showPath, shown } from './problems.js';

/**
 * Largest sizes of an input. They are checked before anything else is done with it, so that no later check, and no answer, can be made large by
 * what was sent. Everything valid is far below: the largest valid input is 100 selectors.
 */
export const inputBounds = {
  /** Values in all, lists and objects included. No more are visited. */
  values: 100_000,
  /** Objects and lists inside each other. */
  depth: 12,
  /** Fields of one object. */
  fields: 1_000,
  /** Entries of one list. */
  entries: 5_000,
  /** UTF-16 units of one text. */
  characters: 8_192,
  /** UTF-16 units of the name of a field. */
  nameCharacters: 256,
} as const;

/** Fields in which a person writes: `\n` and `\t` may stand in them. */
const multilineFields = new Set(['reason', 'description']);

/** Stands for a payload that could not be read: see data-converter.cjs. */
const unreadable = Symbol.for('flowlog.unreadable');

/** Reason why a value could not be read, where it stands for such a payload. */
export const whyUnreadable = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<symbol, string | undefined>)[unreadable] : undefined;

/** Findings of {@link lookOver}. */
export interface Looked {
  /** It is not the shape of any input: nothing else need be checked. */
  readonly shapeless: readonly Problem[];
  /** Characters that no text may hold, and names that no field may have. Other problems can still be told. */
  readonly texts: readonly Problem[];
  /** Values visited: at most `inputBounds.values`. */
  readonly visited: number;
}

/** One value of an input, and where it is. */
export interface ValueAt {
  readonly value: unknown;
  readonly name: string | number;
  readonly above?: ValueAt;
  readonly depth: number;
}

/**
 * Looks over an input before any other check: that it is an object or a list of readable size, and that its texts hold only characters that are
 * allowed. Each value is visited once, in a loop and not by calling itself, and it stops at the bounds.
 */
export function lookOver(input: unknown): Looked {
  const shapeless: Problem[] = [];
  const texts: Problem[] = [];
  const waiting: ValueAt[] = [{ value: input, name: '', depth: 1 }];
  let visited = 0;
  while (waiting.length > 0) {
    if (visited === inputBounds.values || shapeless.length === TOLD_PROBLEMS) break;
    const place = waiting.pop() as ValueAt;
    visited += 1;
    const message = strange(place);
    if (message !== undefined) shapeless.push(boundProblem(place, message));
    else {
      if (texts.length < TOLD_PROBLEMS) texts.push(...wrongText(place));
      for (const inner of insideOf(place)) waiting.push(inner);
    }
    if (visited + waiting.length > inputBounds.values) {
      const rule = `holds more than ${inputBounds.values} values`;
      return { shapeless: [...shapeless, { path: '', message: rule }], texts, visited };
    }
  }
  return { shapeless, texts, visited };
}

/** Reason why a value can be no part of an input; `undefined` where it can. */
function strange({ name, value, depth }: ValueAt): string | undefined {
  if (typeof name === 'string' && name.length > inputBounds.nameCharacters)
    return `is a field whose name has ${name.length} characters; at most ${inputBounds.nameCharacters}`;
  if (typeof value === 'string') {
    const { length } = value;
    return length > inputBounds.characters ? `has ${length} characters; at most ${inputBounds.characters}` : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const why = whyUnreadable(value);
  if (why !== undefined) return `cannot be read (${oneLine(why)}): send one JSON object, encoded json/plain`;
  if (ArrayBuffer.isView(value)) return `is ${value.byteLength} bytes: send one JSON object, encoded json/plain`;
  if (depth > inputBounds.depth) return nestingRule;
  // Zod 4 compares what any object has under these names with the bound of a list, and would throw where that cannot be compared.
  if (name === 'length' || name === 'size') return 'no field of this name holds an object or a list';
  if (Array.isArray(value))
    return value.length > inputBounds.entries
      ? `has ${value.length} entries; at most ${inputBounds.entries}`
      : undefined;
  const { length } = Object.keys(value);
  return length > inputBounds.fields ? `has ${length} fields; at most ${inputBounds.fields}` : undefined;
}

function insideOf(place: ValueAt): ValueAt[] {
  const { value } = place;
  if (typeof value !== 'object' || value === null) return [];
  const inside = Array.isArray(value) ? value.map((each, index) => [index, each] as const) : Object.entries(value);
  // The last comes first off the pile: backwards, so that problems are told in the order of the input.
  return inside.map(([name, each]) => ({ value: each, name, above: place, depth: place.depth + 1 })).reverse();
}

export const nestingRule = `is nested more than ${inputBounds.depth} deep`;

/** In JavaScript an assignment to this name sets an object's prototype: a field or tag of this name would be lost, or reach all objects. */
export const refusedName = '__proto__';
export const refusedNameRule = 'no field and no tag can have this name';

/** Refused characters of a text, and of the name of the field it stands in; and a name that is refused itself. */
function wrongText(place: ValueAt): Problem[] {
  const { name, value } = place;
  if (name === refusedName) return [boundProblem(place, refusedNameRule)];
  const inName = typeof name === 'string' ? refusedCharacter(name) : undefined;
  const inText = typeof value === 'string' ? refusedCharacter(value, multilineFields.has(String(name))) : undefined;
  return [
    ...(inName ? [boundProblem(place, `the name of this field holds the character ${inName.name}`)] : []),
    ...(inText
      ? [boundProblem(place, `holds the character ${inText.name}, as number ${inText.index + 1} of its text`)]
      : []),
  ];
}

const boundProblem = (place: ValueAt, message: string): Problem => ({ path: showPath(pathTo(place)), message });

/** Names and indexes from the whole input to one of its values. */
export function pathTo(place: ValueAt): (string | number)[] {
  const path: (string | number)[] = [];
  for (let each = place; each.above; each = each.above) path.unshift(each.name);
  return path;
}

/** An input, or everything that is wrong with it. */
export type Checked<Input> = { readonly input: Input } | { readonly problems: readonly Problem[] };

/**
 * Checks an input of unchecked size and characters. The problem of a value that is no JSON object, or is larger than any input may be, is told
 * alone.
 * @param check checks the fields; given only an object within {@link inputBounds}
 */
export function bounded<Input>(
  value: unknown,
  check: (value: Readonly<Record<string, unknown>>) => Checked<Input>,
): Checked<Input> {
  const { shapeless, texts } = lookOver(value);
  if (shapeless.length > 0) return { problems: shapeless };
  if (!isTree(value)) return { problems: [{ path: '', message: `${shown(value)}: must be one JSON object` }] };
  const checked = check(value);
  if (texts.length === 0) return checked;
  if (!('problems' in checked)) return { problems: texts };
  const told = new Set(texts.map(({ path }) => path));
  return { problems: [...texts, ...checked.problems.filter(({ path }) => !told.has(path))] };
}

/** Checks an input as {@link bounded} does, and then by a schema. */
export const checkBySchema = <Input>(schema: z.ZodType, value: unknown): Checked<Input> =>
  bounded(value, (fields) => {
    const parsed = schema.safeParse(fields);
    return parsed.success ? { input: parsed.data as Input } : { problems: problemsOf(parsed.error.issues, fields, []) };
  });
