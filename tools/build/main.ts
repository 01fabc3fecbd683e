import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackages } from './packages.js';
import { buildService } from './service.js';

/** `npm run build`: the compiled service and the packages for others, in `dist/`. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');
const [packed] = await Promise.all([buildPackages(dist), buildService(join(dist, 'service'))]);
for (const path of [join(dist, 'service'), ...Object.values(packed)]) console.log(relative(root, path));
