import type { Service } from '../call/port.js';

/** Network from which the worker calls the cloud: the internet, or inside a VPC. */
export type Network = 'public' | 'vpc';

/** Addresses of a service, and the version of its API that we use. */
export interface ServiceRow {
  readonly apiVersion: string;
  /** Host by network; `{region}` is replaced. */
  readonly hosts: Readonly<Record<Network, string>>;
  /** Regions that are served from another host, public network only. */
  readonly hostExceptions?: Readonly<Record<string, string>>;
  /** Region that stands in for `{region}` when a call has none. */
  readonly defaultRegion?: string;
  /** The service has one endpoint and takes no region. */
  readonly central: boolean;
  /** Name of the service in RAM's actions. */
  readonly ramName: string;
  /** Calls per second that we allow ourselves of an action without a documented limit: half of what siblings have. */
  readonly undocumentedPerSecond: number;
  /**
   * The answer must say `Success: true`, and its `Code` must be one of these or absent. Without this rule only an explicit
   * `Success: false` is a failure, because some operations of the older services have no such field.
   */
  readonly successCodes?: readonly string[];
}

/**
 * The services we call. Hosts come from the cloud's API metadata of December 2025 (public) and April 2026 (vpc).
 * The typed SDKs build other hosts for some regions (`cbn.<region>`, `expressconnectrouter.<region>`) that the metadata does not list.
 */
export const services: Readonly<Record<Service, ServiceRow>> = {
  vpc: {
    apiVersion: '2016-04-28',
    hosts: { public: 'vpc.{region}.aliyuncs.com', vpc: 'vpc-vpc.{region}.aliyuncs.com' },
    central: false,
    ramName: 'vpc',
    undocumentedPerSecond: 5,
  },
  cen: {
    apiVersion: '2017-09-12',
    hosts: { public: 'cbn.aliyuncs.com', vpc: 'cen.vpc-proxy.aliyuncs.com' },
    hostExceptions: { 'rus-west-1': 'cbn-share.aliyuncs.com' },
    central: false,
    ramName: 'cen',
    undocumentedPerSecond: 1,
  },
  ecr: {
    apiVersion: '2023-09-01',
    hosts: {
      public: 'expressconnectrouter.cn-shanghai.aliyuncs.com',
      vpc: 'expressconnectrouter.vpc-proxy.aliyuncs.com',
    },
    central: true,
    ramName: 'expressconnectrouter',
    undocumentedPerSecond: 2.5,
    successCodes: ['200'],
  },
  ecs: {
    apiVersion: '2014-05-26',
    hosts: { public: 'ecs.{region}.aliyuncs.com', vpc: 'ecs-vpc.{region}.aliyuncs.com' },
    central: false,
    ramName: 'ecs',
    undocumentedPerSecond: 5,
  },
  sts: {
    apiVersion: '2015-04-01',
    hosts: { public: 'sts.aliyuncs.com', vpc: 'sts-vpc.{region}.aliyuncs.com' },
    defaultRegion: 'cn-hangzhou',
    central: false,
    ramName: 'sts',
    undocumentedPerSecond: 10,
  },
};
