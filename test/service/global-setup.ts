import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { findTemporal } from '../../local/find-temporal.js';
import { startPostgres } from '../../local/postgres.js';
import { throttled } from '../../local/screen.js';
import { startTemporal } from '../../local/temporal.js';
import { BUILT_SERVICE } from '../../local/worker-command.js';
import { buildService } from '../../tools/build/service.js';
import { startMeter } from '../profile/meter.js';
import { makeTemplate } from './database-template.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` of the Temporal server of this run; its namespace `default` is everyone's, so task queues and ids must be one's own. */
    temporalAddress: string;
    /** The database server of this run; tests take a database of their own by `freshDatabase`. */
    databaseUrl: string;
  }
}

/** Below `node_modules`, where what is compiled finds its packages. */
const cache = fileURLToPath(new URL('../../node_modules/.cache/flowlog-tests', import.meta.url));

/** One Temporal server in memory and one PostgreSQL for all service tests of a run; both end with it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const done = startMeter();
  const executable = await findTemporal(throttled((line) => console.error(line)));
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-test-'));
  const [temporal, postgres] = await Promise.all([
    startTemporal({ executable, uiPort: false }),
    startPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
  ]);
  // Once for all: workers in processes of their own are compiled, those in tests read the bundle that is there, databases are copies.
  const builtService = join(cache, `service-${process.pid}`);
  await Promise.all([buildService(builtService), makeTemplate(postgres.url)]);
  process.env[BUILT_SERVICE] = builtService;
  project.provide('temporalAddress', temporal.address);
  project.provide('databaseUrl', postgres.url);
  return async () => {
    await Promise.all([temporal.stop(), postgres.stop()]);
    for (const made of [folder, builtService]) await rm(made, { recursive: true, force: true });
    done('global setup');
  };
}
