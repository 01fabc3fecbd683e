import { omitUndefined } from '../../cloud/omit-undefined.js';
import { cut } from '../../cloud/text.js';
import { reads, settling } from '../activities.js';
import { admitted } from '../run/admit.js';
import { onlyArgument } from '../run/arguments.js';
import { closeChain } from '../operation/close.js';
import {
  type DoubtReport,
  type ListDoubtsInput,
  type ResolveDoubtsInput,
  type ResolveDoubtsReport,
  type SettledDoubt,
  doubtWorkflowTypes,
} from '../contract/doubts.js';
import { parseListDoubtsInput, parseResolveDoubtsInput } from '../contract/doubt-input.js';
import { detailsOfFailure } from '../operation/failure.js';
import { typed } from './inspect.js';

/** Longest time of a read, in ms: a person waits for the answer. */
const READ_MS = 50_000;

/** Changes in doubt that one run settles. Its report on each, with the look, may be several times as long as the change itself. */
export const DOUBTS_PAGE = { limit: 50, bytes: 9_000 } as const;

/** Longest reason why one could not be settled, in UTF-16 units. */
const MOST_REASON_CHARACTERS = 500;

/** Looks at once: more would wait for their turn in the cloud's budget. */
const LANES = 25;

/** Lists the changes whose end is not known, as the ledger has them. Changes nothing and asks no cloud. */
export async function listDoubts(...args: [ListDoubtsInput]): Promise<DoubtReport> {
  return typed(reads(READ_MS).listDoubts(admitted(parseListDoubtsInput(onlyArgument(args)), doubtWorkflowTypes.list)));
}

/**
 * Settles by a person's word what is in doubt: one change, or those of a place, a page a run. Each is looked at, and stays in doubt where the
 * look does not agree; the report tells of each. A settled change is on the record with the person, the reason and the look.
 */
export async function resolveDoubts(...args: [ResolveDoubtsInput]): Promise<ResolveDoubtsReport> {
  const advice = 'Correct what is named, all of it; nothing was settled.';
  const input = admitted(parseResolveDoubtsInput(onlyArgument(args)), doubtWorkflowTypes.resolve, advice);
  const { as, requestedBy, reason, intentId, after, accountId, region, product } = input;
  const place = Object.fromEntries(
    Object.entries({ intentId, after, accountId, region, product }).filter(([, value]) => value !== undefined),
  );
  const words = { as, requestedBy, reason };
  const { doubts, total, next } = await typed(doubtsPage(place));
  const queue = [...doubts];
  const rows = new Map<string, SettledDoubt>();
  const lane = async (): Promise<void> => {
    for (let doubt = queue.shift(); doubt; doubt = queue.shift()) {
      const end = await settleOne({ intentId: doubt.intentId, ...words });
      rows.set(doubt.intentId, { ...doubt, ...end });
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, queue.length) }, lane));
  const inOrder = doubts.flatMap(({ intentId }) => rows.get(intentId) ?? []);
  if (inOrder.some(isOnRecord)) await close(inOrder);
  return { rows: inOrder, total, ...omitUndefined({ next: next || undefined }) };
}

/** Lists the changes that are meant. The activity that settles a named intent looks for it: only that tells the end of one in doubt no more. */
async function doubtsPage({
  intentId,
  ...scope
}: Omit<ListDoubtsInput, 'limit'>): Promise<{ doubts: readonly { intentId: string }[]; total: number; next?: string }> {
  if (intentId !== undefined) return { doubts: [{ intentId }], total: 1 };
  return reads(READ_MS).listDoubts({ ...scope, ...DOUBTS_PAGE });
}

async function settleOne(input: Parameters<typeof settling.settleDoubt>[0]): Promise<SettledDoubt> {
  try {
    return await settling.settleDoubt(input);
  } catch (error) {
    const { message, advice } = detailsOfFailure(error);
    return {
      intentId: input.intentId,
      settled: false,
      why: 'unreadable',
      message: `${cut(message, MOST_REASON_CHARACTERS)}. ${advice}`,
    };
  }
}

/** Tells whether the run's chain has a row of it: a change that was found to be in doubt no more has none. */
const isOnRecord = ({ settled: isSettled, look, why }: SettledDoubt): boolean =>
  isSettled || look !== undefined || why === 'grace' || why === 'under-way';

/** The last row of the run's chain. */
async function close(rows: readonly SettledDoubt[]): Promise<void> {
  const count = rows.filter((row) => row.settled).length;
  await closeChain({ outcome: 'settled', body: { settled: count, leftInDoubt: rows.length - count } });
}
