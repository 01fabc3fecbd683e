import { type Bulk, manifestOf } from '../bulks.js';
import { hold } from '../check.js';
import { type Asked, expectOnce } from '../judge.js';
import { say } from '../shell.js';
import type { World } from '../world.js';
import { made, unlimited } from './faults.js';
import { allWell } from './start.js';

/** Takes everything down, volumes excepted, while a bulk is under way, and brings it up again. */
export async function againScene(world: World, before: Asked): Promise<void> {
  const bulk: Bulk = { name: 'overnight', count: 90, taken: 0 };
  const enable = ['enable', '-f', '-', '--bulk', bulk.name, '--requested-by', 'test'];
  const earlier = await made(world);
  const started = await world.flowlog(enable, { input: manifestOf(bulk) });
  hold(started.code === 0, `a bulk of ${bulk.count} is started`, started.output);
  await world.until('its first flow logs are made', async () => (await made(world)) > earlier + 5);
  const known = await bulks(world);
  const ledger = await entries(world);
  const beganMs = performance.now();
  await world.compose(['down'], { timeoutMs: 240_000 });
  say(`down in ${Math.round((performance.now() - beganMs) / 1000)} s`);
  const volumes = await world.docker('volume', 'ls', '--quiet', '--filter', `name=${world.project}`);
  hold(volumes.trim().split('\n').length === 3, 'its volumes are left', volumes);
  // Flow logs outlive the simulated cloud's process, its settings do not: they are there before a worker is.
  await world.compose(['up', '--detach', '--wait', '--no-build', 'simulator'], { timeoutMs: 240_000 });
  await unlimited(world);
  await world.compose(['up', '--detach', '--no-build'], { timeoutMs: 600_000 });
  await allWell(world);
  hold((await bulks(world)) === known, 'every bulk is known as before', known);
  hold((await entries(world)) >= ledger, 'no entry of the ledger is lost', ledger);
  const progress = (await made(world)) - earlier;
  say(`${progress} of ${bulk.count} flow logs were made by then`);
  hold(progress < bulk.count, 'the bulk is not at its end', progress);
  const end = await world.flowlog(['bulk', 'status', bulk.name, '--wait']);
  hold(end.code === 0, 'the one that was under way went on to its end', end.output);
  await expectOnce(world, { ...before, bulks: [...before.bulks, bulk] });
}

async function bulks(world: World): Promise<string> {
  const { code, stdout, output } = await world.flowlog(['bulk', 'list', '--json']);
  hold(code === 0, 'bulks are listed', output);
  return (JSON.parse(stdout) as { bulks: { bulk: string }[] }).bulks.map(({ bulk }) => bulk).join();
}

async function entries(world: World): Promise<number> {
  const input = 'select count(*) from ledger.entries';
  return Number(await world.compose(['exec', '-T', 'postgres', 'psql', '-U', 'postgres', '-d', 'flowlog', '-At'], { input })); // prettier-ignore
}
