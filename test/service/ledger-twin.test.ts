import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AttemptRef, CallResult, TargetState } from '../../audit/index.js';
import { IntentRefused } from '../../audit/index.js';
import {
  type Recorded,
  type TwinTarget,
  closeUnknown,
  commitIntent,
  holderOf,
  readTarget,
  recordOutcome,
  resolveIntent,
  takeFence,
  untouched,
} from '../pure/fixtures/ledger.model.js';
import {
  type LedgerFixture,
  attemptOf,
  createIntent,
  ledgerFixture,
  someRun,
  someTarget,
} from './fixtures/ledger-fixture.js';

/**
 * The model of law 2 is worth as much as its twin of the ledger: the same calls, in random order, against the twin and against
 * PostgreSQL, every answer, every state and every row compared.
 */

let fixture: LedgerFixture;
beforeAll(async () => {
  fixture = await ledgerFixture();
  // The twin is that of a ledger in use.
  await fixture.ledger.begin(undefined);
});
afterAll(() => fixture.close());

const results = ['accepted', 'refused', 'ambiguous', 'not-sent'] as const satisfies readonly CallResult[];

/** One call of the ledger. Attempts and intents are told by number; a number without its intent is an intent that never was. */
type Call =
  | { readonly do: 'take-fence'; readonly attempt: number }
  | { readonly do: 'commit'; readonly attempt: number; readonly verb: 'create' | 'delete' }
  | {
      readonly do: 'outcome';
      readonly attempt: number;
      readonly intent: number;
      readonly result: CallResult;
      /** Of an ambiguous one: with a code that proves nothing. */
      readonly hasCode: boolean;
    }
  | { readonly do: 'close-unknown'; readonly attempt: number; readonly intent: number }
  | {
      readonly do: 'resolve';
      readonly attempt: number;
      readonly intent: number;
      readonly resolution: 'effect-seen' | 'effect-absent';
    };

const attempt = fc.nat({ max: 3 });
const intent = fc.nat({ max: 4 });
const anyCall: fc.Arbitrary<Call> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('take-fence' as const), attempt }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      attempt,
      verb: fc.constantFrom('create' as const, 'delete' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('outcome' as const),
      attempt,
      intent,
      result: fc.constantFrom(...results),
      hasCode: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('close-unknown' as const), attempt, intent }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('resolve' as const),
      attempt,
      intent,
      resolution: fc.constantFrom('effect-seen' as const, 'effect-absent' as const),
    }),
  },
);

/** The same target in both worlds, and what the callers of both remember. */
class Pair {
  readonly target = someTarget();
  /** Two runs of two attempts each. */
  readonly attempts: readonly AttemptRef[] = [someRun(this.target), someRun(this.target)].flatMap((run) => [
    attemptOf(run, 1),
    attemptOf(run, 2),
  ]);
  twin: TwinTarget = untouched;
  /** Fence that each attempt was given. */
  private readonly fences = new Map<number, number>();
  private readonly intentIds: string[] = [];
  readonly rows: Recorded[] = [];

  constructor(private readonly answers: Set<string>) {}

  private idOf = (intent: number) => this.intentIds[intent] ?? `none-${intent}`;
  private attemptOf = (number: number) => this.attempts[number]!;

  /** Makes the call in both worlds and compares what they say. */
  async make(call: Call): Promise<void> {
    const by = this.attemptOf(call.attempt);
    const holder = holderOf(by);
    const now = Date.now();
    switch (call.do) {
      case 'take-fence': {
        const { answer, target } = takeFence(this.twin, holder, now);
        this.twin = target;
        expectAlike(await fixture.ledger.takeFence(this.target, by), answer);
        this.fences.set(call.attempt, answer.fence);
        return;
      }
      case 'commit':
        return this.commit(call.attempt, call.verb, now);
      case 'outcome': {
        const { result } = call;
        const answered = result === 'ambiguous' && call.hasCode;
        const made = { id: this.idOf(call.intent), result, flowLogId: `fl-${call.intent}` };
        const said = { attempt: holder, words: answered ? 'answered' : '', answered };
        const recorded = recordOutcome(this.twin, { ...made, ...said }, now);
        const code = { answered, kind: 'busy', code: 'TaskConflict', message: '' } as const;
        const outcome = {
          intentId: made.id,
          attempt: by,
          result,
          flowLogId: made.flowLogId,
          ...(answered ? code : undefined),
        };
        // Nothing was sent: an intent that never was leaves nothing to close.
        const answer = result === 'not-sent' && recorded.answer === 'no-intent' ? 'duplicate' : recorded.answer;
        return this.record({ ...recorded, answer }, fixture.ledger.recordOutcome(outcome));
      }
      case 'close-unknown': {
        const id = this.idOf(call.intent);
        return this.record(closeUnknown(this.twin, id), fixture.ledger.closeUnknown(id, by));
      }
      case 'resolve': {
        const { resolution } = call;
        const resolved = { id: this.idOf(call.intent), resolution, flowLogId: `fl-${call.intent}` };
        const { id: intentId, flowLogId } = resolved;
        const readAt = new Date(now).toISOString();
        return this.record(
          resolveIntent(this.twin, resolved, now),
          fixture.ledger.resolveIntent({ intentId, by, resolution, readAt, flowLogId }),
        );
      }
    }
  }

