import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { Sequencer } from './test/profile/sequencer.js';

/**
 * Files side by side. Those with servers wait more than they work, so there are more than cores; still more would starve the workers
 * that they start. The order of the files sees to it that one of these is busy with what needs no server.
 */
const maxWorkers = Math.max(3, availableParallelism());

/** Threads crash Temporal's native bridge; every project runs in forks. Only `service` needs servers. */
const shared = {
  pool: 'forks' as const,
  testTimeout: 180_000,
  hookTimeout: 120_000,
  setupFiles: ['test/profile/setup.ts'],
  maxWorkers,
};
/** Files that follow one another in the same process load its packages once, up to a third of their processor time; `vi.mock` does not work there. */
const inOneProcess = { isolate: false };
const project = (name: string, extra: object = {}) => ({
  test: { ...shared, name, include: [`test/${name}/**/*.test.ts`], ...extra },
});

export default defineConfig({
  test: {
    maxWorkers,
    sequence: { sequencer: Sequencer },
    projects: [
      project('pure'),
      project('cloud'),
      project('simulator', inOneProcess),
      project('client', inOneProcess),
      project('service', {
        ...inOneProcess,
        globalSetup: ['test/service/fixtures/global-setup.ts'],
        maxConcurrency: 2,
      }),
    ],
  },
});
