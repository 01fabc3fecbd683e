import { Refusal } from '../wire/refusal.js';

/** One documented parameter: its form, and the code for a wrong value. Validation is this table and nothing else. */
export interface Parameter {
  readonly name: string;
  /** `list`: `Name.1`, `Name.2`, …  `tags`: `Name.1.Key`, `Name.1.Value`, …  `filters`: `Name.1.Key`, `Name.1.Value.1`, … */
  readonly type: 'text' | 'integer' | 'boolean' | 'list' | 'tags' | 'filters';
  readonly required?: boolean;
  readonly pattern?: RegExp;
  readonly allowed?: readonly (string | number)[];
  /** Text: characters. Integer: value. List, tags and filters: number of entries, of a filter's values too. */
  readonly min?: number;
  readonly max?: number;
  /** Tags: the longest key, in characters. */
  readonly maxKeyLength?: number;
  /** Code for a wrong value; default the service's general one. */
  readonly wrong?: string;
  /** Code for an element given twice; default `wrong`. */
  readonly duplicated?: string;
}

/** A service's errors for parameters that have no code of their own. */
export interface ParameterErrors {
  readonly missing: (name: string) => Refusal;
  readonly wrong: (name: string) => Refusal;
}

type Value = string | number | boolean | readonly string[] | readonly Tag[] | readonly Condition[];

/** One filter of a list: the field must have one of the values. */
export interface Condition {
  readonly key: string;
  readonly values: readonly string[];
}

/** A tag as sent; a filter may name a key alone. */
export interface Tag {
  readonly key: string;
  readonly value: string | undefined;
}

/** The checked arguments of a call. */
export class Arguments {
  constructor(readonly values: ReadonlyMap<string, Value>) {}
  text(name: string): string | undefined {
    const value = this.values.get(name);
    return typeof value === 'string' ? value : undefined;
  }
  /** A required text; the table guarantees it. */
  need(name: string): string {
    return this.text(name) ?? '';
  }
  integer(name: string): number | undefined {
    const value = this.values.get(name);
    return typeof value === 'number' ? value : undefined;
  }
  flag(name: string): boolean {
    return this.values.get(name) === true;
  }
  list(name: string): readonly string[] | undefined {
    const value = this.values.get(name);
    return Array.isArray(value) ? (value as readonly string[]) : undefined;
  }
  tags(name: string): readonly Tag[] {
    const value = this.values.get(name);
    return Array.isArray(value) ? (value as readonly Tag[]) : [];
  }
  conditions(name: string): readonly Condition[] {
    const value = this.values.get(name);
    return Array.isArray(value) ? (value as readonly Condition[]) : [];
  }
}

/**
 * Checks sent parameters against a table. Parameters that the table does not name are ignored, as the gateway does.
 * @throws {@link Refusal} for the first parameter, in the table's order, that is missing or wrong.
 */
export function parseArguments(
  table: readonly Parameter[],
  sent: ReadonlyMap<string, string>,
  errors: ParameterErrors,
): Arguments {
  const values = new Map<string, Value>();
  for (const parameter of table) {
    const value = readers[parameter.type](parameter, sent, errors);
    const isMissing = value === undefined || (parameter.required && value === '');
    if (isMissing && parameter.required) throw errors.missing(parameter.name);
    if (value !== undefined) values.set(parameter.name, value);
  }
  return new Arguments(values);
}

type Reader = (parameter: Parameter, sent: ReadonlyMap<string, string>, errors: ParameterErrors) => Value | undefined;

