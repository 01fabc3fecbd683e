import type { Fields, SimulatedProduct } from './flow-log.js';
import type { World } from './world.js';

/** The region of ECR's one endpoint: where it delivers unless told otherwise. */
export const centralRegion = 'cn-shanghai';

/** Ids look like the cloud's and are repeatable: the n-th flow log of a simulator always has the same. */
export function newFlowLogId(world: World, product: SimulatedProduct): string {
  const prefix = { vpc: 'fl-sim', cen: 'flowlog-sim', ecr: 'ecr-flog-sim' }[product];
  return prefix + (world.flowLogs.size + 1).toString(36).padStart(12, '0');
}

/** Makes one word of the resource that a flow log logs, from its fields. */
export function resourceWord(product: SimulatedProduct, fields: Fields): string {
  const names = { vpc: ['ResourceId'], cen: ['CenId', cenLeaf(fields)], ecr: ['EcrId', 'InstanceId'] }[product];
  return names.flatMap((name) => (name && fields[name] ? [String(fields[name])] : [])).join('/');
}

/** The attachment decides, then the router; a legacy CEN flow log has neither. */
const cenLeaf = (fields: Fields): string =>
  fields.TransitRouterAttachmentId ? 'TransitRouterAttachmentId' : 'TransitRouterId';

/** Fields of a flow log for which neither caller nor seed gave a value, per product. */
export const productDefaults: Readonly<Record<SimulatedProduct, Fields>> = {
  vpc: {
    TrafficType: 'All',
    TrafficPath: ['all'],
    AggregationInterval: 10,
    IpVersion: 'IPv4',
    BusinessStatus: 'Normal',
  },
  cen: { Interval: 600, FlowLogVersion: '3' },
  ecr: {
    Interval: 600,
    SamplingRate: '1:4096',
    InstanceType: 'VBR',
    RegionId: centralRegion,
    SlsRegionId: centralRegion,
  },
};
