import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findTemporal } from '../../local/find-temporal.js';
import { startPostgres } from '../../local/postgres.js';
import { throttled } from '../../local/screen.js';
import { startTemporal } from '../../local/temporal.js';
import { workflowBundle } from '../../worker/bundle.js';
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

/** One Temporal server in memory and one PostgreSQL for all service tests of a run; both end with it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const done = startMeter();
  const executable = await findTemporal(throttled((line) => console.error(line)));
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-test-'));
  const [temporal, postgres] = await Promise.all([
    startTemporal({ executable, uiPort: false }),
    startPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
  ]);
  // Once for all: workers read the bundle that is there, and databases are copies of one.
  await Promise.all([workflowBundle(), makeTemplate(postgres.url)]);
  project.provide('temporalAddress', temporal.address);
  project.provide('databaseUrl', postgres.url);
  return async () => {
    await Promise.all([temporal.stop(), postgres.stop()]);
    await rm(folder, { recursive: true, force: true });
    done('global setup');
  };
}
