import { z } from 'zod';
import { simulatedProducts } from './world/flow-log.js';

/** No duration of the simulator is longer, in ms; the past a list can show is bounded by it. */
const longestMs = 600_000;
const durationRule = z.number().int().min(0).max(longestMs);

/** End of an accepted change: the moment at which it becomes true. */
const progression = z.discriminatedUnion('mode', [
  /** At once: no state in between is ever seen. */
  z.strictObject({ mode: z.literal('immediate') }),
  /** After a time: create and activate take `activationMs`, the rest `settleMs`. */
  z.strictObject({
    mode: z.literal('time'),
    activationMs: durationRule.default(2_000),
    settleMs: durationRule.default(1_000),
  }),
  /** After so many lists showed it under way. */
  z.strictObject({ mode: z.literal('reads'), count: z.number().int().min(1).max(1_000) }),
  /** When `settle` is called. */
  z.strictObject({ mode: z.literal('explicit') }),
]);

/** `*`, an action, `service:*` or `service:Action`; the most particular one counts. */
const limitKey = z
  .string()
  .regex(/^((vpc|cen|ecr|ecs|sts):)?(\*|[A-Z][A-Za-z]+)$/, 'must be *, Action, service:* or service:Action');

/** Behaviour that can be set, all of it while running. */
export const configSchema = z.strictObject({
  progression,
  /** Calls per sliding second, per account, region and API; above it `Throttling.User`. None given: unlimited. 0 refuses all. */
  limits: z.record(limitKey, z.number().int().min(0)),
  /** True where a throttled answer gives the time to wait (header `x-acs-retry-after`, ms). */
  retryAfterHeader: z.boolean(),
  /** Flow logs per account and region; a product not named has none. */
  quotas: z.partialRecord(z.enum(simulatedProducts), z.number().int().min(0)),
  /** Accepts or refuses a second flow log on one resource. The real cloud's answer is not known, so both must be survived. */
  duplicates: z.enum(['allow', 'refuse']),
  /** Honours or ignores a client token (cen, ecr); an honoured one makes a repeated change the same change. */
  clientToken: z.enum(['honour', 'ignore']),
  /** Age of the world that lists show, in ms; see `listLag`. */
  listLagMs: durationRule,
  /** `uniform`: every page is that old. `per-page`: each page by itself, anything from 0 to `listLagMs`, as replicas answer. */
  listLag: z.enum(['uniform', 'per-page']),
  /** Order in which lists show flow logs. `random` stays as it is; `changing` is another one for every page. */
  listOrder: z.enum(['oldest-first', 'newest-first', 'by-id', 'random', 'changing']),
  /** Match of filters by ids, names and values of tags: equal values only, or also values that begin with the wanted one. */
  listFilters: z.enum(['exact', 'prefix']),
  /** Seed of the drawn lags and orders: the same calls in the same order get the same draws. */
  listSeed: z.number().int(),
  /** An accepted change begins only so much later, in ms. */
  commitDelayMs: durationRule,
  /** State of a created flow log. */
  createdAs: z.enum(['active', 'inactive']),
  /**
   * Status in ECR's lists while a change is under way. Only Active and Inactive are documented: `named` shows words by analogy with
   * the other products, `hidden` the old state until the new one is there (`Inactive` for a flow log being created).
   */
  ecrTransitions: z.enum(['named', 'hidden']),
  /** After an activation another one of the same flow log is refused so long, in ms. */
  cooldownMs: durationRule,
  /** Every call takes so long before anything happens, in ms. */
  latencyMs: durationRule,
  /** `open`: every well-formed resource id exists. `seeded`: only seeded ones. `auto`: per product, open until one is seeded. */
  resources: z.enum(['auto', 'open', 'seeded']),
  /** Region ids that exist. */
  regions: z.array(z.string().regex(/^[a-z0-9-]{1,64}$/)).min(1),
});

export type SimulatorConfig = z.infer<typeof configSchema>;
/** A change of the configuration: a field given replaces that field whole. */
export const configPatchSchema = configSchema.partial();
export type ConfigPatch = z.input<typeof configPatchSchema>;

/** Regions of the public cloud and the finance and government ones, as the VPC endpoint list names them. */
const regions = [
  ...['cn-hangzhou', 'cn-shanghai', 'cn-qingdao', 'cn-beijing', 'cn-zhangjiakou', 'cn-huhehaote', 'cn-wulanchabu'],
  ...['cn-shenzhen', 'cn-heyuan', 'cn-guangzhou', 'cn-chengdu', 'cn-nanjing', 'cn-fuzhou', 'cn-wuhan-lr'],
  ...['cn-zhengzhou-jva', 'cn-zhongwei', 'cn-hongkong', 'cn-hangzhou-finance', 'cn-shanghai-finance-1'],
  ...['cn-shenzhen-finance-1', 'cn-beijing-finance-1', 'cn-north-2-gov-1', 'ap-southeast-1', 'ap-southeast-2'],
  ...['ap-southeast-3', 'ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ap-northeast-1', 'ap-northeast-2'],
  ...['ap-south-1', 'eu-central-1', 'eu-west-1', 'us-east-1', 'us-west-1', 'us-southeast-1', 'na-south-1'],
  ...['me-east-1', 'me-central-1', 'rus-west-1'],
];

/**
 * Documented limits, as calls per second: VPC 600 a minute; ECR changes 120, reads 300; AssumeRole 6,000. CEN publishes none of its flow
 * logs; of its lists 300 and 500.
 */
const documentedLimits = {
  'vpc:*': 10,
  'ecr:*': 2,
  'ecr:DescribeFlowLogs': 5,
  'ecr:DescribeExpressConnectRouter': 5,
  'ecr:DescribeExpressConnectRouterChildInstance': 5,
  'ecr:DescribeExpressConnectRouterAssociation': 5,
  'ecr:DescribeExpressConnectRouterRegion': 5,
  'cen:DescribeCens': 5,
  'cen:ListTransitRouters': 8,
  'sts:AssumeRole': 100,
};

const friendly: SimulatorConfig = {
  progression: { mode: 'time', activationMs: 2_000, settleMs: 1_000 },
  limits: documentedLimits,
  retryAfterHeader: true,
  quotas: { vpc: 10 },
  duplicates: 'refuse',
  clientToken: 'honour',
  listLagMs: 0,
  listLag: 'uniform',
  listOrder: 'oldest-first',
  listFilters: 'exact',
  listSeed: 1,
  commitDelayMs: 0,
  createdAs: 'active',
  ecrTransitions: 'named',
  cooldownMs: 0,
  latencyMs: 0,
  resources: 'auto',
  regions,
};

/**
 * Two ways to begin. `friendly` is the cloud on a good day, with its documented limits; `hostile` is every undocumented
 * choice made against the client, and the profile that tests begin with.
 */
export const profiles = {
  friendly,
  hostile: {
    ...friendly,
    limits: {},
    quotas: {},
    duplicates: 'allow',
    clientToken: 'ignore',
    listLagMs: 3_000,
    cooldownMs: 5_000,
  },
} as const satisfies Record<string, SimulatorConfig>;
export type Profile = keyof typeof profiles;
