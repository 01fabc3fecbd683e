import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { failureTypes } from '../../../workflows/contract/operation.js';
import { type RunEnd, endOfRun, largestIn } from './history.js';
import type { Call } from './plan.js';
import { RIGHT_DEADLINE_MS } from './right.js';
import { type Fate, send, start } from './send.js';
import type { RawPayload } from './values.js';

/** Time in ms within which a wrong input is refused, where the machine has nothing else to do. */
export const REFUSED_MS = 10_000;

/** Time in ms in which an admitted call ends: its deadline at the latest, and then the entry in the ledger. */
const ADMITTED_MS = RIGHT_DEADLINE_MS + 10_000;

/** Limit in bytes that every payload, failure and heartbeat stays below. */
export const MOST_BYTES = 64 * 1_024;

/** Outcome of a call. */
export interface Played {
  readonly call: Call;
  /** Absent where Temporal itself let nothing through. */
  readonly end?: RunEnd;
  readonly problems: readonly string[];
  readonly fates: readonly Fate[];
  /** Signals that Temporal has taken: those that are obeyed and recorded, and those that are ignored and counted. */
  readonly signals: { readonly right: number; readonly wrong: number };
  readonly largest: number;
}

/** Pace at which calls are played. */
export interface Pacing {
  /** Calls at a time. */
  readonly window: number;
  /** Time in ms within which a wrong input must be refused. */
  readonly refusedMs: number;
}

/** Plays calls, so many at a time, each from its start to its end. */
export async function playCalls(
  client: Client,
  calls: readonly Call[],
  { window, refusedMs }: Pacing,
  played: (one: Played) => void = () => undefined,
): Promise<readonly Played[]> {
  const waiting = calls.values();
  const all: Played[] = [];
  const work = async (): Promise<void> => {
    for (const call of waiting)
      for (let next: Call | undefined = call; next;) {
        const one: Played = await play(client, next, refusedMs);
        all.push(one);
        played(one);
        next = one.end?.isCompleted ? next.next : undefined;
      }
  };
  await Promise.all(Array.from({ length: window }, work));
  return all;
}

export const inputsOf = (played: readonly Played[]): number =>
  played.reduce((sum, { call: { messages } }) => sum + 1 + messages.length, 0);

async function play(client: Client, call: Call, refusedMs: number): Promise<Played> {
  const runId = await start(client, call);
  const nothing = { call, problems: [], fates: [], signals: { right: 0, wrong: 0 }, largest: 0 };
  if (runId === undefined)
    return call.end === 'done' ? { ...nothing, problems: [`${nameOf(call)}: not let through`] } : nothing;
  const said = await say(client, call, refusedMs);
  const handle = client.workflow.getHandle(call.workflowId, runId);
  const overMs = (call.end === 'refused' ? refusedMs : ADMITTED_MS) + 5_000;
  const over = new AbortController();
  const ended = handle.result().then(
    () => true,
    () => true,
  );
  const late = sleep(overMs, false, { signal: over.signal }).catch(() => false);
  const isOver = await Promise.race([ended, late]);
  over.abort();
  const end = await endOfRun(client, call.workflowId, isOver ? undefined : runId);
  if (!isOver) await handle.terminate('still open').catch(() => undefined);
  const problems = [...said.problems, ...wrongWith(call, end, refusedMs)].map(
    (problem) => `${nameOf(call)}: ${problem}`,
  );
  return { ...nothing, ...said, call, end, problems, largest: Math.max(said.largest, end.largest) };
}

/** Sends the messages of a call one after the other; after the end of its run nothing more. */
async function say(client: Client, call: Call, refusedMs: number) {
  const fates: Fate[] = [];
  const problems: string[] = [];
  const signals = { right: 0, wrong: 0 };
  let largest = 0;
  for (const message of call.messages) {
    const { fate, bytes, answer } = await send(client, call, message, refusedMs + 5_000);
    fates.push(fate);
    const what = `${message.kind} ${message.name.slice(0, 60)}`;
    largest = Math.max(largest, bytes);
    if (fate === 'taken') signals[message.isRight ? 'right' : 'wrong'] += 1;
    if (message.kind === 'update' && fate === 'answered')
      problems.push(`${what} was answered: ${answer.slice(0, 200)}`);
    if (fate === 'unanswered') problems.push(`${what}, given ${shownPayloads(message.payloads)}: was not answered`);
    if (message.isRight && fate === 'not let through') problems.push(`${what} was not let through`);
  }
  if (call.messages.length > 0) {
    const { namespace } = client.options;
    const about = { namespace, execution: { workflowId: call.workflowId } };
    const { pendingActivities } = await client.workflowService.describeWorkflowExecution(about);
    largest = Math.max(largest, ...pendingActivities.map(largestIn));
  }
  return { fates, problems, signals, largest };
}

