import type { z } from 'zod';
import type { Problem } from '../cloud/effective-spec.js';

/** `spec.trafficPath[3]`. */
export const showPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (shown, step) => (typeof step === 'number' ? `${shown}[${step}]` : `${shown}${shown ? '.' : ''}${String(step)}`),
    '',
  );

/** The value at a path, `undefined` where there is none. */
export const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[step], value);

/** A value as messages show it: JSON, cut where it is long. */
export const shown = (value: unknown): string => {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 100 ? `${json.slice(0, 99)}…` : json;
};

/** Every issue as a problem of ours: the field's path from the top of the input, the value found there, what would be right. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  above: readonly PropertyKey[],
): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    const path = showPath([...above, ...issue.path]);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        path: path ? `${path}.${key}` : key,
        message: `${shown(valueAt(value, [...issue.path, key]))}: ${issue.message}`,
      }));
    const found = valueAt(value, issue.path);
    return [
      { path, message: found === undefined ? `is missing: ${issue.message}` : `${shown(found)}: ${issue.message}` },
    ];
  });
}

/** Whether a value is an object that is no list. */
export const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
