import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';
import pino, { type Logger } from 'pino';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { logLine, withoutPasswords } from '../cloud/text.js';

/** The log of this process: ours and Temporal's, one JSON line each, on standard error. */
export type WorkerLog = Logger;

const levels: Readonly<Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** @param level least level that is written; default `info` */
export const createLog = (level = 'info'): WorkerLog =>
  pino({ level, base: null, hooks: { streamWrite: safe } }, pino.destination(2));

/** Makes a text from the cloud or a library safe to log: no line holds a password of an address or moves a cursor. */
const safe = (line: string): string => `${logLine(withoutPasswords(line.trimEnd()))}\n`;

/**
 * Joins Temporal's log to ours. Once a process, before the first worker.
 * @param metricsAddress where Temporal's own exporter listens
 */
export function joinTemporalLog(log: WorkerLog, metricsAddress?: string): void {
  Runtime.install({
    logger: new DefaultLogger(log.level.toUpperCase() as LogLevel, ({ level, message, meta }) =>
      log[levels[level]](meta ?? {}, message),
    ),
    // This program orders the shutdown itself: waits first, changes last.
    shutdownSignals: [],
    ...omitUndefined({
      telemetryOptions: metricsAddress ? { metrics: { prometheus: { bindAddress: metricsAddress } } } : undefined,
    }),
  });
}
