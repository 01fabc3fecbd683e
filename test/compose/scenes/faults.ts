import { setTimeout as sleep } from 'node:timers/promises';
import { hold } from '../check.js';
import { say } from '../shell.js';
import type { World } from '../world.js';
import { expectOnce, manifestOf } from '../judge.js';

const TARGETS = 500;
const OUTAGE_MS = 30_000;
/** So few at once that the bulk is under way through every outage. */
const WINDOW = '12';

/** A bulk of 500 on three products with two workers, while everything around them goes away and comes back; somebody follows it to its end. */
export async function faultsScene(world: World): Promise<void> {
  await world.compose(['up', '--detach', '--no-build', '--scale', 'worker=2'], { timeoutMs: 600_000 });
  await world.until('two workers are ready', async () => (await ready(world)) === 2, 240_000);
  // Its own limits would refuse before the budgets that make the bulk last.
  await world.simulator('config', 'PUT', { limits: {}, quotas: {} });
  const name = 'storm';
  const manifest = manifestOf(name, TARGETS);
  const started = await world.flowlog(['enable', '-f', '-', '--bulk', name, '--window', WINDOW, '--requested-by', 'test'], { input: manifest }); // prettier-ignore
  hold(started.code === 0, `a bulk of ${TARGETS} is started`, started.output);
  const follower = world.following(['bulk', 'status', name, '--wait']);
  const beganMs = performance.now();

  await sleep(10_000);
  await outage(world, 'PostgreSQL is killed', () => world.compose(['kill', 'postgres']), () => world.compose(['start', 'postgres'])); // prettier-ignore
  await outage(world, 'Temporal is killed', () => world.compose(['kill', 'temporal']), () => world.compose(['start', 'temporal'])); // prettier-ignore
  const [first, second] = await workers(world);
  await drained(world, first!);
  await world.docker('start', first!);
  await world.until('the stopped worker is ready again', async () => (await ready(world)) === 2);
  say('a worker is killed');
  await world.docker('kill', second!);
  await world.docker('start', second!);
  const network = `${world.project}_default`;
  await outage(
    world,
    'the network between one worker and the rest is cut',
    () => world.docker('network', 'disconnect', network, first!),
    () => world.docker('network', 'connect', network, first!),
  );
  await outage(
    world,
    'the network between the cloud and the workers is cut',
    async () => world.docker('network', 'disconnect', network, await simulator(world)),
    async () => world.docker('network', 'connect', '--alias', 'simulator', network, await simulator(world)),
  );
  await replaced(world);

  const end = await follower.ended;
  say(`the follower ended after ${Math.round((performance.now() - beganMs) / 1000)} s`);
  hold(end.code === 0 && end.output.includes('completed'), 'the follower followed it to its end', end.output);
  const lost = end.output.split('\n').filter((line) => /does not answer|no answer/.test(line));
  hold(lost.length <= 12, 'and said in single lines that it waited', lost);
  await expectOnce(world, name, TARGETS);
}

const workers = (world: World) => world.containers('worker');
const simulator = async (world: World) => (await world.containers('simulator'))[0]!;

async function ready(world: World): Promise<number> {
  const ids = await workers(world);
  const states = await Promise.all(ids.map((id) => world.docker('inspect', '-f', '{{.State.Health.Status}}', id)));
  return states.filter((state) => state.trim() === 'healthy').length;
}

async function outage(
  _: World,
  what: string,
  begin: () => Promise<unknown>,
  end: () => Promise<unknown>,
): Promise<void> {
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
