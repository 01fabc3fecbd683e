import { mkdir } from 'node:fs/promises';
import {
  NOT_PERMITTED,
  AnchorFileError,
  anchorText,
  ArchiveFileError,
  databaseTrouble,
  DatabaseUnavailable,
  ledgerStanding,
  migrate,
  openAuditor,
  parseAnchor,
  readAnchors,
  type OutsideAnchor,
} from '../../../audit/index.js';
import { redactSecrets } from '../../../cloud/call/redact.js';
import { migrateStore, openStore } from '../../../store/index.js';
import { UsageError } from '../exit-codes.js';
import { LedgerOutOfReachError, LedgerRefusedError } from './errors.js';
import type { LedgerConnection, Migrated, VerifyRequest } from './ledger-door.js';

/** A person waits: longer than a worker's question may take, since whole accounts are asked for. */
const STATEMENT_TIMEOUT_MS = 60_000;

/** `host:port/database` of a connection string: what may be shown of it. */
function addressOf(databaseUrl: string): string {
  try {
    const { host, pathname } = new URL(databaseUrl);
    return `${host}${pathname}`;
  } catch {
    throw new UsageError('DATABASE_URL is no connection string: write postgres://user:password@host:port/database');
  }
}

/**
 * Opens the ledger for the commands. Its role decides what works: `flowlog_auditor` may read, `flowlog_service` also anchor and freeze.
 * @param secrets taken out of every reason and name before it is stored
 * @throws LedgerOutOfReachError
 */
export async function connectLedger(databaseUrl: string, secrets: readonly string[]): Promise<LedgerConnection> {
  const place = addressOf(databaseUrl);
  const asked = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      throw translateDatabaseError(error, place);
    }
  };
  const auditor = await asked(() =>
    openAuditor({
      databaseUrl,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      redact: (text) => redactSecrets(text, secrets),
    }),
  );
  return {
    place,
    verify: async ({ onProgress, archives = [], ...kept }) => {
      const outside = await outsideAnchors(kept);
      return asked(() => auditor.verify({ outside, archives, ...(onProgress && { onProgress }) }));
    },
    archive: async (request) => {
      await mkdir(request.folder, { recursive: true }).catch((error: unknown) => {
        throw new UsageError(`-o ${request.folder}: ${error instanceof Error ? error.message : String(error)}`);
      });
      return asked(() => auditor.archive(request));
    },
    removeReportRows: (before) =>
      asked(async () => {
        const store = openStore({ databaseUrl, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
        return store.bulks.removeReportRows(before).finally(() => store.close());
      }),
    anchor: () =>
      asked(async () => {
        const anchor = await auditor.anchor();
        return anchor && { ...anchor, text: anchorText(anchor) };
      }),
    adoptEmpty: (request) => asked(() => auditor.adoptEmpty(request)),
    show: (subject, limit) => asked(() => auditor.show(subject, limit)),
    export: (sink, options) => asked(() => auditor.export(sink, options)),
    freeze: (request) => asked(() => auditor.freeze(request)),
    thaw: (request) => asked(() => auditor.thaw(request)),
    freezes: () => asked(() => auditor.freezes()),
    close: () => auditor.close(),
  };
}

/**
 * Brings the schemas of ledger and service to this build's state.
 * @throws LedgerOutOfReachError, and LedgerRefusedError where the login may not, or the schema is for newer builds
 */
export async function migrateDatabase(databaseUrl: string): Promise<Migrated> {
  const place = addressOf(databaseUrl);
  try {
    const { oldest, own } = await ledgerStanding(databaseUrl);
    if (oldest > own) {
      const advice = 'run the migration of the release that made it, or a newer one';
      throw new LedgerRefusedError(`the schema of ${place} is for builds from ${oldest} on; this is ${own}`, {
        advice,
      });
    }
    return { place, ran: [...(await migrate(databaseUrl)), ...(await migrateStore(databaseUrl))] };
  } catch (error) {
    if (!isNotPermitted(error)) throw translateDatabaseError(error, place);
    const advice = 'name the owner of the schema in DATABASE_URL, or a login that may create one';
    throw new LedgerRefusedError(`the login of DATABASE_URL may not change the schema of ${place} (${error.message})`, {
      cause: error,
      advice,
    });
  }
}

const isNotPermitted = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === NOT_PERMITTED;

/** The anchors that were given, by flag and by file. */
async function outsideAnchors({
  anchor,
  anchorsFile,
}: Pick<VerifyRequest, 'anchor' | 'anchorsFile'>): Promise<OutsideAnchor[]> {
  const given = anchor === undefined ? [] : [parseOutsideAnchor(anchor)];
  if (anchorsFile === undefined) return given;
  try {
    return [...given, ...(await readAnchors(anchorsFile))];
  } catch (error) {
    throw error instanceof AnchorFileError ? new UsageError(`--anchors ${error.message}`) : error;
  }
}

function parseOutsideAnchor(text: string): OutsideAnchor {
  try {
    return { ...parseAnchor(text), from: '--anchor' };
  } catch (error) {
    throw new UsageError(`--anchor: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function translateDatabaseError(error: unknown, place: string): unknown {
  if (error instanceof DatabaseUnavailable) {
    const { detail, advice } = databaseTrouble(error);
    return new LedgerOutOfReachError(place, detail, { cause: error, advice });
  }
  if (isNotPermitted(error)) {
    const message = `the role of DATABASE_URL may not do this on ${place} (${error.message})`;
    return new LedgerRefusedError(message, { cause: error });
  }
  return error instanceof ArchiveFileError ? new UsageError(error.message) : error;
}
