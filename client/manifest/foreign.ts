import { isTree } from '../../workflows/contract/problems.js';

/** Columns of our tables for the arguments of Terraform's flow log resources. */
export const terraformColumns: Readonly<Record<string, string>> = {
  resource_type: 'resource.type',
  resource_id: 'resource.id',
  cen_id: 'resource.cenId',
  transit_router_id: 'resource.transitRouterId',
  transit_router_attachment_id: 'resource.transitRouterAttachmentId',
  project_name: 'destination.project',
  log_store_name: 'destination.logStore',
  traffic_type: 'trafficType',
  traffic_path: 'trafficPath',
  flow_log_name: 'name',
  aggregation_interval: 'aggregationIntervalSeconds (in seconds)',
  resource_group_id: 'resourceGroupId',
};

const ourColumns =
  'product, region, resource.type, resource.id, destination.project, destination.logStore, trafficType';
const found = 'What is in the cloud already, `flowlog discover --format manifest` writes as a manifest.';

/** A file that is known to be something else: how to tell it, and what to do. */
interface Shape {
  readonly isThis: (file: string, text: string) => boolean;
  readonly says: string;
}

const shapes: readonly Shape[] = [
  {
    isThis: (file, text) => /\.(xls|xlsx|xlsm|ods)$/i.test(file) || text.startsWith('PK\u0003\u0004'),
    says: `is a spreadsheet: save its sheet as CSV, with the columns ${ourColumns}`,
  },
  {
    isThis: (file, text) =>
      /\.tf$/i.test(file) || /^\s*(resource|module|provider|variable)\s+"[^"]+".*\{\s*$/m.test(text),
    says: `is Terraform's language, which is not read here: write the flow logs as YAML, JSON or CSV. ${found}`,
  },
];

/** Recognizes a file that is no manifest by its name and its beginning, and names it; undefined where it may be one. */
export const foreignShape = (file: string, text: string): string | undefined =>
  shapes.find(({ isThis }) => isThis(file, text.slice(0, 20_000)))?.says;

/** Sentence about a file that is text and no manifest. */
export const notAManifest =
  'is no manifest: one has "version: 1" and "flowLogs" or "selectors" (YAML or JSON), or is a table (CSV) with the columns ' +
  `${ourColumns}; examples/manifest.yaml is one`;

/** Fields of a manifest itself. */
export const topFields = ['version', 'flowLogs', 'selectors', 'defaults', 'accounts', 'options'];

/** Tells whether a text has a line that looks like a field of a manifest: then its syntax is what is wrong. */
export const mentionsFields = (text: string): boolean =>
  new RegExp(`^\\s*[{,]?\\s*["']?(${topFields.join('|')})["']?\\s*:`, 'm').test(text);

/** Tells whether a document has nothing of a manifest: notes, a list, or fields of something else. */
export const isOtherDocument = (value: unknown): boolean =>
  !isTree(value) || (Object.keys(value).length > 0 && !topFields.some((field) => field in value));

/** Recognizes a document that is no manifest by its fields, and names it; undefined where it may be one. */
export function foreignDocument(value: unknown): string | undefined {
  if (!isTree(value) || 'flowLogs' in value || 'selectors' in value) return undefined;
  if ('terraform_version' in value || ('resources' in value && 'lineage' in value))
    return `is Terraform's state, which is not read here: write the flow logs as YAML, JSON or CSV. ${found}`;
  if ('resource' in value && isTree(value['resource']))
    return `is Terraform's configuration, which is not read here: write the flow logs as YAML, JSON or CSV. ${found}`;
  return undefined;
}

/** Beginnings of the names of our columns. */
const ourColumn =
  /^(product|account|accountId|region|resource|flowLogId|ecrId|destination|options|tags|name|description)(\.|$)/;

/** Tells whether a column is one of our tables, by the beginning of its name. */
export const isOurColumn = (header: string): boolean => ourColumn.test(header);

/** Advice about a table whose columns are Terraform's; undefined for any other table. */
export function foreignColumns(headers: readonly string[]): string | undefined {
  const known = headers.filter((header) => Object.hasOwn(terraformColumns, header));
  if (known.length < 2) return headers.some(isOurColumn) ? undefined : notAManifest;
  const missing = ['product', 'region'].filter((name) => !headers.includes(name));
  const renames = known.map((header) => `${header} to ${terraformColumns[header]}`).join(', ');
  return `the columns are Terraform's: rename ${renames}${missing.length > 0 ? `; add ${missing.join(' and ')}` : ''}`;
}
