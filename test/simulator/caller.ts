import { createHmac, randomUUID } from 'node:crypto';

/** A client of a few lines, written from the published description of the signature and sharing no code with the simulator. */

export const versions = {
  vpc: '2016-04-28',
  cen: '2017-09-12',
  ecr: '2023-09-01',
  ecs: '2014-05-26',
  sts: '2015-04-01',
} as const;
export type Service = keyof typeof versions;

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly accessKeyId?: string;
  readonly secret?: string;
  readonly securityToken?: string;
  readonly nonce?: string;
  readonly timestamp?: string;
  readonly version?: string;
  /** Default JSON; null sends none. */
  readonly format?: string | null;
  /** Put over or, when null, taken out of what would be sent, before it is signed. */
  readonly override?: Readonly<Record<string, string | null>>;
  /** Put over after signing. */
  readonly tamper?: Readonly<Record<string, string>>;
  /** Parameters that a POST sends in the query instead of the body. */
  readonly inQuery?: readonly string[];
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; {} when it is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into by every test
  readonly body: any;
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Sends one V1-signed call. */
export async function call(...signedBy: Parameters<typeof signed>): Promise<Called> {
  return called(await fetch(signed(...signedBy)));
}

/** One V1-signed request, not yet sent. */
export function signed(
  url: string,
  service: Service,
  action: string,
  params: Readonly<Record<string, string | number>> = {},
  options: CallOptions = {},
): Request {
  const method = options.method ?? 'POST';
  const sent: Record<string, string> = {
    Action: action,
    Version: options.version ?? versions[service],
    ...(options.format === null ? {} : { Format: options.format ?? 'JSON' }),
    AccessKeyId: options.accessKeyId ?? 'AKsim',
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: options.nonce ?? randomUUID(),
    Timestamp: options.timestamp ?? new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    ...(options.securityToken === undefined ? {} : { SecurityToken: options.securityToken }),
    ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
  };
  for (const [name, value] of Object.entries(options.override ?? {})) {
    if (value === null) delete sent[name];
    else sent[name] = value;
  }
  const canonical = Object.keys(sent)
    .sort()
    .map((name) => `${encode(name)}=${encode(sent[name] ?? '')}`)
    .join('&');
  const key = `${options.secret ?? 'SKsim'}&`;
  sent.Signature = createHmac('sha1', key)
    .update(`${method}&%2F&${encode(canonical)}`)
    .digest('base64');
  const all = Object.entries({
    ...sent,
    ...options.tamper,
    ...(options.override?.Signature === null ? { Signature: '' } : {}),
  });
  const isQuery = ([name]: [string, string]): boolean => method !== 'POST' || (options.inQuery ?? []).includes(name);
  const text = (pairs: [string, string][]): string =>
    pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const query = text(all.filter(isQuery));
  return new Request(`${url}/${query ? `?${query}` : ''}`, {
    method,
    ...(method === 'POST'
      ? {
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: text(all.filter((pair) => !isQuery(pair))),
        }
      : {}),
  });
}

/** Reads an answer whole. */
export async function called(response: Response): Promise<Called> {
  const text = await response.text();
  let body: unknown = {};
  try {
    body = JSON.parse(text);
  } catch {
    // Not JSON: the text is there.
  }
  return { status: response.status, headers: response.headers, text, body };
}

/** Each product's names of its actions, and the least a create needs; written from the documents, not from the simulator's tables. */
export const dialects = {
  vpc: {
    create: 'CreateFlowLog',
    activate: 'ActiveFlowLog',
    deactivate: 'DeactiveFlowLog',
    modify: 'ModifyFlowLogAttribute',
    delete: 'DeleteFlowLog',
    list: 'DescribeFlowLogs',
    common: { RegionId: 'cn-hangzhou' },
    createParams: (n = 1) => ({
      ResourceType: 'VPC',
      ResourceId: `vpc-${n}`,
      TrafficType: 'All',
      ProjectName: 'netlogs',
      LogStoreName: 'flow',
    }),
    resource: (n = 1) => `vpc-${n}`,
    busy: 'IncorrectStatus.flowlog',
    wrongState: 'IncorrectStatus.flowlog',
    notFound: 'InvalidInstanceId.NotFound',
    duplicate: 'InvalidResourceId.NotFound',
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    rows: (body: any): any[] => body.FlowLogs.FlowLog,
  },
  cen: {
    create: 'CreateFlowlog',
    activate: 'ActiveFlowLog',
    deactivate: 'DeactiveFlowLog',
    modify: 'ModifyFlowLogAttribute',
    delete: 'DeleteFlowlog',
    list: 'DescribeFlowlogs',
    common: { RegionId: 'cn-hangzhou' },
    createParams: (n = 1) => ({
      CenId: 'cen-1',
      TransitRouterAttachmentId: `tr-attach-${n}`,
      ProjectName: 'netlogs',
      LogStoreName: 'flow',
    }),
    resource: (n = 1) => `cen-1/tr-attach-${n}`,
    busy: 'IncorrectStatus.flowlog',
    wrongState: 'IncorrectStatus.flowlog',
    notFound: 'InvalidFlowlogId.NotFound',
    duplicate: 'Flowlog.AlreayExist',
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    rows: (body: any): any[] => body.FlowLogs.FlowLog,
  },
  ecr: {
    create: 'CreateFlowLog',
    activate: 'ActivateFlowLog',
    deactivate: 'DeactivateFlowLog',
    modify: 'ModifyFlowLogAttribute',
    delete: 'DeleteFlowlog',
    list: 'DescribeFlowLogs',
    common: { EcrId: 'ecr-1' },
    createParams: (n = 1) => ({
      InstanceType: 'VBR',
      InstanceId: `vbr-${n}`,
      ProjectName: 'netlogs',
      LogStoreName: 'flow',
    }),
    resource: (n = 1) => `ecr-1/vbr-${n}`,
    busy: 'Conflict.Lock',
    wrongState: 'IncorrectStatus.Ecr',
    notFound: 'ResourceNotFound.FlowLogId',
    duplicate: 'ResourceAlreadyExist.FlowLogId',
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    rows: (body: any): any[] => body.FlowLogs,
  },
} as const;
export type Product = keyof typeof dialects;
export const products = ['vpc', 'cen', 'ecr'] as const;

/** One verb of a product with its common parameters. */
export function ask(
  url: string,
  product: Product,
  verb: 'create' | 'activate' | 'deactivate' | 'modify' | 'delete' | 'list',
  params: Readonly<Record<string, string | number>> = {},
  options: CallOptions = {},
): Promise<Called> {
  const dialect = dialects[product];
  return call(url, product, dialect[verb], { ...dialect.common, ...params }, options);
}

/** Creates flow log `n` and gives its id. */
export async function create(
  url: string,
  product: Product,
  n = 1,
  params: Readonly<Record<string, string | number>> = {},
): Promise<string> {
  const { status, body } = await ask(url, product, 'create', { ...dialects[product].createParams(n), ...params });
  if (status !== 200) throw new Error(`create answered ${status} ${JSON.stringify(body)}`);
  return body.FlowLogId as string;
}

/** The status a list shows of one flow log; undefined where it is not listed. */
export async function listedStatus(url: string, product: Product, flowLogId: string): Promise<string | undefined> {
  const { body } = await ask(url, product, 'list', { FlowLogId: flowLogId });
  return dialects[product].rows(body)[0]?.Status as string | undefined;
}

/** A clock that moves only when told. */
export function manualClock() {
  let ms = Date.now();
  return {
    now: () => ms,
    steady: () => ms,
    advance(byMs: number) {
      ms += byMs;
    },
  };
}
