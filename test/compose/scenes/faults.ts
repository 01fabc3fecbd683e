import { setTimeout as sleep } from 'node:timers/promises';
import type { FlowLogView } from '../../../simulator/index.js';
import { type Bulk, manifestOf, seedOf } from '../bulks.js';
import { hold } from '../check.js';
import { type Asked, expectOnce, type Loss } from '../judge.js';
import { say } from '../shell.js';
import type { World } from '../world.js';

const OUTAGE_MS = 30_000;

/** Creates per second that each product lets through: so few that the bulk is under way through every outage. */
const CREATES_PER_SECOND = 0.9;
export const FAULTS_SETTINGS = {
  FLOWLOG_BUDGETS: `*=20,CreateFlowLog=${CREATES_PER_SECOND},CreateFlowlog=${CREATES_PER_SECOND}`,
};

/** So many targets at once: more of them would be in each other's way on a machine that is busy with other things. */
const WINDOW = '30';

/** Time in ms before an attempt is lost in which its call may have been answered: the read timeout of these scenes. */
const UNDER_WAY_MS = 5_000;

/** A bulk of 500 on three products with two workers, while everything around them goes away and comes back; somebody follows it to its end. */
export async function faultsScene(world: World): Promise<Asked> {
  await world.compose(['up', '--detach', '--no-build', '--scale', 'worker=2'], { timeoutMs: 600_000 });
  await world.until('two workers are ready', async () => (await ready(world)) === 2, 240_000);
  await unlimited(world);
  const storm: Bulk = { name: 'storm', count: 500, taken: 3 };
  await world.simulator('seed', 'POST', seedOf(storm));
  const foreign = (await world.simulator('flow-logs')) as FlowLogView[];
  const enable = ['enable', '-f', '-', '--bulk', storm.name, '--window', WINDOW, '--requested-by', 'test'];
  const started = await world.flowlog(enable, { input: manifestOf(storm) });
  hold(started.code === 0, `a bulk of ${storm.count} is started`, started.output);
  const follower = world.following(['bulk', 'status', storm.name, '--wait']);
  const beganMs = performance.now();
  await world.until('the first creates were made', async () => (await made(world)) > 0, 240_000);
  const losses = await blows(world);
  hold((await made(world)) < storm.count - storm.taken, 'the bulk was under way through all of it', await made(world));

  const end = await follower.ended;
  say(`the follower ended after ${Math.round((performance.now() - beganMs) / 1000)} s`);
  hold(end.code === 4 && end.output.includes('completed'), 'the follower followed it to its end: completed, and refused where somebody else has a flow log', end.output); // prettier-ignore
  const lost = end.output.split('\n').filter((line) => /does not answer|no answer/.test(line));
  say(`the follower said: ${lost.join(' | ') || 'nothing'}`);
  hold(lost.length <= 12, 'and said in single lines that it waited', lost);
  const asked = { bulks: [storm], losses, foreign, createsPerSecond: CREATES_PER_SECOND };
  await expectOnce(world, asked);
  return asked;
}

/** Everything that may go away does, one after the other. @returns when attempts were lost */
async function blows(world: World): Promise<readonly Loss[]> {
  await outage('PostgreSQL is killed', () => world.compose(['kill', 'postgres']), () => world.compose(['start', 'postgres'])); // prettier-ignore
  await outage('Temporal is killed', () => world.compose(['kill', 'temporal']), () => world.compose(['start', 'temporal'])); // prettier-ignore
  const [first, second] = await workers(world);
  await drained(world, first!);
  await world.docker('start', first!);
  await world.until('the stopped worker is ready again', async () => (await ready(world)) === 2);
  const killed = await loss(async () => {
    say('a worker is killed');
    await world.docker('kill', second!);
  });
  await world.docker('start', second!);
  const network = `${world.project}_default`;
  const cutOff = await loss(() =>
    outage(
      'the network between one worker and the rest is cut',
      () => world.docker('network', 'disconnect', network, first!),
      () => world.docker('network', 'connect', network, first!),
    ),
  );
  const cloudless = await loss(() =>
    outage(
      'the network between the cloud and the workers is cut',
      async () => world.docker('network', 'disconnect', network, await simulator(world)),
      async () => world.docker('network', 'connect', '--alias', 'simulator', network, await simulator(world)),
    ),
  );
  await replaced(world);
  return [killed, cutOff, cloudless];
}

async function loss(blow: () => Promise<unknown>): Promise<Loss> {
  const fromMs = Date.now() - UNDER_WAY_MS;
  await blow();
  return { fromMs, toMs: Date.now() };
}

/** Takes the limits and quotas of the documents from the simulated cloud: here the budgets are smaller, and the bulks larger. */
export async function unlimited(world: World): Promise<void> {
  await world.simulator('config', 'PUT', { limits: {}, quotas: {} });
}

/** Flow logs that were made by calls. */
export async function made(world: World): Promise<number> {
  const { created } = (await world.simulator('summary')) as { created: Record<string, number> };
  return Object.values(created).reduce((sum, count) => sum + count, 0);
}

const workers = (world: World) => world.containers('worker');
const simulator = async (world: World) => (await world.containers('simulator'))[0]!;

async function ready(world: World): Promise<number> {
  const ids = await workers(world);
  const states = await Promise.all(ids.map((id) => world.docker('inspect', '-f', '{{.State.Health.Status}}', id)));
  return states.filter((state) => state.trim() === 'healthy').length;
}

async function outage(what: string, begin: () => Promise<unknown>, end: () => Promise<unknown>): Promise<void> {
  say(`${what} for ${OUTAGE_MS / 1000} s`);
  await begin();
  await sleep(OUTAGE_MS);
  await end();
  await sleep(5_000);
}

/** Stops a worker as an orchestrator does, and reads what it said. */
async function drained(world: World, id: string): Promise<void> {
  const beganMs = performance.now();
  await world.docker('stop', '--time', '45', id);
  const ms = Math.round(performance.now() - beganMs);
  const code = (await world.docker('inspect', '-f', '{{.State.ExitCode}}', id)).trim();
  say(`a worker drained in ${ms} ms`);
  hold(code === '0' && ms < 45_000, 'a worker that is stopped ends with exit code 0 within its grace', { code, ms });
}

/** Replaces the workers one by one: a new one is ready before the next goes. */
async function replaced(world: World): Promise<void> {
  const old = await workers(world);
  for (const id of old) {
    await drained(world, id);
    await world.docker('rm', id);
    await world.compose(['up', '--detach', '--no-build', '--no-recreate', '--scale', 'worker=2', 'worker']);
    await world.until('the new worker is ready', async () => (await ready(world)) === 2);
  }
  const now = await workers(world);
  hold(now.length === 2 && now.every((id) => !old.includes(id)), 'both workers were replaced, one after the other', { old, now }); // prettier-ignore
}
