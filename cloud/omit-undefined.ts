/** An object without the fields that are `undefined`; a field that may be so becomes optional. */
export type OmitUndefined<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name];
} & { [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined> };

/**
 * Leaves out the fields that are `undefined`: what is stored, hashed or sent has either a value or no such field. A column without a
 * value comes from the database as `null`, and from there into histories; it is left out likewise.
 */
export function omitUndefined<Fields extends object>(fields: Fields): OmitUndefined<Fields> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given) as OmitUndefined<Fields>;
}
