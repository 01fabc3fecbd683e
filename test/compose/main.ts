import { Coverage } from './coverage.js';
import { type Engine, findEngine, provideImages } from './engine/engine.js';
import { againScene } from './scenes/again.js';
import { demoScene } from './scenes/demo.js';
import { FAULTS_SETTINGS, faultsScene } from './scenes/faults.js';
import { startScene } from './scenes/start.js';
import { guideScene } from './scenes/guide.js';
import { newerSchema, wrongScene } from './scenes/wrong.js';
import { run, say } from './shell.js';
import { World } from './world.js';

/** `npm run test:compose [-- scene …]`: docker-compose.yml on a real engine, everything in it; without one, an engine is made. */

const ENV_FILE = 'deploy/simulator.env';
/** Small graces, so that a doubt costs seconds. */
const settings = {
  FLOWLOG_LIST_LAG_MS: '1000',
  FLOWLOG_COMMIT_DELAY_MS: '1000',
  FLOWLOG_CONNECT_TIMEOUT_MS: '2000',
  FLOWLOG_READ_TIMEOUT_MS: '5000',
  FLOWLOG_GRACE_MS: '12000',
  FLOWLOG_BUDGETS: '*=100',
  FLOWLOG_ANCHORS_FILE: '/data/anchors.jsonl',
  FLOWLOG_WORKER_BUILD: 'test',
  FLOWLOG_LOG_LEVEL: 'info',
};
const vendors = {
  postgres: 'postgres:16.10',
  server: 'temporalio/server:1.31.2',
  tools: 'temporalio/admin-tools:1.31.2',
  ui: 'temporalio/ui:2.49.1',
};

type Scene = (engine: Engine, coverage: Coverage) => Promise<void>;
const scenes: Readonly<Record<string, Scene>> = {
  life: (engine, coverage) =>
    within(engine, coverage, ENV_FILE, settings, async (world) => {
      await startScene(world, coverage);
      await newerSchema(world);
    }),
  faults: (engine, coverage) =>
    within(engine, coverage, ENV_FILE, { ...settings, ...FAULTS_SETTINGS }, async (world) => {
      await againScene(world, await faultsScene(world));
    }),
  demo: (engine, coverage) =>
    within(engine, coverage, 'deploy/demo.env', {}, async (world) => {
      await demoScene(world, coverage);
      await coverage.judge(world);
    }),
  guide: (engine) => guideScene(engine),
  wrong: (engine, coverage) => wrongScene(engine, coverage, ENV_FILE, settings),
};

/** Runs a scene in a world of its own, which is gone afterwards. */
async function within(
  engine: Engine,
  coverage: Coverage,
  envFile: string,
  env: Readonly<Record<string, string>>,
  scene: (world: World) => Promise<void>,
): Promise<void> {
  const world = await World.make(engine, { envFile, env });
  try {
    coverage.sets(await world.variables());
    await scene(world);
  } catch (error) {
    await lastWords(world);
    throw error;
  } finally {
    await world.close();
  }
}

/** Says what the services said last, for whoever reads a failure. */
async function lastWords(world: World): Promise<void> {
  console.log((await world.tried(['ps', '--all'])).output);
  console.log((await world.tried(['logs', '--no-color', '--tail', '15'])).output.slice(-12_000));
}

/** Images of the last run are taken as they are: for work at the scenes themselves. */
const KEPT = '--kept-images';

async function main(given: readonly string[]): Promise<void> {
  const wanted = given.filter((word) => word !== KEPT);
  const chosen = wanted.length > 0 ? wanted : ['life', 'faults', 'wrong', 'guide', 'demo'];
  const unknown = chosen.filter((name) => !(name in scenes));
  if (unknown.length > 0) throw new Error(`no scene ${unknown.join()}: there are ${Object.keys(scenes).join(', ')}`);
  const startedMs = performance.now();
  const engine = await findEngine();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void engine.close().finally(() => process.exit(130)));
  try {
    if (!given.includes(KEPT))
      await provideImages(engine, 'flowlog', vendors, await World.anyCommand(engine, ENV_FILE));
    console.log(await imageSize(engine));
    await play(engine, chosen);
    say(`${chosen.join(', ')}: all well in ${Math.round((performance.now() - startedMs) / 1000)} s`);
  } finally {
    await engine.close();
  }
}

/** Plays the scenes one after the other; one that fails keeps none of the rest from being seen. @throws Error that names those that failed */
async function play(engine: Engine, chosen: readonly string[]): Promise<void> {
  const coverage = new Coverage();
  const failed: string[] = [];
  for (const name of chosen) {
    const startedMs = performance.now();
    say(`scene ${name}`);
    try {
      await scenes[name]?.(engine, coverage);
      say(`scene ${name} is well, after ${Math.round((performance.now() - startedMs) / 1000)} s`);
    } catch (error) {
      tell(error);
      failed.push(name);
    }
  }
  if (failed.length > 0) throw new Error(`${failed.join(', ')}: NOT ok, for the reasons above`);
}

/** Says in a sentence where a scene found something else, and whole what nobody expected. */
const tell = (error: unknown): void =>
  console.error(error instanceof Error && error.name === 'Wrong' ? `NOT ok  ${error.message}` : error);

/** Size of the image above its base, as deploy/image-size.sh prints it; it fails where that is too much. */
async function imageSize(engine: Engine): Promise<string> {
  const { code, output } = await run(['deploy/image-size.sh', 'flowlog'], {
    env: { ...engine.env, ENGINE: engine.program },
  });
  if (code !== 0) throw new Error(output);
  return output.trim();
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  tell(error);
  process.exitCode = 1;
});
