import type { Json } from '../wire/xml.js';
import type { Fields } from '../world/flow-log.js';
import type { Arguments } from './parameters.js';

/** The named arguments that were given, as fields of a flow log. */
export function givenFields(args: Arguments, names: readonly string[]): Fields {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = args.values.get(name);
      return value === undefined ? [] : [[name, value as Json]];
    }),
  );
}

/** The named fields in this order, absent ones as empty text: lists of this cloud show every field. */
export function shownFields(fields: Fields, names: readonly string[]): Record<string, Json> {
  return Object.fromEntries(names.map((name) => [name, fields[name] ?? '']));
}
