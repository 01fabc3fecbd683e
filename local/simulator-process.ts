import { writeFile } from 'node:fs/promises';
import { StartProblem } from './problem.js';
import { type Program, startProgram } from './program.js';
import type { StartSurroundings } from './services.js';
import { type Supervised, supervised } from './supervisor.js';
import { ownerOf } from './worker-process.js';
import { networkSeeds, simulatedAccounts, worldConfig, worldSeeds } from './world.js';
import { fileExists } from './file-exists.js';

/** The simulator as a part of the whole. */
export interface SimulatorPart extends Supervised {
  readonly url: string;
  /** Path of the accounts file for the worker and for commands. */
  readonly accountsFile: string;
}

/**
 * Starts the same entry as `npm run simulator`, in a process of its own, on a port that stays the same when it is started again. Its world
 * and its journal are kept in the folder; the seed is used only where they are new, so a second start finds what the first one left.
 */
export async function startSimulatorProcess(at: StartSurroundings, port: number): Promise<SimulatorPart> {
  const { folder, env, screen } = at;
  const state = folder.path('simulator.jsonl');
  const scenario = folder.path('world.json');
  const accountsFile = folder.path('accounts.json');
  await writeFile(scenario, JSON.stringify({ config: worldConfig, seed: worldSeeds(ownerOf(env)) }));
  // A world that an earlier version left has flow logs, and neither networks nor a second account.
  const isOlder = (await fileExists(state)) && !(await fileExists(accountsFile));
  const args = [
    ...['local/bootstrap.mjs', 'simulator/main.ts', '--port', String(port)],
    ...['--state', state, '--scenario', scenario],
  ];
  const log = folder.log('simulator');
  const part = await supervised<Program>({
    ...{ id: 'simulator', name: 'the simulator', say: screen.say, changed: at.changed },
    start: () =>
      startProgram({ name: 'the simulator', args, readyWords: 'Alibaba Cloud in a box at', env: plain(env), log }),
    ready: (program) => program.ready,
  });
  const url = `http://127.0.0.1:${port}`;
  const up = part.up.then(async () => {
    if (isOlder) await seed(url);
    await writeFile(accountsFile, `${JSON.stringify(simulatedAccounts, null, 2)}\n`);
  });
  return Object.assign(part, { up, url, accountsFile });
}

/** Adds networks and accounts, which replace nothing but themselves. */
async function seed(url: string): Promise<void> {
  const body = JSON.stringify(networkSeeds);
  const answer = await fetch(`${url}/_simulator/seed`, { method: 'POST', body });
  if (!answer.ok) throw new StartProblem(`The simulator does not take its networks: ${await answer.text()}`);
}

const plain = (env: StartSurroundings['env']) =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
