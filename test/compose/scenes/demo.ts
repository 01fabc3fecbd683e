import { hold } from '../check.js';
import type { Coverage } from '../coverage.js';
import type { World } from '../world.js';
import { allWell } from './start.js';

/** The demonstration: one command, and its schedule has enabled what is tagged in both sample accounts. */
export async function demoScene(world: World, coverage: Coverage): Promise<void> {
  await world.compose(['up', '--detach', '--no-build'], { timeoutMs: 600_000 });
  await allWell(world);
  await coverage.see(world);
  await world.until('the first bulk of the schedule has ended well', async () => {
    const { bulks } = JSON.parse((await world.flowlog(['bulk', 'list', '--json'])).stdout) as { bulks: { report?: { end: string } }[] }; // prettier-ignore
    return bulks[0]?.report?.end === 'completed';
  });
  const { created } = (await world.simulator('summary')) as { created: Record<string, number> };
  const of = (part: string) => Object.keys(created).some((resource) => resource.endsWith(`/${part}`));
  const wanted = ['vpc-demo-a', 'tr-demo', 'vbr-demo', 'vpc-demo-branch'];
  hold(wanted.every(of) && !of('vpc-demo-b'), 'everything tagged env=prod has a flow log, in both accounts, and nothing else', created); // prettier-ignore
}
