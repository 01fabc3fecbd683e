import { isTree } from '../../../workflows/contract/problems.js';

/** Numbers in [0, 1), repeatable from a seed. */
export type Random = () => number;

export const below = (random: Random, limit: number): number => Math.floor(random() * limit);
export const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[below(random, values.length)] as Value;

/** Characters that no text may hold, that have a special meaning for some program, or that take many bytes. */
const letters = [
  'a',
  'Z',
  '0',
  '-',
  ' ',
  '\u0000',
  '\u001b]0;',
  '\u009b',
  '\n',
  '\ud800',
  '\udfff',
  '流',
  '😀',
  '"',
  '\\',
  '../',
  '%',
  '$',
  '\u202e',
];

const textOf = (random: Random, length: number): string => Array.from({ length }, () => pick(random, letters)).join('');

/** Names that mean something in JSON, in JavaScript, or to us. */
const names = [
  '__proto__',
  'constructor',
  'toString',
  'then',
  'toJSON',
  'target',
  'spec',
  'items',
  'options',
  'requestedBy',
  'length',
  '',
  '0',
];

const nameOf = (random: Random): string =>
  random() < 0.6 ? pick(random, names) : textOf(random, 1 + below(random, 12));

/** Values that no field of ours takes, or hardly any. */
const leaves: readonly ((random: Random) => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 1e308,
  () => 0.1,
  () => Number.MAX_SAFE_INTEGER,
  () => '',
  () => [],
  () => ({}),
  (random) => textOf(random, 1 + below(random, 8)),
  (random) => textOf(random, 300),
  () => 'x'.repeat(10_000),
  () => '1e999',
  () => '2026-01-01T00:00:00Z',
];

/** A random tree of JSON. */
export function treeOf(random: Random, depth = 4): unknown {
  if (depth === 0 || random() < 0.4) return pick(random, leaves)(random);
  const inner = Array.from({ length: below(random, 6) }, () => treeOf(random, depth - 1));
  return random() < 0.4 ? inner : recordOf(inner.map((value) => [nameOf(random), value]));
}

/** As JSON.parse makes it: `__proto__` is a key like any other. */
const recordOf = (entries: readonly (readonly [string, unknown])[]): Record<string, unknown> => {
  const made: Record<string, unknown> = {};
  for (const [name, value] of entries)
    Object.defineProperty(made, name, { value, enumerable: true, writable: true, configurable: true });
  return made;
};

/** Too much of something, as text of JSON. */
const excesses: readonly ((random: Random) => string)[] = [
  (random) => deep(random, '{"a":', '}'),
  (random) => deep(random, '[', ']'),
  (random) => JSON.stringify(recordOf(Array.from({ length: 100 + below(random, 5_000) }, (_, at) => [`k${at}`, at]))),
  (random) => JSON.stringify(Array.from({ length: 100 + below(random, 10_000) }, () => ({}))),
  (random) => JSON.stringify({ ['k'.repeat(1 + below(random, 100_000))]: 1 }),
  (random) => JSON.stringify({ requestedBy: 'x'.repeat(1 + below(random, 100_000)) }),
];

const deep = (random: Random, open: string, close: string): string => {
  const depth = 10 + below(random, 20_000);
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
};

/** An argument as it travels: what wrote it is not known. */
export interface RawPayload {
  readonly encoding?: string;
  readonly data?: Uint8Array;
}

const json = (text: string): RawPayload => ({ encoding: 'json/plain', data: Buffer.from(text) });
const encodings = [
  'binary/plain',
  'binary/null',
  'json/protobuf',
  'binary/protobuf',
  'binary/encrypted',
  'zip',
  '',
  'JSON/PLAIN',
];

/** A payload that holds no right input of anything. */
export function wrongPayload(random: Random): RawPayload {
  const chance = random();
  if (chance < 0.55) return json(JSON.stringify(treeOf(random)) ?? 'null');
  if (chance < 0.65) return json(pick(random, excesses)(random));
  if (chance < 0.75) return json(textOf(random, 1 + below(random, 40)));
  if (chance < 0.85)
    return { encoding: pick(random, encodings), data: Buffer.from(JSON.stringify(treeOf(random)) ?? '') };
  if (chance < 0.9) return { data: Buffer.from('{}') };
  if (chance < 0.95) return { encoding: 'json/plain' };
  return { encoding: pick(random, ['json/plain', ...encodings]), data: bytesOf(random, 1 + below(random, 2_000)) };
}

const bytesOf = (random: Random, length: number): Uint8Array => Uint8Array.from({ length }, () => below(random, 256));

/** The largest payload that Temporal lets through, filled with something. */
export function largestPayload(random: Random, bytes: number): RawPayload {
  const fill = (text: string, open: string, close: string) =>
    json(`${open}${text.repeat(Math.floor((bytes - open.length - close.length - 2) / text.length))}${close}`);
  return pick(random, [
    () => fill('[],', '[', '0]'),
    () => fill('[', '', ''),
    () => fill('x', '"', '"'),
    () => fill('{"target":{},"spec":{}},', '{"operation":"enable","requestedBy":"x","items":[', '{}]}'),
    () => fill('"\\ud800",', '{"requestedBy":[', '0]}'),
    () => ({ encoding: 'binary/plain', data: new Uint8Array(bytes) }),
    () => ({ encoding: 'unknown', data: new Uint8Array(bytes) }),
  ])();
}

/** The same input with one thing in it changed, which may leave it right. `keep` names a field that is never changed. */
export function altered(random: Random, input: unknown, keep: string): unknown {
  if (Array.isArray(input) && input.length > 0) {
    const at = below(random, input.length);
    return input.map((each: unknown, index) => (index === at ? altered(random, each, keep) : each));
  }
  if (!isTree(input)) return treeOf(random, 2);
  const fields = Object.keys(input).filter((name) => name !== keep);
  const name = pick(random, fields);
  const chance = random();
  if (fields.length === 0 || chance < 0.15) return { ...input, [nameOf(random)]: treeOf(random, 2) };
  if (chance < 0.25) return Object.fromEntries(Object.entries(input).filter(([each]) => each !== name));
  if (chance < 0.5) return { ...input, [name]: pick(random, leaves)(random) };
  return { ...input, [name]: altered(random, input[name], keep) };
}
