import type { z } from 'zod';
import type { Problem } from '../../cloud/effective-spec.js';
import { cut, logLine, oneLine } from '../../cloud/text.js';

/** Problems told one by one; of the rest the number is told. */
export const TOLD_PROBLEMS = 20;

/** Unknown fields of one object told one by one. */
const TOLD_FIELDS = 3;

/** Most characters of a value, and of the name of a field, in a message. */
const SHOWN_CHARACTERS = 100;

/** Most characters of a problem's path and of its message. */
const most = { path: 150, message: 400 } as const;

/** `spec.trafficPath[3]`. */
export const showPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (shown, step) =>
      typeof step === 'number'
        ? `${shown}[${step}]`
        : `${shown}${shown ? '.' : ''}${oneLine(cut(String(step), SHOWN_CHARACTERS))}`,
    '',
  );

/** The value at a path, `undefined` where there is none. */
export const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[step], value);

/** A value as messages show it: JSON, cut at 100 characters. No more of the value is read than is shown. */
export const shown = (value: unknown): string => cut(logLine(written(value, SHOWN_CHARACTERS + 1)), SHOWN_CHARACTERS);

/** The beginning of a value's JSON, at least `room` characters of it where it has so many. */
function written(value: unknown, room: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, room));
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Date) return JSON.stringify(value);
  const isList = Array.isArray(value);
  let text = isList ? '[' : '{';
  let first = true;
  for (const name in value) {
    if (text.length >= room) return text;
    const inside = (value as Record<string, unknown>)[name];
    if (inside === undefined && !isList) continue;
    const label = isList ? '' : `${JSON.stringify(name.slice(0, room))}:`;
    text += `${first ? '' : ','}${label}${written(inside, Math.max(0, room - text.length))}`;
    first = false;
  }
  return text + (isList ? ']' : '}');
}

/** Every issue as a problem of ours: the field's path from the top of the input, the value found there, what would be right. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  above: readonly PropertyKey[],
): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    const path = [...above, ...issue.path];
    if (issue.code === 'unrecognized_keys') return unknownFields(issue, path, valueAt(value, issue.path));
    const found = valueAt(value, issue.path);
    return [
      {
        path: showPath(path),
        message: found === undefined ? `is missing: ${issue.message}` : `${shown(found)}: ${issue.message}`,
      },
    ];
  });
}

/** The first few fields too many of one object, and how many there are beyond. */
function unknownFields(
  { keys, message }: z.core.$ZodIssueUnrecognizedKeys,
  path: readonly PropertyKey[],
  value: unknown,
): Problem[] {
  // The library's own message names them all.
  const rule = message.startsWith('Unrecognized key') ? 'there is no such field' : message;
  const problems = keys.slice(0, TOLD_FIELDS).map((key) => ({
    path: showPath([...path, key]),
    message: `${shown(valueAt(value, [key]))}: ${rule}`,
  }));
  const more = keys.length - problems.length;
  return more > 0
    ? [...problems, { path: showPath(path), message: `has ${more} more fields that there are not` }]
    : problems;
}

/** Problems as they are told: the first ones, each cut where it is long, and how many there are in all. */
export function toldProblems(problems: readonly Problem[]): {
  readonly told: readonly Problem[];
  readonly more: number;
} {
  const told = problems.slice(0, TOLD_PROBLEMS).map(({ path, message }) => ({
    path: cut(path, most.path),
    message: cut(message, most.message),
  }));
  return { told, more: problems.length - told.length };
}

/** Tells whether a value is an object that is no list and no bytes. */
export const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
