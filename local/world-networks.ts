import type { Seed } from '../simulator/index.js';

/** Networks of one account and region. */
export type Networks = Seed & { readonly account: 'default' | 'prod'; readonly region: string };

const prodTag = { env: 'prod' } as const;
const devTag = { env: 'dev' } as const;

/** The networks that the pages and the examples name, in the account `default`. */
const namedInPages: Networks = {
  ...{ account: 'default', region: 'cn-hangzhou' },
  vpcs: [
    { id: 'vpc-first', name: 'first' },
    { id: 'vpc-mine', name: 'mine' },
    { id: 'vpc-1a2b', name: 'billing', tags: devTag },
    { id: 'vpc-web', name: 'web', tags: devTag },
    { id: 'vpc-example', name: 'example' },
    { id: 'vpc-legacy', name: 'legacy' },
    { id: 'vpc-audit', name: 'audit' },
    { id: 'vpc-moved', name: 'moved' },
    { id: 'vpc-guarded', name: 'guarded' },
  ],
  vSwitches: [
    { id: 'vsw-paused', vpcId: 'vpc-mine', name: 'paused' },
    { id: 'vsw-1a2b', vpcId: 'vpc-1a2b', name: 'billing-a' },
    { id: 'vsw-db', vpcId: 'vpc-web', name: 'web-db' },
  ],
  networkInterfaces: [{ id: 'eni-running', vpcId: 'vpc-mine', vSwitchId: 'vsw-paused', name: 'running' }],
  cens: [
    { id: 'cen-one', name: 'one' },
    { id: 'cen-1a2b', name: 'branches' },
    { id: 'cen-core', name: 'core' },
  ],
  transitRouters: [
    { id: 'tr-running', cenId: 'cen-one', name: 'running' },
    { id: 'tr-1a2b', cenId: 'cen-1a2b', name: 'branches' },
    { id: 'tr-core', cenId: 'cen-core', name: 'core' },
  ],
  attachments: [
    { id: 'tr-attach-first', cenId: 'cen-one', transitRouterId: 'tr-running', vpcId: 'vpc-first' },
    { id: 'tr-attach-paused', cenId: 'cen-one', transitRouterId: 'tr-running', vpcId: 'vpc-mine' },
    { id: 'tr-attach-core', cenId: 'cen-core', transitRouterId: 'tr-core', vpcId: 'vpc-web' },
  ],
  ecrs: [
    { id: 'ecr-one', name: 'one' },
    { id: 'ecr-1a2b', name: 'branches' },
    { id: 'ecr-office', name: 'office' },
  ],
  vbrs: [
    { id: 'vbr-first', ecrId: 'ecr-one', name: 'first' },
    { id: 'vbr-paused', ecrId: 'ecr-one', name: 'paused' },
    { id: 'vbr-running', ecrId: 'ecr-one', name: 'running' },
    { id: 'vbr-1a2b', ecrId: 'ecr-1a2b', name: 'branches' },
    { id: 'vbr-office', ecrId: 'ecr-office', name: 'office' },
  ],
};

/** One team's networks in a region: VPCs with a vSwitch for programs and one for databases, and an interface. */
function team(account: Networks['account'], region: string, names: readonly string[]): Networks {
  const place = `${account === 'prod' ? 'p' : 'd'}-${region}`;
  return {
    ...{ account, region },
    vpcs: names.map((name) => ({ id: `vpc-${name}-${place}`, name, tags: prodTag })),
    vSwitches: names.flatMap((name) => [
      { id: `vsw-${name}-app-${place}`, vpcId: `vpc-${name}-${place}`, name: `app-${name}` },
      { id: `vsw-${name}-db-${place}`, vpcId: `vpc-${name}-${place}`, name: `db-${name}` },
    ]),
    networkInterfaces: names.map((name) => ({
      ...{ id: `eni-${name}-${place}`, name: `gateway-${name}`, instanceId: `i-${name}-${place}` },
      ...{ vpcId: `vpc-${name}-${place}`, vSwitchId: `vsw-${name}-app-${place}` },
    })),
  };
}

/** The backbone of `prod`: a transit router in each region, one of them of the Basic Edition, and two lines to data centres. */
const backbone: readonly Networks[] = [
  {
    ...{ account: 'prod', region: 'cn-hangzhou' },
    cens: [{ id: 'cen-backbone', name: 'backbone', tags: prodTag }],
    transitRouters: [{ id: 'tr-hangzhou', cenId: 'cen-backbone', name: 'hangzhou', tags: prodTag }],
    attachments: [
      { id: 'tr-attach-shop', cenId: 'cen-backbone', transitRouterId: 'tr-hangzhou', vpcId: 'vpc-shop-p-cn-hangzhou' },
      { id: 'tr-attach-dc1', cenId: 'cen-backbone', transitRouterId: 'tr-hangzhou', vbrId: 'vbr-dc1' },
    ],
    ecrs: [{ id: 'ecr-datacentre', name: 'datacentre', tags: prodTag }],
    vbrs: [{ id: 'vbr-dc1', ecrId: 'ecr-datacentre', name: 'line-1', tags: prodTag }],
  },
  {
    ...{ account: 'prod', region: 'cn-shanghai' },
    transitRouters: [{ id: 'tr-shanghai', cenId: 'cen-backbone', name: 'shanghai', tags: prodTag }],
    attachments: [
      { id: 'tr-attach-sh', cenId: 'cen-backbone', transitRouterId: 'tr-shanghai', vpcId: 'vpc-shop-p-cn-shanghai' },
    ],
    vbrs: [{ id: 'vbr-dc2', ecrId: 'ecr-datacentre', name: 'line-2', tags: prodTag }],
  },
  {
    ...{ account: 'prod', region: 'ap-southeast-1' },
    transitRouters: [{ id: 'tr-singapore', cenId: 'cen-backbone', name: 'singapore', type: 'Basic', tags: prodTag }],
  },
];

/** All networks of a new simulated world. */
export const networks: readonly Networks[] = [
  namedInPages,
  team('default', 'cn-hangzhou', ['shop', 'pay', 'search']),
  team('default', 'cn-shanghai', ['shop', 'pay']),
  team('default', 'ap-southeast-1', ['shop']),
  {
    ...{ account: 'default', region: 'cn-hangzhou' },
    // Tagged as production, and asks to be left alone.
    vpcs: [{ id: 'vpc-lab', name: 'lab', tags: { ...prodTag, 'flowlog:exclude': 'load tests' } }],
  },
  team('prod', 'cn-hangzhou', ['shop', 'pay', 'crm']),
  team('prod', 'cn-shanghai', ['shop', 'crm']),
  team('prod', 'ap-southeast-1', ['shop']),
  ...backbone,
];
