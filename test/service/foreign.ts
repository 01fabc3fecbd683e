import Core from '@alicloud/pop-core';
import { defaultAccount } from '../../simulator/index.js';
import type { ProductUnderTest } from './targets.js';

/** Another user of the account, at a console or with a script: Alibaba's own client, and no code of this service. */

const versions = { vpc: '2016-04-28', cen: '2017-09-12', ecr: '2023-09-01' } as const;

/** Parameters that a person would give a create, by product. */
const createParams: Readonly<Record<ProductUnderTest['product'], (name: string) => Readonly<Record<string, string>>>> =
  {
    vpc: (name) => ({
      RegionId: 'cn-hangzhou',
      ResourceType: 'VPC',
      ResourceId: `vpc-${name}`,
      TrafficType: 'All',
      AggregationInterval: '10',
    }),
    cen: (name) => ({ RegionId: 'cn-hangzhou', CenId: `cen-${name}`, TransitRouterId: `tr-${name}` }),
    ecr: (name) => ({ EcrId: `ecr-${name}`, InstanceType: 'VBR', InstanceId: `vbr-${name}` }),
  };

/** The answer to a change by another user. */
export interface ForeignAnswer {
  readonly FlowLogId: string;
  readonly RequestId: string;
}

/** Sends one call as another user. */
export function callAsForeigner(
  url: string,
  { product }: ProductUnderTest,
  action: string,
  params: Readonly<Record<string, string>>,
): Promise<ForeignAnswer> {
  const { accessKeyId, secret: accessKeySecret } = defaultAccount;
  const client = new Core({ endpoint: url, apiVersion: versions[product], accessKeyId, accessKeySecret });
  return client.request<ForeignAnswer>(action, params, { method: 'POST' });
}

/** Creates a flow log on the target of this name, without any tag of ours. */
export const createAsForeigner = (
  url: string,
  product: ProductUnderTest,
  name: string,
  destination: { readonly project: string; readonly logStore: string },
): Promise<ForeignAnswer> =>
  callAsForeigner(url, product, product.create, {
    ...createParams[product.product](name),
    ProjectName: destination.project,
    LogStoreName: destination.logStore,
  });
