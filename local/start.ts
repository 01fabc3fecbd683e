import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Item } from '../client/cli/batch.js';
import { readJob, runJob } from './job.js';
import { type StartOptions, firstRunManifest, parseOptions, usage } from './options.js';
import { StartProblem } from './problem.js';
import { screenOn } from './screen.js';
import { type Services, defaultAccountId, startServices } from './services.js';
import { Stack } from './stack.js';
import { openStateFolder } from './state-folder.js';

/** `npm start`: everything on this machine, then a job, then up until Ctrl-C. */

const interrupted = 130;
/** A part died under us. */
const partDied = 3;
/** A terminal's Ctrl-C comes twice, from the terminal and from npm: only one that comes later is a second one. */
const secondInterruptAfterMs = 1_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const screen = screenOn(process.stderr);

/** Fires at the first Ctrl-C; at a second one the process ends where it stands, and the watchdogs end what it started. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  let firstAt = Infinity;
  const onSignal = () => {
    if (performance.now() - firstAt > secondInterruptAfterMs) process.exit(interrupted);
    if (controller.signal.aborted) return;
    firstAt = performance.now();
    controller.abort(new Error('interrupted'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  endWithNpm(onSignal);
  return controller.signal;
}

/** Ends the start with its npm: a killed npm cannot pass the signal on, and its children get another parent. */
function endWithNpm(end: () => void): void {
  if (!process.env['npm_lifecycle_event']) return;
  const npm = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(look);
    end();
  }, 1_000);
  look.unref();
}

const fired = (signal: AbortSignal) =>
  new Promise<void>((done) =>
    signal.aborted ? done() : signal.addEventListener('abort', () => done(), { once: true }),
  );

async function start(options: StartOptions, signal: AbortSignal): Promise<number> {
  const items = await readItems(options);
  const folder = await openStateFolder(resolve(root, options.folder), { fresh: options.fresh });
  const stack = new Stack();
  const { env } = process;
  let announce = () => Promise.resolve();
  const changed = () => void announce();
  const work = async () => {
    const services = await startServices({ options, folder, stack, screen, env, changed });
    const { temporal, databaseUrl, simulatorUrl, uiUrl, accountId, accountsFile } = services;
    announce = () =>
      folder.announce({
        ...{ temporal, database: { url: databaseUrl }, pids: { start: process.pid, ...stack.pids } },
        ...(simulatorUrl !== undefined && { simulator: { url: simulatorUrl } }),
        ...(uiUrl !== undefined && { ui: { url: uiUrl } }),
        ...(accountId !== undefined && { accountId }),
        ...(accountsFile !== undefined && { accountsFile }),
      });
    await announce();
    const well = items.length === 0 || (await runJob(items, services, signal));
    if (well === undefined) return interrupted;
    if (!options.once) {
      screen.say(whatNext(services));
      await fired(signal);
    }
    return well ? 0 : 1;
  };
  try {
    return await Promise.race([
      work(),
      // The work has the first word: idle after its job, it ends with the job's own code.
      fired(signal).then(() => new Promise<number>((done) => setImmediate(done, interrupted))),
      stack.died.then((message) => Promise.reject(new StartProblem(message, { exitCode: partDied }))),
    ]);
  } finally {
    screen.working('Ending what was started …');
    await stack.stop();
    await folder.close();
  }
}

/** Reads the items before anything is started: a mistake in the file shows at once, not after a minute. */
function readItems({ manifest }: StartOptions): Promise<readonly Item[]> {
  if (manifest === undefined) return Promise.resolve([]);
  // A path of the person's own begins where they stand; npm tells where that is.
  const from = manifest === firstRunManifest ? root : (process.env['INIT_CWD'] ?? process.cwd());
  return readJob(resolve(from, manifest), process.env, defaultAccountId(process.env));
}

/** Commands that a person can try now. */
const whatNext = ({ uiUrl, temporal }: Services) => `
${uiUrl === undefined ? '' : `Browser:  ${uiUrl}\n`}Programs: TEMPORAL_ADDRESS=${temporal.address}
Try:      npx flowlog discover --accounts all --tag env=prod
          npx flowlog enable vpc-mine --region cn-hangzhou \\
            --project netlogs --log-store flow --wait
          npx flowlog operation list
Up until Ctrl-C.`;

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options !== 'help') return await start(options, interruption());
    process.stdout.write(`${usage}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error;
    screen.say(error.message);
    return error.exitCode;
  }
}

process.exit(await main());
