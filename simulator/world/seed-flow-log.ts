import { z } from 'zod';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Fields, Tags, Version } from './flow-log.js';
import { simulatedProducts } from './flow-log.js';
import { newFlowLogId, productDefaults, resourceWord } from './identity.js';
import { endOfSeeded } from './lifecycle.js';
import { extended, finalOf, withoutEnding } from './timeline.js';
import type { World } from './world.js';

/** Form of an id in a seed. */
export const seedId = z.string().min(1).max(128);
/** Form of tags in a seed. */
export const seedTags = z.record(z.string(), z.string());

/** A flow log as a seed names it: in the nouns of the service's manifests, not in the cloud's spelling. */
export const flowLogSeed = z.strictObject({
  product: z.enum(simulatedProducts),
  accountId: seedId.optional(),
  region: seedId.optional(),
  /** Default: an id of the product's usual shape. An id that exists is changed as if by hand. */
  flowLogId: seedId.optional(),
  resource: z.record(z.string(), z.string()),
  status: z.string().min(1).default('Active'),
  deleted: z.boolean().optional(),
  destination: z.strictObject({ project: z.string(), logStore: z.string(), region: z.string().optional() }).optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  aggregationIntervalSeconds: z.number().int().positive().optional(),
  trafficType: z.string().optional(),
  trafficPath: z.array(z.string()).optional(),
  ipVersion: z.string().optional(),
  logFormat: z.string().optional(),
  samplingRate: z.string().optional(),
  resourceGroupId: z.string().optional(),
  tags: seedTags.optional(),
  /** `sls` makes it a managed one. */
  serviceType: z.string().optional(),
  businessStatus: z.string().optional(),
  deliverStatus: z.string().optional(),
  deliverErrorMessage: z.string().optional(),
  createdAt: z.iso.datetime().optional(),
});

/** Puts one seeded flow log into the world, or changes the one of that id as if by hand. Returns its id. */
export function seedFlowLog(
  world: World,
  place: { accountId: string; region: string },
  wanted: z.infer<typeof flowLogSeed>,
  now: number,
): string {
  const accountId = wanted.accountId ?? place.accountId;
  const region = wanted.product === 'ecr' ? '' : (wanted.region ?? place.region);
  const known = wanted.flowLogId === undefined ? undefined : world.flowLogs.get(wanted.flowLogId);
  // New ones have always been there; a change by hand is made now, and lists learn of it as of any other.
  const at = known ? now : 0;
  const before = known ? finalOf(known) : undefined;
  const fields = { ...(before?.fields ?? defaultFields(wanted, region)), ...seededFields(wanted) };
  const held = { fields, tags: wanted.tags ?? before?.tags ?? ({} as Tags) };
  const version: Version = {
    at,
    status: wanted.status,
    ...held,
    ...omitUndefined({ gone: wanted.deleted ? true : undefined }),
  };
  const end = endOfSeeded[wanted.status];
  const versions = [
    end && !wanted.deleted
      ? {
          ...version,
          then: {
            status: end === 'gone' ? wanted.status : end,
            ...held,
            ...omitUndefined({ gone: end === 'gone' ? true : undefined }),
          },
        }
      : version,
  ];
  if (known) {
    const past = known.versions.filter((old) => old.at <= now).map(withoutEnding);
    world.putFlowLog(extended({ ...known, versions: past }, versions, now));
    return known.id;
  }
  const flowLogId = wanted.flowLogId ?? newFlowLogId(world, wanted.product);
  const { product } = wanted;
  const ordinal = world.flowLogs.size + 1;
  const resource = resourceWord(product, fields);
  world.putFlowLog({ id: flowLogId, product, accountId, region, resource, origin: 'seed', ordinal, versions });
  return flowLogId;
}

/** The identity words of a seed in the cloud's spelling. */
const identityNames: Readonly<Record<string, string>> = {
  type: 'ResourceType',
  id: 'ResourceId',
  cenId: 'CenId',
  transitRouterId: 'TransitRouterId',
  transitRouterAttachmentId: 'TransitRouterAttachmentId',
  ecrId: 'EcrId',
  instanceId: 'InstanceId',
};

function seededFields(wanted: z.infer<typeof flowLogSeed>): Fields {
  const isVpc = wanted.product === 'vpc';
  const seconds = wanted.aggregationIntervalSeconds;
  const given: Record<string, Fields[string] | undefined> = {
    ...Object.fromEntries(Object.entries(wanted.resource).map(([word, value]) => [identityNames[word] ?? word, value])),
    ProjectName: wanted.destination?.project,
    LogStoreName: wanted.destination?.logStore,
    SlsRegionId: wanted.destination?.region,
    FlowLogName: wanted.name,
    Description: wanted.description,
    [isVpc ? 'AggregationInterval' : 'Interval']: isVpc && seconds !== undefined ? seconds / 60 : seconds,
    TrafficType: wanted.trafficType,
    TrafficPath: wanted.trafficPath,
    IpVersion: wanted.ipVersion,
    [isVpc ? 'LogFormat' : 'LogFormatString']: wanted.logFormat,
    SamplingRate: wanted.samplingRate,
    ResourceGroupId: wanted.resourceGroupId,
    ServiceType: wanted.serviceType,
    BusinessStatus: wanted.businessStatus,
    FlowLogDeliverStatus: wanted.deliverStatus,
    FlowLogDeliverErrorMessage: wanted.deliverErrorMessage,
    CreationTime: wanted.createdAt,
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function defaultFields(wanted: z.infer<typeof flowLogSeed>, region: string): Fields {
  return {
    CreationTime: '2026-01-01T00:00:00Z',
    ProjectName: 'seeded-project',
    LogStoreName: 'seeded-logstore',
    ...productDefaults[wanted.product],
    ...omitUndefined({ RegionId: region || undefined }),
  };
}
