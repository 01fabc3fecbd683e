import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { omitUndefined } from '../cloud/omit-undefined.js';
import type { Action, AnswerBody, Call } from './actions/action.js';
import { serviceRows, type SimulatedServiceRow } from './actions/index.js';
import { parseArguments, type Arguments } from './actions/parameters.js';
import { Abandoned } from './control/barriers.js';
import type { ActiveRule } from './control/faults.js';
import type { JournalEntry } from './control/journal.js';
import { write } from './control/writer.js';
import { limitOf } from './limits.js';
import type { Machine } from './machine.js';
import { errorAnswer, successAnswer, type WireAnswer, type AnswerContext } from './wire/answer.js';
import { authenticate } from './wire/authenticate.js';
import { Refusal } from './wire/refusal.js';
import { actionOf, formatOf, header, apiVersionOf, type WireRequest } from './wire/request.js';
import { principalOf } from './world/access.js';

/** End of a call: the sound answer, and the fault that the answer meets, if one does. */
export interface Reply {
  readonly entry: JournalEntry;
  readonly context: AnswerContext;
  readonly answer: WireAnswer;
  readonly fault?: ActiveRule;
}

/** A call whose sender and action are known. */
interface Identified {
  readonly row: SimulatedServiceRow;
  readonly action: Action;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly principal: string;
}

/**
 * Takes one request the whole way: its sender, its action, a fault that takes it, the limit, its parameters, and its effect.
 * The effect is on disk when this resolves.
 * @throws {@link Abandoned} when it was held at a barrier and the simulator was reset.
 */
export async function exchange(machine: Machine, request: WireRequest): Promise<Reply> {
  const context: AnswerContext = {
    format: formatOf(request),
    action: actionOf(request) ?? '',
    requestId: randomUUID().toUpperCase(),
    host: header(request, 'host') ?? '',
  };
  const { clock, journal } = machine;
  const arrival = {
    time: new Date(clock.now()).toISOString(),
    monotonicMs: clock.steady(),
    requestId: context.requestId,
    method: request.method,
    action: context.action,
  };
  const entry = journal.open(arrival, request.params);
  try {
    const identified = identifyCaller(machine, request, entry);
    return await serve(machine, request, identified, entry, context);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { entry, context, answer: refuse(entry, context, error) };
  }
}

function identifyCaller(machine: Machine, request: WireRequest, entry: JournalEntry): Identified {
  const version = apiVersionOf(request);
  if (!version) throw new Refusal('MissingVersion', { message: 'Version is mandatory for this action.' });
  const row = serviceRows.find((candidate) => candidate.version === version);
  if (!row) throw new Refusal('InvalidVersion');
  entry.product = row.service;
  const name = actionOf(request);
  if (!name) throw new Refusal('MissingAction', { message: 'Action is mandatory for this action.' });
  const action = row.actions.find((candidate) => candidate.name === name);
  if (!action || request.path !== '/') throw new Refusal('InvalidAction.NotFound');
  entry.kind = action.kind;
  if (!row.methods.includes(request.method)) throw new Refusal('UnsupportedHTTPMethod');
  const key = authenticate(request, machine.world, machine.nonces, machine.clock.now());
  entry.accountId = key.accountId;
  return { row, action, accountId: key.accountId, accessKeyId: key.id, principal: principalOf(key) };
}

async function serve(
  machine: Machine,
  request: WireRequest,
  identified: Identified,
  entry: JournalEntry,
  context: AnswerContext,
): Promise<Reply> {
  const { config } = machine;
  if (config.latencyMs > 0) await pause(machine, config.latencyMs);
  const rule = machine.faults.match(requestSubject(machine, identified.action, entry, request));
  if (rule?.when === 'before') {
    await delayedBy(machine, rule, entry);
    if (spoils(rule)) {
      return { entry, context, answer: refuse(entry, context, new Refusal('InternalError')), fault: rule };
    }
  }
  let answer: WireAnswer;
  try {
    throttle(machine, identified, entry);
    let shown: readonly string[] = [];
    const showed = (ids: readonly string[]): void => void (shown = ids);
    answer = successAnswer(context, runAction(machine, request, identified, entry, { rule, showed }));
    if (rule?.writes) entry.wrote = write(machine, rule.writes, shown);
    entry.httpStatus = answer.httpStatus;
  } catch (error) {
    if (rule?.when === 'after' || rule?.effect === 'lie') machine.faults.giveBack(rule);
    throw error;
  }
  if (rule?.effect === 'lie' && entry.fault !== 'lie') machine.faults.giveBack(rule);
  machine.journal.save(entry);
  await machine.log.flush();
  if (rule?.when !== 'after') return { entry, context, answer };
  await delayedBy(machine, rule, entry);
  return { entry, context, answer, ...omitUndefined({ fault: spoils(rule) ? rule : undefined }) };
}

/** True where the fault replaces the sound answer; a delay and a lie leave an answer. */
const spoils = ({ effect }: ActiveRule): boolean => effect !== 'none' && effect !== 'lie';