  private async commit(number: number, verb: 'create' | 'delete', now: number): Promise<void> {
    const by = this.attemptOf(number);
    const fence = this.fences.get(number) ?? 0;
    const intent = createIntent(by, this.target, fence, { verb, action: verb });
    const committed = await fixture.ledger.commitIntent(intent).catch((error: unknown) => error);
    const id = committed instanceof IntentRefused ? 'refused' : (committed as { intentId: string }).intentId;
    const meant = { id, operation: by.operation, verb, fence, holder: holderOf(by) };
    const { target, answer } = commitIntent(this.twin, meant, now);
    this.twin = target;
    this.answers.add(answer);
    expect(committed instanceof IntentRefused ? committed.reason : 'committed').toBe(answer);
    if (answer === 'committed') this.intentIds.push(id);
  }

  private async record(twin: { target: TwinTarget; answer: Recorded }, call: Promise<void>): Promise<void> {
    this.twin = twin.target;
    this.answers.add(twin.answer);
    const ended = await call.then(
      () => 'recorded',
      (error: Error) => error.message,
    );
    expect(ended).toMatch(twin.answer === 'no-intent' ? /holds no intent/ : /^recorded$/);
    if (twin.answer !== 'duplicate' && twin.answer !== 'no-intent') this.rows.push(twin.answer);
  }

  /** Reads both, and the rows that were written. */
  async compare(): Promise<void> {
    expectAlike(await fixture.ledger.readTarget(this.target), readTarget(this.twin, Date.now()));
    const runs = [...new Set(this.attempts.map(({ operation }) => operation.runId))];
    const { rows } = await fixture.owner.query<{ kind: string }>(
      `select kind from ledger.entries where run_id = any($1) and kind <> 'intent' order by at`,
      [runs],
    );
    expect(rows.map(({ kind }) => kind)).toEqual(this.rows);
  }
}

/** The same but for what is not modelled: words, and how many milliseconds ago. */
function expectAlike(real: TargetState, twin: TargetState): void {
  expect(comparable(real)).toEqual(comparable(twin));
}

const comparable = ({ pending, lastAccepted, lastAnswer, lastCreated, ...state }: TargetState) => ({
  ...state,
  pending: pending.map(({ intentId, operation, verb, flowLogId, state: end }) => {
    return { intentId, operation, verb, flowLogId, end };
  }),
  lastCreated: lastCreated && { ...lastCreated, ageMs: 'some' },
  lastAccepted: lastAccepted && { ...lastAccepted, ageMs: 'some' },
  lastAnswer: lastAnswer && { ...lastAnswer, ageMs: 'some' },
});

test('the twin of the model and the ledger answer alike to any calls in any order', { timeout: 240_000 }, async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  const answers = new Set<string>();
  let made = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyCall, { minLength: 10, maxLength: 40, size: 'max' }), async (calls) => {
      const pair = new Pair(answers);
      for (const call of calls) await pair.make(call);
      await pair.compare();
      made += calls.length;
    }),
    { seed, numRuns: 80 },
  );
  console.info(`SEED=${seed}: ${made} calls answered alike`);
  // Every answer there is was given.
  const recorded = ['outcome', 'late-outcome', 'unknown', 'resolution', 'duplicate', 'no-intent'];
  expect([...answers].sort()).toEqual(['committed', 'pending', 'superseded', ...recorded].sort());
});
