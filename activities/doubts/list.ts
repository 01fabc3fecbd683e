import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type Doubt, targetText } from '../../audit/index.js';
import { type Product, withFlowLogId } from '../../cloud/flow-log.js';
import { ANSWER_BYTES, fitting } from '../../cloud/json-size.js';
import { regionOfPlace, resourceFromKey, workflowIdOf } from '../../cloud/target.js';
import {
  type DoubtLook,
  type DoubtReport,
  type DoubtRow,
  type ListDoubtsInput,
  MOST_DOUBTS,
} from '../../workflows/contract/doubts.js';
import type { DoubtPageSize } from '../../workflows/contract/doubt-activities.js';
import { type Dependencies, SEND_WINDOW_MS, type Timing } from '../dependencies.js';
import { MOST_CHARACTERS } from '../operation/doubt.js';
import { doubtAgeOf } from '../operation/pending.js';
import { isAtWork } from './wake.js';

/** Longest time in ms for which a call is under way: until then its answer may still come. */
export const callMs = ({ connectTimeoutMs, readTimeoutMs }: Timing): number =>
  SEND_WINDOW_MS + connectTimeoutMs + readTimeoutMs;

/** Bytes of what stands beside the rows of a page. */
const PAGE_FIELDS_BYTES = 2_000;

/** Lists the changes in doubt, each with the time of its decision and the operation that will decide it. Asks the ledger and Temporal, no cloud. */
export async function listDoubts(deps: Dependencies, input: ListDoubtsInput & DoubtPageSize): Promise<DoubtReport> {
  const { region, product, accountId, intentId, after, limit = MOST_DOUBTS, bytes = ANSWER_BYTES } = input;
  const page = await deps.ledger.doubts({
    owner: deps.owner,
    ...omitUndefined({
      product,
      accountId: accountId || undefined,
      place: region || undefined,
      intentId: intentId || undefined,
      after: after || undefined,
    }),
    limit: Math.min(limit, MOST_DOUBTS),
    callMs: callMs(deps.timing),
  });
  const rows = await Promise.all(
    page.doubts.map(async (doubt): Promise<DoubtRow> => {
      const waiting = await workerOn(deps, doubt);
      return { ...doubtRow(doubt, deps), ...omitUndefined({ waiting: waiting || undefined }) };
    }),
  );
  const doubts = rows.slice(0, Math.max(1, fitting(rows, bytes - PAGE_FIELDS_BYTES).length));
  const last = page.doubts[doubts.length - 1];
  const next = doubts.length < rows.length && last ? targetText(last.target) : page.next;
  return { doubts, total: page.total, ...omitUndefined({ next }) };
}

/** Id of the workflow of the operations on a target; undefined for the account's flow log service, which any operation opens. */
export function workflowIdOn({ target: { product, accountId, place, key }, intent }: Doubt): string | undefined {
  if (intent.verb === 'openService') return undefined;
  const resource = resourceFromKey(product as Product, key);
  return workflowIdOf({ product: product as Product, accountId, ...regionOfPlace(place), resource });
}

async function workerOn(deps: Dependencies, doubt: Doubt): Promise<string | undefined> {
  const workflowId = workflowIdOn(doubt);
  return workflowId && (await isAtWork(deps.temporal, workflowId)) ? workflowId : undefined;
}

/** A doubt as it is told. */
export function doubtRow({ target, state, intent, asked, end, look }: Doubt, deps: Dependencies): DoubtRow {
  const { timing, clock } = deps;
  const inMs = (ms: number) => new Date(clock.now() + Math.max(0, ms)).toISOString();
  const { ageMs, lastsMs, readsOnce } = doubtAgeOf(intent as never, { state, elapsedMs: 0 }, timing);
  return {
    intentId: intent.intentId,
    product: target.product as Product,
    accountId: target.accountId,
    region: target.place,
    key: target.key,
    verb: intent.verb,
    action: intent.action,
    ...withFlowLogId(intent.flowLogId),
    since: intent.committedAt,
    ...intent.operation,
    ...definedTexts({ requestedBy: asked.requestedBy, reason: asked.reason, bulk: asked.bulk }),
    ...(end?.answered
      ? { answer: definedTexts({ code: end.code, message: end.message, requestId: end.requestId }) }
      : definedTexts({ lost: end?.code })),
    ...omitUndefined({ lastLook: look ? (look.saw as DoubtLook) : undefined }),
    graceOverAt: inMs(timing.graceMs - intent.ageMs),
    decidesAt: inMs(lastsMs - ageMs + (readsOnce ? 0 : timing.listLagMs)),
  };
}

function definedTexts<Name extends string>(
  words: Readonly<Record<Name, string | undefined>>,
): { [key in Name]?: string } {
  const said = Object.entries<string | undefined>(words).filter(([, text]) => text !== undefined);
  return Object.fromEntries(said.map(([name, text = '']) => [name, text.slice(0, MOST_CHARACTERS)])) as {
    [key in Name]?: string;
  };
}
