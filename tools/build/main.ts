import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackages } from './packages.js';
import { buildService } from './service.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');

/** Parts of the build, by name; each returns the paths of what it made. */
const parts: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  service: async () => {
    await buildService(join(dist, 'service'));
    return [join(dist, 'service')];
  },
  packages: async () => Object.values(await buildPackages(dist)),
};

/** `npm run build [-- service | packages]`: the compiled service and the packages for others, or one of both, in `dist/`. */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    console.error(`${unknown.join(', ')} cannot be built: there are ${Object.keys(parts).join(' and ')}`);
    return 2;
  }
  const chosen = Object.entries(parts).filter(([name]) => names.length === 0 || names.includes(name));
  const made = await Promise.all(chosen.map(([, make]) => make()));
  for (const path of made.flat()) console.log(relative(root, path));
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
