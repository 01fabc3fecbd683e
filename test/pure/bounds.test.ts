import { describe, expect, test } from 'vitest';
import { inputBounds, lookOver } from '../../workflows/contract/bounds.js';
import { parseBulkInput } from '../../workflows/bulk/input.js';
import { parsePlanInput } from '../../workflows/reads/plan.js';
import { parseOperationInput } from '../../workflows/contract/input.js';
import { invalidInput } from '../../workflows/contract/invalid-input.js';

/** Bounds on the cost of an input before its check is over. */

const spec = { destination: { project: 'netlogs', logStore: 'flow' } };
const target = { product: 'vpc', accountId: '1', region: 'cn-hangzhou', resource: { type: 'VPC', id: 'vpc-1' } };
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));

/** Each value in it is read at most so often by a whole check, its message included. */
const READS_A_VALUE = 25;

/** Counts every read of a property, however deep. */
function counted<Value extends object>(value: Value): { readonly value: Value; readonly reads: () => number } {
  let reads = 0;
  const watched = (inner: unknown): unknown =>
    typeof inner === 'object' && inner !== null
      ? new Proxy(inner, {
          get(of, name, receiver) {
            reads += 1;
            return watched(Reflect.get(of, name, receiver));
          },
        })
      : inner;
  return { value: watched(value) as Value, reads: () => reads };
}

const sizeOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, inner) => sum + sizeOf(inner), 1)
    : 1;

describe('an input is looked over', () => {
  test('in as many visits as it has values, and never in more than the bound', () => {
    expect(lookOver({ a: [1, 2, { b: 'c' }] }).visited).toBe(6);
    const wide = Array.from({ length: 1_000 }, () => Array.from({ length: 1_000 }, () => 0));
    const looked = lookOver(wide);
    expect(looked.visited).toBeLessThanOrEqual(inputBounds.values);
    expect(looked.shapeless.at(-1)).toEqual({ path: '', message: 'holds more than 100000 values' });
  });

  test.each([
    [{ ...keys(1_001) }, '', 'has 1001 fields; at most 1000'],
    [{ a: Array.from({ length: 5_001 }) }, 'a', 'has 5001 entries; at most 5000'],
    [{ a: 'x'.repeat(9_000) }, 'a', 'has 9000 characters; at most 8192'],
    [{ a: new Uint8Array(3) }, 'a', 'is 3 bytes: send one JSON object, encoded json/plain'],
    [{ [`k${'k'.repeat(300)}`]: 1 }, `k${'k'.repeat(98)}…`, 'is a field whose name has 301 characters; at most 256'],
    [
      { [Symbol.for('flowlog.unreadable')]: 'Unknown encoding: x' },
      '',
      'cannot be read (Unknown encoding: x): send one JSON object, encoded json/plain',
    ],
  ])('%#: what has no shape of an input is told alone', (value, path, message) => {
    expect(lookOver(value).shapeless).toEqual([{ path, message }]);
  });

  test.each(['length', 'size'])(
    'an object under the name "%s" is refused where a list or a text should stand',
    (name) => {
      // It cannot be compared with a number: a check that does so throws.
      const input = { operation: 'enable', requestedBy: 'a', items: { [name]: { toString: 1, valueOf: 1 } } };
      const message = 'no field of this name holds an object or a list';
      for (const checked of [parseBulkInput(input), parsePlanInput(input)])
        expect(checked).toEqual({ problems: [{ path: `items.${name}`, message }] });
    },
  );

  test('without calling itself: what is nested a million deep is refused', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 1_000_000; depth++) deep = { a: deep };
    expect(lookOver(deep).shapeless[0]?.message).toBe('is nested more than 12 deep');
  });

  test('for characters that no text may hold, in names of fields too; lines may stand where people write', () => {
    const looked = lookOver({ requestedBy: 'a\u0000', reason: 'one\ntwo\tthree', tags: { 'k\u009b': '\ud800' } });
    expect(looked.texts.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'requestedBy holds the character U+0000, as number 2 of its text',
      'tags.k  the name of this field holds the character U+009B',
      'tags.k  holds the character U+D800, as number 1 of its text',
    ]);
    expect(lookOver({ reason: 'a\r\n' }).texts).toHaveLength(1);
  });

  test('for the name __proto__, which every later check would pass over', () => {
    const tags: unknown = JSON.parse('{"__proto__":"x"}');
    expect(lookOver({ spec: { tags } }).texts).toEqual([
      { path: 'spec.tags.__proto__', message: 'no field and no tag can have this name' },
    ]);
    const input = { target, spec: { ...spec, tags }, requestedBy: 'mika' };
    expect(parseOperationInput('enable', input)).toMatchObject({ problems: [{ path: 'spec.tags.__proto__' }] });
  });
});

describe('a whole check', () => {
  test.each([
    [
      'a right bulk',
      { operation: 'enable', requestedBy: 'x', items: Array.from({ length: 500 }, () => ({ target, spec })) },
    ],
    [
      'six wrong fields in each of 500 items',
      {
        operation: 'enable',
        requestedBy: 'x',
        items: Array.from({ length: 500 }, () => ({ target, spec: { ...spec, ...keys(6) } })),
      },
    ],
    [
      '500 items that are a number',
      { operation: 'enable', requestedBy: 'x', items: Array.from({ length: 500 }, () => 7) },
    ],
    ['1,000 unknown fields', { ...keys(990), operation: 'enable', requestedBy: 'x', items: [] }],
  ])(`reads each value at most ${READS_A_VALUE} times: %s`, (_, input) => {
    const { value, reads } = counted(input);
    parseBulkInput(value);
    expect(reads()).toBeLessThanOrEqual(READS_A_VALUE * sizeOf(input));
  });

  test('tells the first 20 problems and the number of the rest, in less than 64 KB', () => {
    const items = Array.from({ length: 500 }, () => ({ target, spec: { ...spec, ...keys(6) } }));
    const checked = parseBulkInput({ operation: 'enable', requestedBy: 'x', items });
    const failure = invalidInput('problems' in checked ? checked.problems : [], 'Correct it.');
    expect(failure.problems).toHaveLength(20);
    expect(failure).toMatchObject({
      moreProblems: 1_980,
      message: expect.stringMatching(/; and 1980 more$/) as string,
    });
    expect(JSON.stringify(failure).length).toBeLessThan(64 * 1_024);
  });

  test('tells three unknown fields of an object, each cut, and counts the rest', () => {
    const checked = parseOperationInput('enable', { target, spec, requestedBy: 'x', ['y'.repeat(200)]: 1, ...keys(9) });
    expect('problems' in checked && checked.problems.map(({ path }) => path)).toEqual([
      `${'y'.repeat(99)}…`,
      'k0',
      'k1',
      '',
    ]);
    expect('problems' in checked && checked.problems.at(-1)?.message).toBe('has 7 more fields that there are not');
  });
});
