import { expect } from 'vitest';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import { ownerTags } from '../../cloud/ownership.js';
import type { FlowLogView, JournalEntry, Simulator } from '../../simulator/index.js';
import type { Service } from './service.js';
import { type ProductUnderTest, destination } from './targets.js';

/** Judgements by the simulator's journal and state, never by what the service says of itself. */

type Cloud = Pick<Service, 'simulator'>;

const isOn = (resource: string, word: string): boolean => resource.split('/').includes(word);

/** Flow logs of one target as they truly are, whatever lists show; with `gone` those deleted too. */
export const flowLogsOn = (
  { simulator }: Cloud,
  product: ProductUnderTest,
  name: string,
  options: { gone?: boolean } = {},
): readonly FlowLogView[] =>
  simulator
    .flowLogs(options)
    .filter((flowLog) => flowLog.product === product.product && isOn(flowLog.resource, product.resource(name)));

/** Calls that name one target or its flow log, in order of arrival. */
export function callsOn({ simulator }: Cloud, product: ProductUnderTest, name: string): readonly JournalEntry[] {
  const resourceOf = resources(simulator);
  return simulator
    .journal()
    .filter((call) => call.product === product.product && isOn(resourceOf(call), product.resource(name)));
}

/** Those of them that change something. */
export const changesOn = (...about: Parameters<typeof callsOn>): readonly JournalEntry[] =>
  callsOn(...about).filter(({ kind }) => kind === 'change');

/** I1: one flow log on the target, in this state, and at most one ever created by a call. */
export function expectExactlyOne(cloud: Cloud, product: ProductUnderTest, name: string, status = 'Active'): void {
  const where = `${product.product} ${product.resource(name)}`;
  expect(flowLogsOn(cloud, product, name), where).toMatchObject([{ status }]);
  expectNeverTwo(cloud, product, name);
}

/** At most one flow log was ever created on the target by a call, those gone since included. */
export function expectNeverTwo(cloud: Cloud, product: ProductUnderTest, name: string): void {
  const made = flowLogsOn(cloud, product, name, { gone: true }).filter(({ origin }) => origin === 'call');
  expect(made.length, `created on ${product.product} ${product.resource(name)}`).toBeLessThanOrEqual(1);
}

/** A flow log of this deployment as an earlier operation left it. Returns its id. */
export async function seedOwn(
  { simulator, env }: Pick<Service, 'simulator' | 'env'>,
  product: ProductUnderTest,
  name: string,
  status: string,
): Promise<string> {
  const target = product.target(name);
  const { region = 'cn-hangzhou', resource } = target;
  const tags = ownerTags(env['FLOWLOG_OWNER'] ?? '', target as unknown as ResourceTarget);
  const flowLog = { product: product.product, resource, status, destination, tags };
  const [flowLogId = ''] = await simulator.seed({ region, flowLogs: [flowLog] });
  return flowLogId;
}

/** One row of the ledger about an intent. */
interface Row {
  readonly kind: string;
  readonly intent_id: string;
  readonly target: string;
  readonly action: string;
  readonly result: string | null;
  readonly at_ms: number;
  readonly body: { readonly requestId?: string };
}

const intentRows = `select kind, intent_id, target, action, result, extract(epoch from at)::float8 * 1000 as at_ms,
  body::json as body from ledger.entries where intent_id is not null order by at`;

/** The journal keeps whole milliseconds, the ledger microseconds. */
const CLOCK_GRAIN_MS = 2;

/**
 * I4: what is wrong between the ledger and the journal; nothing, when it is complete. Every changing call has an intent that was
 * committed before it, and an end with the call's own request id where it was answered; every intent has a call, unless it is shown
 * that nothing was sent or nothing happened.
 * @param foreign request ids of calls that others made
 */
