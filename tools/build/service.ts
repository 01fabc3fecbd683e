import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUILT_BUNDLE, workflowBundle } from '../../worker/bundle.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folders that a worker, the command and the simulator run from. */
const serviceFolders = [
  'activities',
  'audit',
  'client',
  'cloud',
  'database',
  'simulator',
  'store',
  'worker',
  'workflows',
];

/**
 * Compiles the service to JavaScript for Node 20.19 or newer, file for file, so that a stack trace names the source; migrations,
 * schemas and the like are copied, and the workflow bundle is made. Packages are not copied: the folder has to be where Node finds them.
 * @param folder what is in it goes first
 */
export async function buildService(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const files = (await Promise.all(serviceFolders.map(filesBelow))).flat();
  const [sources, assets] = [files.filter(isSource), files.filter((file) => !isSource(file))];
  const [{ code }] = await Promise.all([
    workflowBundle(),
    build({
      absWorkingDir: root,
      entryPoints: sources,
      outbase: '.',
      outdir: folder,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      logLevel: 'warning',
    }),
    ...[...assets, 'package.json'].map((file) => copy(file, folder)),
  ]);
  await writeFile(join(folder, BUILT_BUNDLE), code);
}

const isSource = (file: string) => file.endsWith('.ts');

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length));
}

async function copy(file: string, folder: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await cp(join(root, file), join(folder, file));
}
