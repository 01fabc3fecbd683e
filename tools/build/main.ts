import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildService } from './service.js';

/** `npm run build`: JavaScript of the service in `dist/service`. */
const dist = fileURLToPath(new URL('../../dist', import.meta.url));
await buildService(join(dist, 'service'));
console.log(
  'dist/service: the worker (worker/main.js), the command (client/cli/main.js) and the simulator (simulator/main.js)',
);
