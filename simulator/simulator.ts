import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { systemClock, type Clock } from './clock.js';
import { configPatchSchema, profiles, type ConfigPatch, type Profile, type SimulatorConfig } from './config.js';
import { checked } from './control/checked.js';
import { Abandoned, Barriers } from './control/barriers.js';
import { Faults, faultsSchema, type ActiveRule, type FaultRuleInput } from './control/faults.js';
import { Journal, type JournalEntry } from './control/journal.js';
import { restore, revocationSchema, revoke, type Revocation, type Revoked } from './control/revocation.js';
import { control, controlPrefix } from './control/routes.js';
import { flowLogViews, summarize, type FlowLogView, type Summary } from './control/summary.js';
import { deliver } from './delivery.js';
import { exchange } from './exchange.js';
import { Limits } from './limits.js';
import type { Machine } from './machine.js';
import { Nonces } from './wire/nonces.js';
import { Refusal } from './wire/refusal.js';
import { readRequest } from './wire/request.js';
import { applySeed, defaultAccount, seedSchema, type Seed } from './world/seed.js';
import { StateLog } from './world/state-log.js';
import { isChanging, settledNow } from './world/timeline.js';
import { World } from './world/world.js';

/** Options of a new simulator. */
export interface SimulatorOptions {
  /** Default `hostile`: what tests should meet. */
  readonly profile?: Profile;
  /** On top of the profile. */
  readonly config?: ConfigPatch;
  /** The world at the start, and again after a reset. */
  readonly seed?: Seed | readonly Seed[];
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** File that keeps the state; without one the state ends with the simulator. */
  readonly stateFile?: string;
  /** Default the machine's. */
  readonly clock?: Clock;
}

/** A running simulator. Everything that its HTTP control can do, these methods do in process. */
export interface Simulator {
  /** Address of the imitated cloud, every service of it, e.g. `http://127.0.0.1:4510`. */
  readonly url: string;
  /** Every call since the last reset, in order of arrival. */
  journal(): readonly JournalEntry[];
  summary(): Summary;
  /** Flow logs as they truly are; those deleted too when `gone`. */
  flowLogs(options?: { gone?: boolean }): readonly FlowLogView[];
  /** Replaces the fault rules; `seed` makes their chances repeatable (default 1). */
  faults(rules: readonly FaultRuleInput[], seed?: number): void;
  /** The same from unchecked input, replacing or adding. */
  setFaults(input: unknown, how: 'replace' | 'add'): { rules: readonly ActiveRule[] };
  faultRules(): readonly ActiveRule[];
  clearFaults(): void;
  /** Changes the configuration where a patch is given, and returns it. A field given replaces that field whole. */
  config(patch?: ConfigPatch): SimulatorConfig;
  /** Adds to the world. Returns the ids of the seeded flow logs, in order. */
  seed(seed: Seed | readonly Seed[]): Promise<string[]>;
  /** Brings every accepted change, or that of one flow log, to its end now. Returns the ids that were changing. */
  settle(flowLogId?: string): Promise<string[]>;
  /** Takes the access of a key, a role or an account back, at once; sessions of it expire. @throws ControlError for an unknown one. */
  revoke(named: Revocation): Promise<Revoked>;
  /** Gives it back; sessions that expired stay expired. */
  restore(named: Revocation): Promise<Revoked>;
  /** Everything as at the start: world, journal, faults, configuration. Calls held at barriers are dropped. */
  reset(): Promise<void>;
  readonly barriers: Pick<Barriers<JournalEntry>, 'waiting' | 'release' | 'list'>;
  /** Ends it; open connections are cut. */
  close(): Promise<void>;
}

/**
 * Starts an Alibaba Cloud in a box.
 * @throws when the port is taken, the state file unusable, or an option wrong.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const initial = patched(profiles[options.profile ?? 'hostile'], options.config ?? {});
  const { log, lines } = await StateLog.open(options.stateFile);
  const machine: Machine = {
    clock: options.clock ?? systemClock,
    log,
    world: new World(log),
    journal: new Journal(log),
    faults: new Faults(),
    barriers: new Barriers(),
    limits: new Limits(),
    nonces: new Nonces(),
    config: { ...initial },
    era: newEra(),
  };
  if (lines.length > 0) {
    machine.world.restore(lines);
    machine.journal.restore(lines);
  } else {
    begin(machine, options);
  }
  await keepAlone(machine);
  const server = createServer();
  const controls = controlsOf(machine, server, options, initial);
  server.on('request', (request, response) => void handle(machine, controls, request, response));
  await listen(server, options);
  const { address, port, family } = server.address() as AddressInfo;
  return Object.assign(controls, { url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}` });
}

/** A configuration with the given fields replaced. */
function patched(config: SimulatorConfig, patch: unknown): SimulatorConfig {
  const given = Object.entries(checked(configPatchSchema, patch)).filter(([, value]) => value !== undefined);
  return { ...config, ...(Object.fromEntries(given) as Partial<SimulatorConfig>) };
}

