import { type Program, startProgram } from '../../local/program.js';
import { workerArgumentsIn } from '../../local/worker-command.js';
import { releaseFolder } from './folder.js';

/**
 * Starts the worker of a release that RELEASES.md names, beside whatever else runs.
 * @returns once it polls; the caller ends it
 */
export async function startReleasedWorker(version: string, env: Readonly<Record<string, string>>): Promise<Program> {
  const folder = await releaseFolder(version);
  const worker = await startProgram({
    name: `the worker of ${version}`,
    args: workerArgumentsIn(folder),
    folder,
    readyWords: 'worker is polling',
    env: { ...(process.env as Record<string, string>), ...env },
  });
  await worker.ready;
  return worker;
}
