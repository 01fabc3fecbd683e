import { randomUUID } from 'node:crypto';
import { canonicalJson, type RedactText } from '../database/canonical-json.js';
import { chainColumns, entryArgument } from './columns.js';
import type { Database } from '../database/database.js';
import { freezeChain } from './entry.js';

/** Scope of a freeze: every change that matches all the parts given; no part: every change of this ledger. */
export interface FreezeScope {
  /** The account's uid. */
  readonly accountId?: string;
  /** A region, or `central` for a product with one central endpoint. */
  readonly region?: string;
  readonly product?: string;
}

/** Scope to hold or to lift, and the reason. `by` is the name that the caller gives; it is stored as unauthenticated. */
export interface FreezeRequest extends FreezeScope {
  readonly reason: string;
  readonly by: string;
}

/** A freeze that stands. */
export interface Freeze extends FreezeRequest {
  readonly freezeId: string;
  /** ISO 8601 UTC, by the database's clock. */
  readonly since: string;
}

/**
 * Holds every change in scope from now on: each intent reads it in its own transaction, so what is not yet committed as an intent
 * is not sent. Reads go on. Freezes add up; each is lifted by itself.
 * @throws {TypeError} without a reason or a name
 * @throws {DatabaseUnavailable}
 */
export async function freeze(database: Database, request: FreezeRequest, redact?: RedactText): Promise<Freeze> {
  requireWords(request);
  const freezeId = randomUUID();
  const { reason, by, ...scope } = request;
  const words = [redact?.(reason) ?? reason, redact?.(by) ?? by];
  const entry = freezeEntry('freeze', { freezeId, scope, reason, by }, redact);
  const since = await database.call<string>('freeze_changes', freezeId, JSON.stringify(scope), ...words, entry);
  return { freezeId, since, ...request };
}

/**
 * Lifts the freeze with that id, or every standing freeze of exactly that scope.
 * @returns the ids of those lifted; none when there was no such freeze
 */
export async function thaw(
  database: Database,
  request: FreezeRequest & { readonly freezeId?: string },
  redact?: RedactText,
): Promise<string[]> {
  requireWords(request);
  const { reason, by, freezeId, ...scope } = request;
  const entry = freezeEntry('thaw', { freezeId, scope, reason, by }, redact);
  return database.call('thaw_changes', freezeId ?? null, JSON.stringify(scope), entry);
}

/** Every freeze that stands, oldest first. */
export async function standingFreezes(database: Database): Promise<Freeze[]> {
  const rows = await database.query<{ freeze: Record<string, string> }>(STANDING);
  return rows.map(({ freeze }) => freeze as unknown as Freeze);
}

const STANDING = `
  select json_strip_nulls(json_build_object('freezeId', freeze_id, 'accountId', account_id, 'region', region, 'product', product,
    'reason', reason, 'by', frozen_by, 'since', ledger.iso(at))) as freeze
  from ledger.freezes where thawed_at is null order by at`;

const freezeEntry = (kind: 'freeze' | 'thaw', body: object, redact?: RedactText): string =>
  entryArgument({
    ...chainColumns(freezeChain),
    kind,
    body: canonicalJson({ ...body, unauthenticated: ['by'] }, redact),
  });

function requireWords({ reason, by }: FreezeRequest): void {
  if (!reason.trim() || !by.trim()) throw new TypeError('a freeze or thaw needs a reason and who asks for it');
}
