/** The worker: the composition root. Everything is built here, once, from the configuration. */
export { type RunningWorker, type WorkerOptions, startWorker } from './worker.js';
export { ConfigError, type WorkerConfig, readConfig } from './config.js';
