import { afterAll, beforeAll, expect } from 'vitest';
import { startMeter } from './meter.js';

/** Loaded before every test file: what it used is put down when its last hook has run. The first hook that is set is the last that runs. */
const meter = startMeter();
beforeAll(() => meter.loaded());
afterAll(() => meter.done(expect.getState().testPath ?? ''));

/** Files follow one another in the same process: what one has set in the environment, credentials above all, does not reach the next. */
const environment = { ...process.env };
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
