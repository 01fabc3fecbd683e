import { afterAll, expect } from 'vitest';
import { startMeter } from './meter.js';

/** Loaded before every test file: what it used is put down when its last hook has run. The first hook that is set is the last that runs. */
const done = startMeter();
afterAll(() => done(expect.getState().testPath ?? ''));
