import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorRow } from '../../cloud/errors/row.js';
import { errorCatalogue, proofOf } from '../../cloud/errors/catalogue.js';
import { kindRules } from '../../cloud/errors/kind-rules.js';
import type { FaultRuleInput, JournalEntry } from '../../simulator/index.js';
import { hostile } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { type ProductUnderTest, destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

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

/** One code, met by the first create of one target. */
interface Meeting {
  readonly product: ProductUnderTest;
  readonly name: string;
  readonly code: string;
  readonly when: 'before' | 'after';
  readonly proof: ReturnType<typeof proofOf>;
  readonly resent: boolean;
}

const unheardOf: ErrorRow = { code: 'NobodyHas.HeardOf', kind: 'unknown', meaning: '', advice: '', source: '' };

/** Rows that a create of the product may meet, patterns with something in the place of the star. */
const rowsFor = ({ product }: ProductUnderTest): readonly ErrorRow[] =>
  [...errorCatalogue, unheardOf].filter(
    ({ service: of = product, on, message, answer }) =>
      of === product && (on?.includes('create') ?? true) && !message && !answer,
  );

/** The most specific row of each code is the one that is met. */
function meetingsOf(product: ProductUnderTest): readonly Meeting[] {
  const rows = new Map<string, ErrorRow>();
  for (const row of rowsFor(product)) {
    const code = row.code.replaceAll('*', 'Strange');
    const other = rows.get(code);
    const weight = ({ on, service: of }: ErrorRow) => (on ? 2 : 0) + (of ? 1 : 0);
    if (!other || weight(row) > weight(other)) rows.set(code, row);
  }
  return [...rows].flatMap(([code, row], index) => {
    const proof = proofOf(row);
    const resent = kindRules[row.kind].resend !== 'never' || row.untilDeadline === true;
    const sides = proof === 'answered' ? (['before', 'after'] as const) : (['before'] as const);
    return sides.map((when) => ({ product, name: `code-${index}-${when}`, code, when, proof, resent }));
  });
}

const faultOf = ({ product, name, code, when }: Meeting): FaultRuleInput => ({
  product: product.product,
  action: product.create,
  resource: product.resource(name),
  count: 1,
  effect: 'code',
  code,
  when,
  status: code === 'ServiceUnavailable' ? 503 : 400,
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
  const meetings = productsUnderTest.flatMap(meetingsOf);

  test('is made exactly once, or ends with the code: every row, on every product', { timeout: 300_000 }, async () => {
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
