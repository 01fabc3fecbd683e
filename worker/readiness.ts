import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudConnection } from './cloud.js';
import type { TemporalConnections } from './temporal.js';
import { databaseTrouble, ledgerStanding } from '../audit/index.js';
import { CloudError } from '../cloud/errors/cloud-error.js';
import type { Check } from '../workflows/contract/operation.js';
import { requireNamespace } from './temporal.js';

/** Longest time of one check, in ms: a probe waits for the answer. */
const PROBE_CHECK_MS = 2_000;

/** Parts that a worker stands on. */
export interface ReadinessParts extends Pick<CloudConnection, 'accountIds' | 'principalOf'> {
  readonly databaseUrl: string;
  readonly temporal: Pick<TemporalConnections, 'clientConnection' | 'namespace'>;
}

/**
 * Looks at all that a worker needs before it can work: Temporal and its namespace, the database and its schema, the credentials of each account.
 * Credentials that were proved once stay so while the cloud cannot be reached: another worker would not reach it either.
 */
export async function readiness(parts: ReadinessParts): Promise<readonly Check[]> {
  const { accountIds, principalOf } = parts;
  const checks = await Promise.all([
    boundedChecks('temporal', () => temporal(parts.temporal)),
    boundedChecks('database', () => databaseCheck(parts.databaseUrl)),
    ...accountIds.map((uid) => boundedChecks(`credentials, account ${uid}`, () => credentials(uid, principalOf))),
  ]);
  return checks.flat();
}

async function boundedChecks(name: string, look: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  const over = new AbortController();
  const late = sleep(PROBE_CHECK_MS, undefined, { signal: over.signal }).then(() => [
    { name, ok: false, detail: `no answer within ${PROBE_CHECK_MS / 1000} s` },
  ]);
  late.catch(() => undefined);
  try {
    return await Promise.race([look(), late]);
  } catch (error) {
    return [{ name, ok: false, detail: error instanceof Error ? error.message : String(error) }];
  } finally {
    over.abort();
  }
}

async function temporal(place: ReadinessParts['temporal']): Promise<readonly Check[]> {
  await requireNamespace(place, 'its address', PROBE_CHECK_MS);
  return [{ name: 'temporal', ok: true, detail: `namespace ${place.namespace}` }];
}

async function databaseCheck(databaseUrl: string): Promise<readonly Check[]> {
  try {
    const { missing, unknown, oldest, own } = await ledgerStanding(databaseUrl);
    return [{ name: 'database', ok: true, detail: 'it answers' }, schema({ missing, unknown, oldest, own })];
  } catch (error) {
    const { detail, advice } = databaseTrouble(error);
    return [
      { name: 'database', ok: false, detail, advice },
      { name: 'schema', ok: false, detail: 'unknown while the database does not answer' },
    ];
  }
}

type SchemaState = Pick<Awaited<ReturnType<typeof ledgerStanding>>, 'missing' | 'unknown' | 'oldest' | 'own'>;

function schema({ missing, unknown, oldest, own }: SchemaState): Check {
  const name = 'schema';
  if (missing.length > 0) {
    const advice = 'Run `flowlog migrate` with a DATABASE_URL of the owner of the schema.';
    return { name, ok: false, detail: `older than this worker: it lacks ${missing.join(', ')}`, advice };
  }
  if (oldest > own) {
    const advice = 'Start the worker of the release that migrated it.';
    return { name, ok: false, detail: `for builds from ${oldest} on; this is ${own}`, advice };
  }
  return {
    name,
    ok: true,
    detail: unknown.length > 0 ? `newer than this worker, which can work on it: ${unknown.join(', ')}` : `${own}`,
  };
}

async function credentials(uid: string, principalOf: CloudConnection['principalOf']): Promise<readonly Check[]> {
  const name = `credentials, account ${uid}`;
  try {
    const { arn } = await principalOf(uid);
    return [{ name, ok: true, detail: arn }];
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return [{ name, ok: false, detail: error.message, advice: error.details.advice }];
  }
}
