import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Ending, FlowLog, Tags, Version } from './flow-log.js';

/** Time for which superseded versions are kept, in ms: longer than any list lag that can be configured. */
export const rememberMs = 15 * 60_000;

/** The version of a flow log at a moment; undefined before the flow log existed. */
export function versionAt(log: FlowLog, at: number): Version | undefined {
  // Lists ask this of thousands of flow logs, and nearly always the last version is the answer.
  const last = log.versions.at(-1);
  return last && last.at <= at ? last : log.versions.findLast((version) => version.at <= at);
}

/** The version at a moment, if the flow log exists then. */
export function liveAt(log: FlowLog, at: number): Version | undefined {
  const version = versionAt(log, at);
  return version?.gone ? undefined : version;
}

/** The state in which all accepted changes end. */
export function finalOf(log: FlowLog): Version | Ending {
  const last = log.versions.at(-1);
  if (!last) throw new Error(`flow log ${log.id} has no version`);
  return last.then ?? last;
}

/** Tells whether an accepted change has not ended: one under way, or one not begun yet. */
export function isChanging(log: FlowLog, now: number): boolean {
  const last = log.versions.at(-1);
  return last !== undefined && (last.at > now || last.then !== undefined);
}

/** Adds versions at the end and forgets those no list can show any more. */
export function extended(log: FlowLog, added: readonly Version[], now: number): FlowLog {
  const versions = [...log.versions, ...added];
  const firstKept = versions.findLastIndex((version) => version.at <= now - rememberMs);
  return { ...log, versions: versions.slice(Math.max(0, firstKept)) };
}

/** Everything accepted comes to its end now. */
export function settledNow(log: FlowLog, now: number): FlowLog {
  const versions = log.versions.map((version) => (version.at > now ? { ...version, at: now } : version));
  const ending = versions.at(-1)?.then;
  return ending ? extended({ ...log, versions }, [versionOf(ending, now)], now) : { ...log, versions };
}

/** Counts one list that showed a change under way; after the last one the change has ended. */
export function afterRead(log: FlowLog, now: number): FlowLog {
  const last = log.versions.at(-1);
  const readsLeft = last?.then?.readsLeft;
  if (!last?.then || readsLeft === undefined || last.at > now) return log;
  if (readsLeft <= 1) return extended(log, [versionOf(last.then, now)], now);
  const counted = { ...last, then: { ...last.then, readsLeft: readsLeft - 1 } };
  return { ...log, versions: [...log.versions.slice(0, -1), counted] };
}

/** The version an ending becomes. */
export function versionOf(ending: Ending, at: number): Version {
  const { status, fields, tags } = ending;
  return { at, status, fields, tags, ...omitUndefined({ gone: ending.gone ? true : undefined }) };
}

/** The same flow log with other tags from a moment on, whatever else is under way. */
export const retagged = (log: FlowLog, at: number, edit: (tags: Tags) => Tags): FlowLog =>
  relabelled(log, at, (held) => ({ ...held, tags: edit(held.tags) }));

/** The same flow log with other fields or tags from a moment on, whatever else is under way. */
export function relabelled(log: FlowLog, at: number, edit: <Held extends Labels>(held: Held) => Held): FlowLog {
  const edited = (version: Version): Version => ({
    ...edit(version),
    ...omitUndefined({ then: version.then ? edit(version.then) : undefined }),
  });
  const current = versionAt(log, at);
  const past = log.versions.filter((version) => version.at <= at).map((version) => withoutEnding(version));
  const future = log.versions.filter((version) => version.at > at).map(edited);
  return { ...log, versions: [...past, ...(current ? [{ ...edited(current), at }] : []), ...future] };
}

/** Fields and tags of a flow log. */
type Labels = Pick<Version, 'fields' | 'tags'>;

/** A version that something else follows: its own ending is moot. */
export function withoutEnding(version: Version): Version {
  const { at, status, fields, tags, gone } = version;
  return { at, status, fields, tags, ...omitUndefined({ gone: gone || undefined }) };
}