/** The world as it is at the start: the default account and the seeded resources. */
function begin({ world, clock }: Machine, { seed = [] }: SimulatorOptions): void {
  const { uid, accessKeyId: id, secret } = defaultAccount;
  applySeed(world, checked(seedSchema, { accounts: [{ uid, accessKeys: [{ id, secret }] }] }), clock.now());
  for (const one of [seed].flat()) applySeed(world, checked(seedSchema, one), clock.now());
}

function controlsOf(machine: Machine, server: Server, options: SimulatorOptions, initial: SimulatorConfig): Simulator {
  const { world, journal, faults, barriers, limits, nonces, log, clock } = machine;
  const setFaults: Simulator['setFaults'] = (input, how) => {
    const { rules, seed } = checked(faultsSchema, input);
    if (how === 'replace') faults.set(rules, seed);
    else faults.add(rules, seed);
    return { rules: faults.list() };
  };
  /** A change of the control is on disk before it is answered, as a change by a call is. */
  const kept = async <Result>(result: Result): Promise<Result> => {
    await log.flush();
    return result;
  };
  return {
    url: '',
    journal: () => journal.entries(),
    summary: () => summarize(journal.entries(), world, clock.now()),
    flowLogs: (which) => flowLogViews(machine, which?.gone ?? false),
    faults: (rules, seed) => void setFaults({ rules, ...omitUndefined({ seed }) }, 'replace'),
    setFaults,
    faultRules: () => faults.list(),
    clearFaults: () => faults.clear(),
    config(patch) {
      if (patch !== undefined) machine.config = patched(machine.config, patch);
      return machine.config;
    },
    async seed(seed) {
      const checkedSeeds = [seed].flat().map((one) => checked(seedSchema, one));
      return kept(checkedSeeds.flatMap((one) => applySeed(world, one, clock.now())));
    },
    settle: (flowLogId) => kept(settle(machine, flowLogId)),
    revoke: async (named) => kept(revoke(world, checked(revocationSchema, named), clock.now())),
    restore: async (named) => kept(restore(world, checked(revocationSchema, named))),
    async reset() {
      abandonHeld(machine);
      for (const part of [world, journal, faults, limits, nonces]) part.clear();
      machine.config = { ...initial };
      begin(machine, options);
      await keepAlone(machine);
    },
    barriers,
    async close() {
      abandonHeld(machine);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await log.close();
    },
  };
}

function settle({ world, clock }: Machine, flowLogId: string | undefined): string[] {
  const now = clock.now();
  const changing = [...world.flowLogs.values()].filter(
    (flowLog) => (flowLogId === undefined || flowLog.id === flowLogId) && isChanging(flowLog, now),
  );
  for (const flowLog of changing) world.putFlowLog(settledNow(flowLog, now));
  return changing.map(({ id }) => id);
}

/** As many calls may wait for it as come: Node.js would take more than ten for a leak. */
function newEra(): AbortController {
  const era = new AbortController();
  setMaxListeners(0, era.signal);
  return era;
}

/** Drops every call that stands at a barrier or waits for its latency. */
function abandonHeld(machine: Machine): void {
  machine.barriers.abandon();
  machine.era.abort();
  machine.era = newEra();
}

/** Leaves on disk what is true now and nothing else. */
const keepAlone = ({ world, journal, log }: Machine): Promise<void> =>
  log.rewrite([...world.tables.flatMap((table) => [...table.lines()]), ...journal.lines()]);

async function handle(
  machine: Machine,
  controls: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (request.url?.startsWith(controlPrefix)) {
      await control(controls, request, response);
      return;
    }
    const reply = await exchange(machine, await readRequest(request));
    deliver(response, reply);
    machine.journal.save(reply.entry);
    // The answer is sent before this flush: no client relies on the outcome in the journal.
    await machine.log.flush();
  } catch (error) {
    if (error instanceof Refusal) {
      response.writeHead(error.httpStatus, { connection: 'close' }).end(error.message);
      return;
    }
    response.socket?.destroy();
    // A client that went away while it was read, and a call held at a barrier when all was reset, are no errors.
    const isGone = (error as NodeJS.ErrnoException).code === 'ECONNRESET';
    if (!isGone && !(error instanceof Abandoned)) console.error('simulator: a request failed', error);
  }
}

/** Idle connections are kept longer than any client's pool keeps them: else a reused one is reset, and neither side is at fault. */
const keepAliveMs = 300_000;

/** Thousands of clients may connect at once. */
const backlog = 4_096;

async function listen(server: Server, { host = '127.0.0.1', port = 0 }: SimulatorOptions): Promise<void> {
  server.keepAliveTimeout = keepAliveMs;
  server.headersTimeout = keepAliveMs + 1_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken ? new Error(`port ${port} on ${host} is in use; choose another with --port`, { cause: error }) : error,
      );
    });
    server.listen({ host, port, backlog }, resolve);
  });
}
