import { ConfigError, readConfig } from './config.js';
import { createLog, joinTemporalLog } from './log.js';
import { startWorker } from './worker.js';

/** `npm run worker`: one worker until SIGTERM or SIGINT. Exit 0 after a drain, 2 for a wrong environment, 3 when something is out of reach. */
async function main(): Promise<number> {
  const log = createLog(process.env['FLOWLOG_LOG_LEVEL']);
  try {
    const config = readConfig();
    joinTemporalLog(log, config.metricsAddress);
    const worker = await startWorker({ config, log });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void worker.stop());
    await worker.done;
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`flowlog worker: ${error.message}\n`);
      return 2;
    }
    log.fatal({ err: error }, 'the worker cannot run');
    return 3;
  }
}

process.exit(await main());
