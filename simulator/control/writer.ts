import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Machine } from '../machine.js';
import type { FlowLog } from '../world/flow-log.js';
import { resourceWord } from '../world/identity.js';
import { extended, liveAt, withoutEnding } from '../world/timeline.js';

/** Changes that another program makes to a list while a page of it is being answered. */
export const writerSchema = z.strictObject({
  /** Number of flow logs on the page to delete, of those without tags, from its first row on; or the ids to delete. */
  delete: z.union([z.number().int().min(0).max(1_000), z.array(z.string().min(1)).max(1_000)]).default(0),
  /** Number of flow logs to create, without tags and on resources of their own, where the page's first flow log is. */
  create: z.number().int().min(0).max(1_000).default(0),
});
export type Writer = z.infer<typeof writerSchema>;

/** Deletes and creates, now: lists learn of it as of any change. Returns the ids of the created and deleted flow logs. */
export function write(machine: Machine, { delete: doomed, create }: Writer, shown: readonly string[]) {
  const { world, clock } = machine;
  const now = clock.now();
  const logOf = (id: string): FlowLog[] => [world.flowLogs.get(id) ?? []].flat();
  const deleted =
    typeof doomed === 'number' ? untagged(shown.flatMap(logOf), now).slice(0, doomed) : doomed.flatMap(logOf);
  for (const log of deleted) world.putFlowLog(gone(log, now));
  const [pattern] = shown.flatMap(logOf);
  const created = pattern ? Array.from({ length: create }, () => anotherLike(machine, pattern, now)) : [];
  return { created: created.map(({ id }) => id), deleted: deleted.map(({ id }) => id) };
}

const untagged = (logs: readonly FlowLog[], now: number): readonly FlowLog[] =>
  logs.filter((log) => Object.keys(liveAt(log, now)?.tags ?? { gone: '' }).length === 0);

function gone(log: FlowLog, now: number): FlowLog {
  const past = log.versions.filter(({ at }) => at <= now).map(withoutEnding);
  const last = past.at(-1);
  return last ? extended({ ...log, versions: past }, [{ ...last, at: now, gone: true }], now) : log;
}

/** Fields that name what is logged, so that no two new ones are on one resource. */
const nameFields = ['ResourceId', 'TransitRouterAttachmentId', 'TransitRouterId', 'InstanceId'] as const;

/** One more, beside the one given. Its id stands anywhere among the others, and is the same in every run. */
function anotherLike({ world }: Machine, { product, accountId, region, versions, id }: FlowLog, now: number): FlowLog {
  const count = world.flowLogs.size + 1;
  const digits = createHash('sha256').update(`another ${count}`).digest('hex').slice(0, 12);
  const model = versions.at(-1)?.fields ?? {};
  const named = nameFields.filter((name) => typeof model[name] === 'string' && model[name] !== '');
  const fields = {
    ...model,
    ...Object.fromEntries(named.map((name) => [name, `${String(model[name]).replace(/-.*$/s, '')}-other-${count}`])),
  };
  const another: FlowLog = {
    id: `${id.slice(0, -12)}${digits}`,
    product,
    accountId,
    region,
    resource: resourceWord(product, fields),
    origin: 'seed',
    ordinal: count,
    versions: [{ at: now, status: 'Active', fields, tags: {} }],
  };
  world.putFlowLog(another);
  return another;
}
