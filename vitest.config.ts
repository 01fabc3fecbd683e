import { defineConfig } from 'vitest/config';

/** Threads crash Temporal's native bridge; every project runs in forks. Only `service` needs servers. */
const shared = { pool: 'forks' as const, testTimeout: 60_000, hookTimeout: 120_000 };
const project = (name: string, extra: object = {}) => ({
  test: { ...shared, name, setupFiles: ['test/profile/setup.ts'], include: [`test/${name}/**/*.test.ts`], ...extra },
});

export default defineConfig({
  test: {
    projects: [
      project('pure'),
      project('cloud'),
      project('simulator'),
      project('client'),
      // They wait more than they work, so three files go side by side; more would starve the workers they start.
      project('service', {
        globalSetup: ['test/service/global-setup.ts'],
        maxWorkers: 3,
        maxConcurrency: 2,
        sequence: { groupOrder: 1 },
      }),
    ],
  },
});
