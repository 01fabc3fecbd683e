import { z } from 'zod';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { roleArn } from './access.js';
import { flowLogSeed, seedFlowLog, seedId, seedTags } from './seed-flow-log.js';
import { resourceKinds, type ResourceKind, type World } from './world.js';

/** The account every simulator has. */
export const defaultAccount = { uid: '1000000000000001', accessKeyId: 'AKsim', secret: 'SKsim' } as const;

/** Region of regional resources in a seed that names none. */
export const defaultRegion = 'cn-hangzhou';

const resourceList = z
  .array(
    z.looseObject({
      id: seedId,
      region: seedId.optional(),
      tags: seedTags.optional(),
      deleted: z.boolean().optional(),
    }),
  )
  .optional();

const accountSeed = z.strictObject({
  uid: z.string().regex(/^\d{1,20}$/, 'must be digits'),
  accessKeys: z
    .array(
      z.strictObject({
        id: seedId,
        secret: z.string().min(1),
        securityToken: z.string().min(1).optional(),
        expiresAt: z.iso.datetime().optional(),
        disabled: z.boolean().optional(),
        arn: z.string().optional(),
      }),
    )
    .default([]),
  roles: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 . _ -'),
        /** Uids of accounts, access key ids, ARNs of principals. */
        trusts: z.array(seedId).min(1),
        externalId: z.string().min(2).max(1_224).optional(),
        /** Longest session in seconds, as RAM allows it. */
        maxSessionSeconds: z.number().int().min(3_600).max(43_200).default(3_600),
        revoked: z.boolean().default(false),
      }),
    )
    .default([]),
  /** VPC's flow log service: closed answers a create with `OptInRequired.FlowLog`. */
  flowLogService: z.enum(['open', 'closed']).default('open'),
});

const resourceLists = Object.fromEntries(resourceKinds.map((kind) => [kind, resourceList])) as Record<
  ResourceKind,
  typeof resourceList
>;

/** Schema of a seed: everything in one account and region, plus accounts themselves. */
export const seedSchema = z.strictObject({
  accountId: seedId.default(defaultAccount.uid),
  region: seedId.default(defaultRegion),
  accounts: z.array(accountSeed).default([]),
  ...resourceLists,
  projects: z
    .array(
      z.strictObject({ name: seedId, region: seedId.optional(), state: z.enum(['usable', 'missing', 'unusable']) }),
    )
    .default([]),
  flowLogs: z.array(flowLogSeed).default([]),
});
export type Seed = z.input<typeof seedSchema>;
type CheckedSeed = z.infer<typeof seedSchema>;

/** Kinds of resources that have no region. */
const centralKinds: ReadonlySet<ResourceKind> = new Set(['cens', 'ecrs']);

/** Puts a checked seed into the world. Returns the ids of the seeded flow logs, in order. */
export function applySeed(world: World, seed: CheckedSeed, now: number): string[] {
  for (const account of seed.accounts) seedAccount(world, account);
  for (const kind of resourceKinds) {
    for (const { id, region, tags, deleted, ...details } of seed[kind] ?? []) {
      if (deleted) {
        world.removeResource(kind, seed.accountId, id);
        continue;
      }
      const place = centralKinds.has(kind) ? '' : (region ?? seed.region);
      world.putResource({ kind, id, accountId: seed.accountId, region: place, tags: tags ?? {}, details });
    }
  }
  for (const { name, region = seed.region, state } of seed.projects) {
    world.projects.put(`${seed.accountId} ${region} ${name}`, { accountId: seed.accountId, region, name, state });
  }
  return seed.flowLogs.map((flowLog) => seedFlowLog(world, seed, flowLog, now));
}

function seedAccount(world: World, account: z.infer<typeof accountSeed>): void {
  world.accounts.put(account.uid, { uid: account.uid, flowLogService: account.flowLogService });
  for (const { externalId, ...role } of account.roles) {
    const arn = roleArn(account.uid, role.name);
    world.putRole({ ...role, arn, accountId: account.uid, ...omitUndefined({ externalId }) });
  }
  for (const { expiresAt, id, secret, securityToken, disabled, arn } of account.accessKeys) {
    world.accessKeys.put(id, {
      id,
      secret,
      accountId: account.uid,
      ...omitUndefined({
        securityToken,
        expiresAt: expiresAt === undefined ? undefined : Date.parse(expiresAt),
        disabled,
        arn,
      }),
    });
  }
}
