import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hold } from '../check.js';
import type { Engine } from '../engine/engine.js';
import { run } from '../shell.js';
import { root } from '../world.js';

/** Commands of deploy/README.md that another scene runs. */
const elsewhere = [/^docker compose --env-file deploy\/demo\.env up/];

/**
 * Picks the commands of the page: the lines of its shell blocks without their comments, but for those that its last table lists with a reason (there `…`
 * stands for anything).
 */
export function commandsOf(page: string): readonly string[] {
  const listed = page.slice(page.indexOf('## What is not run by a test')).matchAll(/^\| (`[^|]*`) +\|/gm);
  const patterns = [...listed].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, words = '']) => patternOf(words))); // prettier-ignore
  const lines = [...page.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.trim().split('\n'));
  const commands = lines.map((line) => line.replace(/\s+# .*$/, '').trim()).filter(Boolean);
  return commands.filter((command) => ![...elsewhere, ...patterns].some((pattern) => pattern.test(command)));
}

const patternOf = (words: string): RegExp =>
  new RegExp(
    `(^|\\()${words
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}`,
  );

/** Goes through deploy/README.md as its reader does, in a folder with the files of the repository that it names, against the simulated cloud. */
export async function guideScene(engine: Engine): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-guide-'));
  for (const name of ['docker-compose.yml', 'deploy', 'examples', 'package.json', 'package-lock.json'])
    await cp(join(root, name), join(folder, name), {
      recursive: true,
      filter: (path) => !path.endsWith('deploy/secrets'),
    });
  const commands = commandsOf(await readFile(join(folder, 'deploy/README.md'), 'utf8'));
  // Images are there already; where the engine builds none they are stand-ins.
  const script = commands.map((command) => command.replace('--build', '--no-build'));
  const env = {
    ...engine.env,
    COMPOSE_PROJECT_NAME: 'flowlog-guide',
    COMPOSE_ENV_FILES: 'deploy/simulator.env',
    USER: 'guide',
  };
  try {
    const shell = ['sh', '-euxc', script.map(patiently).join('\n')];
    const ran = await run(shell, { cwd: folder, env, timeoutMs: 900_000 });
    hold(ran.code === 0, `the ${commands.length} commands of deploy/README.md work one after the other`, ran.output);
  } finally {
    const down = ['docker', 'compose', '--profile', '*', 'down', '--volumes', '--timeout', '50'];
    await run(down, { cwd: folder, env: { ...env, FLOWLOG_SECRETS: 'deploy/secrets' } });
    await rm(folder, { recursive: true, force: true });
  }
}

/** A reader who is told by `doctor` that something is still starting looks again, and takes `whole, but not anchored outside` (5) for what it is. */
function patiently(command: string): string {
  if (command.endsWith('audit verify')) return `${command} || [ $? = 5 ]`;
  return command.endsWith('flowlog doctor') ? `for i in 1 2 3 4 5 6 7 8 9 10; do ${command} && break; sleep 3; done` : command; // prettier-ignore
}