const nameOf = ({ type, workflowId, end, payloads }: Call): string =>
  `${end} ${type.slice(0, 40)} ${workflowId}, given ${shownPayloads(payloads)}`;

const shownPayloads = (payloads: readonly RawPayload[]): string =>
  payloads
    .map(
      ({ encoding, data }) =>
        `${encoding} ${JSON.stringify(
          Buffer.from(data ?? [])
            .subarray(0, 300)
            .toString(),
        )}`,
    )
    .join(', ');

/** Checks what must be true of every run, and of each kind of call; returns what is not. */
function wrongWith(call: Call, end: RunEnd, refusedMs: number): string[] {
  const { isClosed, failedTasks, tookMs, kind, isRetryable, message, largest } = end;
  const isRefusal = kind === failureTypes.invalidInput || kind === failureTypes.invalidWorkflowId;
  const mostMs = call.end === 'refused' || isRefusal ? refusedMs : ADMITTED_MS;
  return [
    ...(isClosed && !end.isCancelled ? [] : ['was not closed']),
    ...(failedTasks.length >= 2
      ? [`${failedTasks.length} failed workflow tasks: ${failedTasks[0]?.slice(0, 300)}`]
      : []),
    ...(tookMs <= mostMs ? [] : [`took ${Math.round(tookMs)} ms`]),
    ...(isRetryable ? [`its failure may be retried: ${message}`] : []),
    ...(largest < MOST_BYTES ? [] : [`wrote ${largest} bytes in one piece`]),
    ...(call.end === 'refused' && !isRefusal
      ? [`was not refused, but ${end.isCompleted ? 'done' : `${kind}: ${message}`}`]
      : []),
    ...(call.end === 'done' && !end.isCompleted ? [`is right, and failed: ${kind}: ${message}`] : []),
  ];
}

/** Signals that a run has put on the record: those obeyed, and those counted. */
export const signalsQuery = `
  select workflow_id, kind, body from ledger.entries
  where kind in ('signal-ignored', 'joined', 'bulk-paused', 'bulk-resumed', 'bulk-approved', 'bulk-rejected')`;
export interface SignalRow {
  readonly workflow_id: string;
  readonly kind: string;
  readonly body: string;
}

/** Signals that Temporal took and the record does not tell, or tells otherwise. */
export function unrecordedSignals(played: readonly Played[], rows: readonly SignalRow[]): string[] {
  return played.flatMap(({ call: { workflowId }, signals, end }) => {
    if (signals.right + signals.wrong === 0 || !end?.isCompleted) return [];
    const own = rows.filter(({ workflow_id }) => workflow_id === workflowId);
    const obeyed = own.filter(({ kind }) => kind !== 'signal-ignored').length;
    const ignored = own
      .filter(({ kind }) => kind === 'signal-ignored')
      .reduce((sum, { body }) => sum + (JSON.parse(body) as { count: number }).count, 0);
    return obeyed === signals.right && ignored === signals.wrong
      ? []
      : [`${workflowId}: of ${signals.right} + ${signals.wrong} signals ${obeyed} + ${ignored} are on the record`];
  });
}

/** A flow log of the simulator, as far as it is judged here. */
interface Made {
  readonly product: string;
  readonly resource: string;
  readonly origin: string;
  readonly deleted: boolean;
  readonly status: string;
}

/** State of a flow log of ours after the last call on its place that was done. */
const standsAfter: Readonly<Record<string, string>> = { disableFlowLog: 'Inactive', deleteFlowLog: 'deleted' };

/** Places of right calls that do not have their one flow log, and places that two were made for. */
export function untrueFlowLogs(played: readonly Played[], flowLogs: readonly Made[]): string[] {
  const made = new Map<string, Made[]>();
  for (const flowLog of flowLogs) {
    const place = `${flowLog.product} ${flowLog.resource}`;
    if (flowLog.origin === 'call') made.set(place, [...(made.get(place) ?? []), flowLog]);
  }
  const wished = new Map<string, string>();
  for (const { call, end } of played)
    if (call.end === 'done' && end?.isCompleted && /^(enable|modify|disable|delete|bulk)/.test(call.type))
      for (const place of call.places) wished.set(place, standsAfter[call.type] ?? 'Active');
  return [
    ...[...made].flatMap(([place, { length }]) => (length > 1 ? [`${place}: ${length} flow logs were made`] : [])),
    ...[...wished].flatMap(([place, status]) => {
      const [own] = made.get(place) ?? [];
      const is = own === undefined ? 'none was made' : own.deleted ? 'deleted' : own.status;
      return is === status ? [] : [`${place}: ${is}, not ${status}`];
    }),
  ];
}
