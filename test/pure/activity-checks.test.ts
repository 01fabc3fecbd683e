import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test } from 'vitest';
import { activityInputs } from '../../activities/checks.js';
import { type Dependencies, createActivities } from '../../activities/index.js';

/** Everything that is registered, given what no type describes: refused once, by name, before anything is touched. */

type Activity = (input: unknown) => Promise<unknown>;
const registered = Object.values(createActivities({} as Dependencies)).flatMap((queue) =>
  Object.entries(queue as unknown as Readonly<Record<string, Activity>>),
);

const wrongValues: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a number', 7],
  ['a text', 'bulk:x'],
  ['a list', [null]],
  ['bytes', Buffer.from('{"run":"x"}')],
  ['an object without fields', {}],
  ['what could not be read', { [Symbol.for('flowlog.unreadable')]: 'Unknown encoding' }],
  [
    'fields of other types',
    {
      run: 7,
      rows: {},
      target: [],
      request: 'x',
      workflowId: null,
      outcome: 1,
      items: 'x',
      selectors: {},
      bulk: [],
      runs: 7,
      requestedBy: {},
      accountId: 1,
      sha256: 1,
      event: [],
    },
  ],
];

/** Activities that take no argument, or whose fields are all optional. */
const takesNothing = new Set(['diagnose']);
const takesAnyObject = new Set(['inspectBulks', 'listDoubts']);

describe('activities', () => {
  test('that are registered have a check each, and no check is left over', () => {
    expect(registered.map(([name]) => name).sort()).toEqual(Object.keys(activityInputs).sort());
  });

  test.each(registered.filter(([name]) => !takesNothing.has(name)))(
    '%s refuses what is wrong',
    async (name, activity) => {
      for (const [reason, value] of wrongValues) {
        if (reason === 'an object without fields' && takesAnyObject.has(name)) continue;
        const run = new MockActivityEnvironment().run(activity, value);
        await expect(run, reason).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
      }
    },
  );

  test('try again five times what nobody foresaw, then end and say so', async () => {
    const store = { rows: { read: () => Promise.reject(new RangeError('a defect')) } };
    const { readRows } = createActivities({ store } as unknown as Dependencies).cloud;
    const ends: unknown[] = [];
    for (let attempt = 1; attempt <= 6; attempt++)
      await new MockActivityEnvironment({ attempt })
        .run(readRows, { rows: 'x', after: 0 })
        .catch((end: unknown) => ends.push(end));
    expect(ends.map((end) => (end as { nonRetryable: boolean }).nonRetryable)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(ends.at(-1)).toMatchObject({
      type: 'unknown',
      message: expect.stringContaining('6 times: a defect') as string,
    });
  });
});