/** The synchronous heart: checks the parameters, honours the client token, does it. */
function runAction(
  machine: Machine,
  request: WireRequest,
  { row, action, ...caller }: Identified,
  entry: JournalEntry,
  { rule, showed }: { readonly rule: ActiveRule | undefined } & Pick<Call, 'showed'>,
): AnswerBody {
  const { world, config, clock } = machine;
  const { requestId, seq } = entry;
  const args = parseArguments(action.parameters, request.params, row.errors);
  checkRegion(row, args, config.regions);
  const token = action.kind === 'change' && config.clientToken === 'honour' ? args.text('ClientToken') : undefined;
  const rememberedAs = [row.service, caller.accountId, action.name, token].join(' ');
  const digest = digestOfArguments(args);
  const earlier = token ? world.remembered.get(rememberedAs) : undefined;
  if (earlier) {
    if (earlier.requestDigest !== digest) throw new Refusal('IdempotentParameterMismatch');
    entry.replayed = true;
    if (earlier.flowLogId) entry.flowLogId = earlier.flowLogId;
    return { ...(earlier.body as AnswerBody), RequestId: requestId };
  }
  const now = clock.now();
  const commitAt = now + (rule?.commitDelayMs ?? config.commitDelayMs);
  const committed = (flowLogId?: string): void => {
    entry.committed = true;
    if (flowLogId) entry.flowLogId = flowLogId;
  };
  const call: Call = {
    world,
    config,
    service: row.service,
    ...caller,
    requestId,
    args,
    now,
    commitAt,
    committed,
    seq,
    showed,
    ...omitUndefined({ lie: rule?.lie ? { about: rule.lie, told: () => void (entry.fault = 'lie') } : undefined }),
  };
  const body = action.run(call);
  if (token && entry.committed) {
    const { flowLogId } = entry;
    world.remembered.put(rememberedAs, {
      requestDigest: digest,
      body,
      ...omitUndefined({ flowLogId: flowLogId || undefined }),
    });
  }
  return body;
}

function checkRegion(row: SimulatedServiceRow, args: Arguments, regions: readonly string[]): void {
  const region = row.regional ? args.text('RegionId') : undefined;
  if (region && !regions.includes(region)) throw new Refusal('InvalidRegionId.NotFound');
}

/** Digest of the arguments, equal for equal ones in any order; the token itself left out. */
function digestOfArguments(args: Arguments): string {
  const sorted = [...args.values].filter(([name]) => name !== 'ClientToken').sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

function throttle(machine: Machine, { row, action, accountId }: Identified, entry: JournalEntry): void {
  const { config, clock, limits } = machine;
  const limit = limitOf(config.limits, row.service, action.name);
  if (limit === undefined) return;
  const region = row.regional ? entry.region : '';
  const waitMs = limits.take([accountId, region, row.service, action.name].join(' '), limit, clock.steady());
  if (waitMs > 0) {
    throw new Refusal('Throttling.User', { retryAfterMs: config.retryAfterHeader ? waitMs : undefined });
  }
}

async function delayedBy(machine: Machine, rule: ActiveRule, entry: JournalEntry): Promise<void> {
  // A lie is one only when it is told.
  if (rule.effect !== 'lie') entry.fault = rule.effect;
  if (rule.latencyMs) await pause(machine, rule.latencyMs);
  if (rule.barrier !== undefined) await machine.barriers.hold(rule.barrier, entry);
}

/** Waits unless the simulator is reset or closed meanwhile. */
async function pause(machine: Machine, ms: number): Promise<void> {
  const { signal } = machine.era;
  await sleep(ms, undefined, { signal }).catch(() => {
    throw new Abandoned();
  });
}

/** Parameters by which a call names the logged resource, or one that contains it. */
const resourceParameters = [
  'ResourceId',
  'TransitRouterAttachmentId',
  'TransitRouterId',
  'CenId',
  'InstanceId',
  'EcrId',
];

/** The flow log that a call names: by its own parameter, or as the resource that is tagged or moved. */
const flowLogNamed = ({ world }: Machine, params: WireRequest['params']): string | undefined =>
  params.get('FlowLogId') ??
  ['ResourceId.1', 'ResourceId'].map((name) => params.get(name)).find((id) => id && world.flowLogs.get(id));

function requestSubject(machine: Machine, { parameters }: Action, entry: JournalEntry, { params }: WireRequest) {
  const flowLogId = flowLogNamed(machine, params);
  const named = flowLogId === undefined ? undefined : machine.world.flowLogs.get(flowLogId);
  return {
    product: entry.product,
    action: entry.action,
    accountId: entry.accountId,
    region: entry.region,
    resources: [
      ...resourceParameters.flatMap((name) => params.get(name) ?? []),
      ...(named ? [named.resource, ...named.resource.split('/')] : []),
    ],
    flowLogId,
    paged: parameters.some(({ name }) => name === 'PageNumber' || name === 'NextToken'),
  };
}

/** Writes a refusal into the journal and gives its answer. */
function refuse(entry: JournalEntry, context: AnswerContext, refusal: Refusal): WireAnswer {
  entry.code = refusal.code;
  entry.httpStatus = refusal.httpStatus;
  return errorAnswer(context, refusal);
}
