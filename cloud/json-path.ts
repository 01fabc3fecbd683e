/** Reading answers of the cloud: what is not there, or is of another kind, is `undefined`. */

/** The value at a dotted path; `undefined` where the path ends early. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => {
    const isThere = typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name);
    return isThere ? (inner as Record<string, unknown>)[name] : undefined;
  }, value);
}

/** The text or number at a dotted path, as text. */
export function textAt(value: unknown, path: string): string | undefined {
  const found = at(value, path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}

/** The number at a dotted path, also where the cloud wrote it as text. */
export function numberAt(value: unknown, path: string): number | undefined {
  const found = textAt(value, path);
  return found === undefined || found.trim() === '' || !Number.isFinite(Number(found)) ? undefined : Number(found);
}

/** Tells whether a value is a JSON object. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