const readers: Readonly<Record<Parameter['type'], Reader>> = {
  text(parameter, sent, errors) {
    const text = sent.get(parameter.name);
    if (text === undefined || (text === '' && parameter.required)) return undefined;
    // An optional parameter sent empty is one not given, unless its document sets a least length.
    if (text === '' && parameter.min === undefined) return text;
    const fits =
      (parameter.pattern?.test(text) ?? true) &&
      (parameter.allowed?.includes(text) ?? true) &&
      within(parameter, [...text].length);
    if (!fits) throw wrong(parameter, errors);
    return text;
  },
  integer(parameter, sent, errors) {
    const text = sent.get(parameter.name);
    if (text === undefined || text === '') return undefined;
    const number = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
    const fits = !Number.isNaN(number) && (parameter.allowed?.includes(number) ?? true) && within(parameter, number);
    if (!fits) throw wrong(parameter, errors);
    return number;
  },
  boolean(parameter, sent, errors) {
    // In any case: the official Python SDK writes `True`.
    const text = sent.get(parameter.name)?.toLowerCase();
    if (text === undefined || text === '') return undefined;
    if (text !== 'true' && text !== 'false') throw wrong(parameter, errors);
    return text === 'true';
  },
  list(parameter, sent, errors) {
    const items = indexed(parameter.name, sent).map(([, fields]) => fields.get('') ?? '');
    if (items.length === 0) return undefined;
    if (new Set(items).size < items.length) throw wrong(parameter, errors, parameter.duplicated);
    const { allowed, pattern } = parameter;
    const fits = items.every((item) => (allowed?.includes(item) ?? true) && (pattern?.test(item) ?? true));
    if (!fits || !within(parameter, items.length)) throw wrong(parameter, errors);
    return items;
  },
  tags(parameter, sent, errors) {
    const given = indexed(parameter.name, sent).map(([, fields]) => ({
      key: fields.get('Key') ?? '',
      value: fields.get('Value'),
    }));
    if (given.length === 0) return undefined;
    for (const tag of given) checkTag(tag, parameter, errors);
    const distinct = new Set(given.map((tag) => tag.key)).size === given.length;
    if (!distinct || !within(parameter, given.length)) throw wrong(parameter, errors);
    return given;
  },
  filters(parameter, sent, errors) {
    const given = indexed(parameter.name, sent).map(([, fields]) => ({
      key: fields.get('Key') ?? '',
      values: [...fields].filter(([field]) => field.startsWith('Value.')).map(([, value]) => value),
    }));
    if (given.length === 0) return undefined;
    const fits = given.every(({ key, values }) => parameter.allowed?.includes(key) && within(parameter, values.length));
    if (!fits || !within(parameter, given.length)) throw wrong(parameter, errors);
    return given;
  },
};

/** Longest tag value, in characters, in every product. */
const maxTagValueLength = 128;

function checkTag({ key, value = '' }: Tag, parameter: Parameter, errors: ParameterErrors): void {
  const reserved = /^(aliyun|acs:)/;
  const link = /https?:\/\//;
  const keyFits =
    key !== '' && [...key].length <= (parameter.maxKeyLength ?? 128) && !reserved.test(key) && !link.test(key);
  const valueFits = [...value].length <= maxTagValueLength && !value.startsWith('acs:') && !link.test(value);
  if (!keyFits) throw wrong(parameter, errors, parameter.wrong ?? undefined, 'Key');
  if (!valueFits) throw wrong(parameter, errors, parameter.wrong ?? undefined, 'Value');
}

/** Collects `Name.1.Key`, `Name.1.Value`, `Name.2` … by number; the part after the number names the field, '' for a plain element. */
function indexed(name: string, sent: ReadonlyMap<string, string>): [number, Map<string, string>][] {
  const items = new Map<number, Map<string, string>>();
  const prefix = `${name}.`;
  for (const [sentName, value] of sent) {
    if (!sentName.startsWith(prefix)) continue;
    const [index = '', ...rest] = sentName.slice(prefix.length).split('.');
    const field = rest.join('.');
    if (!/^[1-9]\d{0,3}$/.test(index)) continue;
    const fields = items.get(Number(index)) ?? new Map<string, string>();
    items.set(Number(index), fields.set(field, value));
  }
  return [...items].sort(([a], [b]) => a - b);
}

const within = ({ min = -Infinity, max = Infinity }: Parameter, size: number): boolean => size >= min && size <= max;

function wrong(parameter: Parameter, errors: ParameterErrors, code = parameter.wrong, part = ''): Refusal {
  // A code ending in a star names the part of a tag that is wrong: `IllegalParam.Tag*` becomes `IllegalParam.TagKey`.
  return code === undefined ? errors.wrong(parameter.name) : new Refusal(code.replace('*', part));
}
