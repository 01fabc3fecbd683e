import { ConfigError, readConfig, type WorkerConfig } from './config.js';
import { freeLoopbackAddress, type Health, serveHealth } from './health.js';
import { createLog, joinTemporalLog, type WorkerLog } from './log.js';
import { startWorker } from './worker.js';
import { untilThere } from './wait.js';
import { tellUnready } from './unready.js';

/**
 * `npm run worker`: one worker until SIGTERM or SIGINT. It waits for Temporal and its database. Exit 0 after a drain, 2 for a wrong environment,
 * 3 for a failure that waiting does not cure.
 */
async function main(): Promise<number> {
  const log = createLog(process.env['FLOWLOG_LOG_LEVEL']);
  try {
    const config = readConfig();
    const health = await startTelling(config, log);
    try {
      await work(config, log, health);
    } finally {
      await health?.close();
    }
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

async function startTelling({ metricsAddress }: WorkerConfig, log: WorkerLog): Promise<Health | undefined> {
  const metrics = metricsAddress === undefined ? undefined : await freeLoopbackAddress();
  joinTemporalLog(log, metrics);
  return metricsAddress && metrics ? serveHealth({ address: metricsAddress, metrics }) : undefined;
}

async function work(config: WorkerConfig, log: WorkerLog, health: Health | undefined): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  const waiting = (why = 'it is starting') => health?.look(() => Promise.resolve([{ name: 'worker', ok: false, detail: why }])); // prettier-ignore
  const worker = await untilThere(() => startWorker({ config, log }), {
    log,
    signal: stopping.signal,
    onWait: waiting,
  });
  if (!worker) return;
  health?.look(() => worker.checks());
  const begin = () => {
    // Whoever asks is told before the first wait is handed over.
    health?.drain();
    const startedMs = performance.now();
    log.info('the worker ends: waits are handed over, changes under way are finished and recorded');
    void worker.stop().then(
      () => log.info({ ms: Math.round(performance.now() - startedMs) }, 'the worker has ended'),
      () => undefined,
    );
  };
  if (stopping.signal.aborted) begin();
  else stopping.signal.addEventListener('abort', begin, { once: true });
  void tellUnready(worker, log, stopping.signal);
  await worker.done;
}

process.exit(await main());
