import type { Json } from '../wire/xml.js';
import type { Resource, ResourceKind } from '../world/world.js';
import type { Call } from './action.js';
import type { Condition, Tag } from './parameters.js';

/** Criteria of a list for seeded resources; every criterion given must match. */
export interface Wanted {
  /** Parameters, and the fields they must equal: a word of the seed, `id` or `region`. A parameter not given asks nothing. */
  readonly equal?: Readonly<Record<string, string>>;
  readonly tags?: readonly Tag[];
  /** Filters of a key and values, and the fields the keys stand for. */
  readonly conditions?: { readonly given: readonly Condition[]; readonly fields: Readonly<Record<string, string>> };
  /** Beyond equality. */
  readonly where?: (resource: Resource) => boolean;
}

/** The caller's seeded resources of a kind that match, in the order of their coming. Unlike flow logs they have no past: lists of them do not lag. */
export function inventory(call: Call, kind: ResourceKind, wanted: Wanted = {}): Resource[] {
  const equal = Object.entries(wanted.equal ?? {}).flatMap(([parameter, field]) => {
    const value = call.args.values.get(parameter);
    return value === undefined || value === '' ? [] : [[field, String(value)] as const];
  });
  const { tags = [], conditions, where } = wanted;
  const fits = (resource: Resource): boolean =>
    equal.every(([field, value]) => fieldText(resource, field) === value) &&
    tags.every(({ key, value }) => key in resource.tags && (value === undefined || resource.tags[key] === value)) &&
    (conditions?.given ?? []).every(({ key, values }) =>
      values.includes(fieldText(resource, conditions?.fields[key] ?? key)),
    ) &&
    (where?.(resource) ?? true);
  return [...call.world.resources.values()]
    .filter((resource) => resource.kind === kind && resource.accountId === call.accountId && fits(resource))
    .sort((a, b) => a.ordinal - b.ordinal);
}

/** One field of a resource as text; '' where the seed says nothing. */
export function fieldText({ id, region, details }: Resource, field: string): string {
  const value = { id, region }[field] ?? details[field];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Shows the details of a resource: `fields` maps each wire name to its default, and the seed's word of that name replaces the default. */
export function shownDetails(resource: Resource, fields: Readonly<Record<string, Json>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, silent]) => {
      const given = resource.details[`${name.charAt(0).toLowerCase()}${name.slice(1)}`];
      return [name, given === undefined ? silent : (given as Json)];
    }),
  );
}

/** Creation time of every seeded resource, where the seed says nothing. */
export const seededTime = '2026-01-01T00:00:00Z';

/** Tags as most lists show them. */
export const tagPairs = ({ tags }: Resource): Json => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Tags as ECS and the routers of ECR show them. */
export const tagKeyPairs = ({ tags }: Resource): Json =>
  Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));

/** A uid as the number that lists show. Those of more than 15 digits come as such numbers too, which not every client can hold. */
export const ownerNumber = (uid: string): number => Number(uid);