export async function ledgerProblems(
  { simulator, query }: Pick<Service, 'simulator' | 'query'>,
  foreign: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const rows = await query<Row>(intentRows);
  const resourceOf = resources(simulator);
  const calls = simulator.journal().filter(({ kind, requestId }) => kind === 'change' && !foreign.has(requestId));
  const callsByPlace = groupBy(calls, (call) => `${call.product} ${resourceOf(call)}`);
  const intents = rows.filter(({ kind }) => kind === 'intent');
  const ends = groupBy(
    rows.filter(({ kind }) => kind !== 'intent'),
    ({ intent_id }) => intent_id,
  );
  const intentsByPlace = groupBy(intents, placeOf);
  const places = new Set([...callsByPlace.keys(), ...intentsByPlace.keys()]);
  return [...places].flatMap((place) =>
    problemsAt(place, intentsByPlace.get(place) ?? [], callsByPlace.get(place) ?? [], ends),
  );
}

function problemsAt(
  place: string,
  intents: readonly Row[],
  calls: readonly JournalEntry[],
  ends: ReadonlyMap<string, readonly Row[]>,
): string[] {
  const timeOf = (call: JournalEntry) => Date.parse(call.time) + CLOCK_GRAIN_MS;
  const early = calls.filter((call) => timeOf(call) < (intents[0]?.at_ms ?? Infinity));
  return [
    ...early.map((call) => `${place}: ${call.action} ${call.requestId} has no intent before it`),
    ...intents.flatMap((intent, index) => {
      const nextMs = intents[index + 1]?.at_ms ?? Infinity;
      const own = calls.filter((call) => timeOf(call) >= intent.at_ms && timeOf(call) < nextMs);
      return problemsOf(intent, own, ends.get(intent.intent_id) ?? []).map((problem) => `${place}: ${problem}`);
    }),
  ];
}

function problemsOf(intent: Row, calls: readonly JournalEntry[], ends: readonly Row[]): string[] {
  const name = `${intent.action} (intent ${intent.intent_id})`;
  const outcome = ends.find(({ kind }) => kind === 'outcome');
  const resolved = ends.find(({ kind }) => kind === 'resolution')?.result;
  const isUnclear = outcome === undefined || outcome.result === 'ambiguous';
  const mayBeCallless =
    outcome?.result === 'not-sent' || (isUnclear && (resolved === 'effect-absent' || resolved === 'not-seen'));
  const [call, ...more] = calls;
  const said = ends.flatMap(({ body }) => body.requestId ?? []);
  return [
    ...(ends.length === 0 ? [`${name} has no end`] : []),
    ...(isUnclear && ends.length > 0 && !resolved ? [`${name} ended unclear and was never resolved`] : []),
    ...(call === undefined && !mayBeCallless ? [`${name} has no call`] : []),
    ...(outcome?.result === 'not-sent' && call ? [`${name} says not-sent, yet ${call.requestId} arrived`] : []),
    ...more.map(({ action, requestId }) => `${name} has a second call: ${action} ${requestId}`),
    ...(call && call.action !== intent.action ? [`${name} has the call ${call.action}`] : []),
    ...(call && outcome && call.outcome !== 'dropped' && !said.includes(call.requestId)
      ? [`${name} does not name request ${call.requestId} (${call.outcome})`]
      : []),
    ...said
      .filter((id) => id !== call?.requestId)
      .map((id) => `${name} names the request ${id}, which is not its call`),
  ];
}

/** `vpc vpc-1`: the ledger's target and the journal's resource in the same words. */
function placeOf({ target }: Row): string {
  const [, product = '', , , ...key] = target.split('/');
  return `${product} ${(product === 'vpc' ? key.slice(1) : key).join('/')}`;
}

/** The resource of a call: it names it, or the flow log that is on it. */
function resources(simulator: Simulator): (call: JournalEntry) => string {
  const byId = new Map(simulator.flowLogs({ gone: true }).map(({ flowLogId, resource }) => [flowLogId, resource]));
  return ({ params, flowLogId }) => {
    const known = byId.get(params['FlowLogId'] ?? params['ResourceId.1'] ?? flowLogId ?? params['ResourceId'] ?? '');
    const leaf = params['ResourceId'] ?? params['TransitRouterAttachmentId'] ?? params['TransitRouterId'];
    return known ?? [params['CenId'] ?? params['EcrId'], leaf ?? params['InstanceId']].filter(Boolean).join('/');
  };
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
