import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultRuleInput, JournalEntry } from '../../simulator/index.js';
import { type Meeting, meetingsOf, statusOf } from './fixtures/code-cases.js';
import { hostile } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

/**
 * Law 5: proof by a code. Every row of the catalogue that a create may meet, in a cloud that makes a second flow log whenever it is
 * asked: one that is in doubt before the act and after it, one that is refused before it. The journal tells which creates were made.
 */

const LAG_MS = 600;
const COMMIT_MS = 200;
const times = {
  FLOWLOG_LIST_LAG_MS: String(LAG_MS + 200),
  FLOWLOG_COMMIT_DELAY_MS: String(COMMIT_MS),
  FLOWLOG_GRACE_MS: '30000',
  // No answer is lost here: one that is only slow must not count as lost, and be sent again after the grace.
  FLOWLOG_READ_TIMEOUT_MS: '10000',
};

let service: Service;
beforeAll(async () => {
  const progression = { mode: 'immediate' } as const;
  service = await startService(
    hostile({ listLagMs: LAG_MS, cooldownMs: 0, progression, limits: {}, quotas: {} }, { env: times }),
  );
});
afterAll(() => service.stop());

const faultOf = ({ product, name, code, when }: Meeting): FaultRuleInput => ({
  product: product.product,
  action: product.create,
  resource: product.resource(name),
  count: 1,
  effect: 'code',
  code,
  when,
  status: statusOf(code),
});

/** Result of a meeting: the outcome or the code it failed with, and the creates that were sent and that were carried out. */
async function met({ flowLogs, simulator }: Service, { product, name }: Meeting) {
  const handle = await flowLogs.enable({ target: product.target(name), spec: { destination }, requestedBy });
  const end = await handle.result().then(
    ({ outcome }) => outcome as string,
    (error: { code?: string }) => error.code ?? String(error),
  );
  const isOurs = ({ params }: JournalEntry) => Object.values(params).includes(product.resource(name));
  const calls = simulator.journal().filter((call) => call.action === product.create && isOurs(call));
  return { end, sent: calls.length, made: calls.filter(({ committed }) => committed).length };
}

/** Result that law 5 requires. */
function right({ code, when, resent }: Meeting) {
  if (when === 'after') return { end: 'created', sent: 1, made: 1 };
  return resent ? { end: 'created', sent: 2, made: 1 } : { end: code, sent: 1, made: 0 };
}

/** Does it with all of them, so many at a time. */
async function each<Thing, Result>(things: readonly Thing[], atOnce: number, does: (thing: Thing) => Promise<Result>) {
  const results: Result[] = [];
  const queue = [...things.entries()];
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await does(next[1]);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

describe('a create that is answered with a code', () => {
  const meetings = productsUnderTest.flatMap((product) => meetingsOf(product, 'create'));

  test('is made exactly once, or ends with the code: every row, on every product', { timeout: 600_000 }, async () => {
    service.simulator.faults(meetings.map(faultOf));
    const ends = await each(meetings, 80, (meeting) => met(service, meeting));
    const told = (meeting: Meeting, end: unknown) =>
      `${meeting.product.product} ${meeting.code} ${meeting.when} (${meeting.proof}): ${JSON.stringify(end)}`;
    const wrong = meetings.flatMap((meeting, index) => {
      const [seen, wanted] = [told(meeting, ends[index]), told(meeting, right(meeting))];
      return seen === wanted ? [] : [{ seen, wanted }];
    });
    expect(wrong).toEqual([]);
    expect(service.simulator.summary().madeMoreThanOnce).toEqual([]);
    const inDoubt = meetings.filter(({ when }) => when === 'after').length;
    console.info(`${meetings.length} creates met a code: ${inDoubt} rows in doubt on both sides of the act`);
    expect(inDoubt).toBeGreaterThan(100);
    expect(meetings.length - 2 * inDoubt).toBeGreaterThan(60);
  });
});
