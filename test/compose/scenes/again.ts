import { hold } from '../check.js';
import { expectOnce, manifestOf } from '../judge.js';
import { say } from '../shell.js';
import type { World } from '../world.js';
import { allWell } from './start.js';

const TARGETS = 90;

/** Takes everything down, volumes excepted, while a bulk is under way, and brings it up again. */
export async function againScene(world: World): Promise<void> {
  const name = 'overnight';
  const manifest = manifestOf(name, TARGETS);
  const started = await world.flowlog(['enable', '-f', '-', '--bulk', name, '--window', '6', '--requested-by', 'test'], { input: manifest }); // prettier-ignore
  hold(started.code === 0, `a bulk of ${TARGETS} is started`, started.output);
  const before = await world.flowlog(['bulk', 'list', '--json']);
  const beganMs = performance.now();
  await world.compose(['down'], { timeoutMs: 240_000 });
  say(`down in ${Math.round((performance.now() - beganMs) / 1000)} s`);
  await world.compose(['up', '--detach', '--no-build'], { timeoutMs: 600_000 });
  await allWell(world);
  const after = await world.flowlog(['bulk', 'list', '--json']);
  const names = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { bulks: { bulk: string }[] }).bulks.map(({ bulk }) => bulk).join(); // prettier-ignore
  hold(names(after) === names(before), 'every bulk is known as before', after.output);
  const end = await world.flowlog(['bulk', 'status', name, '--wait']);
  hold(end.code === 0, 'the one that was under way went on to its end', end.output);
  await expectOnce(world, name, TARGETS);
}
