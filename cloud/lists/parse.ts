import { omitUndefined } from '../omit-undefined.js';
import { CloudError } from '../errors/cloud-error.js';
import { catalogued } from '../errors/catalogue.js';
import { fieldsOf, withField, type FieldValue } from '../products/fields.js';
import type { Delivery, FlowLogStatus, ObservedFlowLog, Product, Spec } from '../flow-log.js';
import { at, numberAt, textAt } from '../json-path.js';
import type { FieldRow, ProductRow, Verb } from '../products/product-row.js';
import { actionRow, products } from '../products/products.js';
import type { Cursor } from './wire.js';

/** One page of flow logs. */
export interface FlowLogPage {
  readonly flowLogs: readonly ObservedFlowLog[];
  /** Number of flow logs on all pages, where the cloud tells. */
  readonly total?: number;
  /** Absent on the last page. */
  readonly next?: Cursor;
}

type ListBody = Readonly<Record<string, unknown>>;

/**
 * Reads one page of a list. Fields the cloud leaves out are left out; a body of another shape is no answer.
 * @throws CloudError of kind `ambiguous`, code `UnexpectedBody`
 */
export function parseList(product: Product, body: ListBody): FlowLogPage {
  const row = products[product];
  const items = at(body, row.list.items);
  const total = numberAt(body, 'TotalCount');
  if (!Array.isArray(items) && !(items === undefined && total === 0)) {
    throw unexpected(product, 'list', `${row.list.items} is not a list`);
  }
  const flowLogs = ((items as unknown[] | undefined) ?? []).map((item) => parseFlowLog(product, row, item));
  const next = nextFlowLogPage(row, body, flowLogs.length, total);
  return { flowLogs, ...omitUndefined({ total, next }) };
}

function nextFlowLogPage(
  { list: { paging } }: ProductRow,
  body: ListBody,
  rows: number,
  total: number | undefined,
): Cursor | undefined {
  const given = at(body, paging.pageParam);
  if (paging.style === 'token')
    return typeof given === 'string' && given !== '' ? { [paging.pageParam]: given } : undefined;
  const page = Number(given ?? 1);
  const size = numberAt(body, paging.sizeParam) ?? paging.pageSize;
  const isLast = rows === 0 || (total === undefined ? rows < size : page * size >= total);
  return isLast ? undefined : { [paging.pageParam]: page + 1 };
}

function parseFlowLog(product: Product, row: ProductRow, item: unknown): ObservedFlowLog {
  const flowLogId = textAt(item, 'FlowLogId');
  if (flowLogId === undefined) throw unexpected(product, 'list', `an entry has no FlowLogId`);
  const rawStatus = textAt(item, 'Status') ?? '';
  const serviceType = textAt(item, 'ServiceType') ?? '';
  const optional = {
    businessStatus: textAt(item, 'BusinessStatus'),
    createdAt: textAt(item, 'CreationTime'),
    region: textAt(item, 'RegionId'),
  };
  const identity = Object.entries(row.resource.fields).map(
    ([field, { param }]) => [field, textAt(item, param)] as const,
  );
  const base: ObservedFlowLog = {
    flowLogId,
    rawStatus,
    status: statusOf(row, rawStatus),
    delivery: parseDelivery(row, item),
    ...withoutUndefined(optional),
    resource: withoutUndefined(Object.fromEntries(identity)) as Record<string, string>,
    destination: { project: '', logStore: '' },
    tags: {},
    serviceManaged: serviceType !== '',
  };
  return fieldsOf(product).reduce((flowLog, [field, fieldRow]) => {
    const value = decode(fieldRow, at(item, fieldRow.path ?? fieldRow.param));
    return value === undefined ? flowLog : withField(flowLog as Spec & ObservedFlowLog, field, value);
  }, base);
}

const statusOf = (row: ProductRow, raw: string): FlowLogStatus =>
  (Object.hasOwn(row.statuses, raw) ? row.statuses[raw] : undefined) ?? 'unknown';

function parseDelivery({ delivery }: ProductRow, item: unknown): Delivery {
  const word = delivery && textAt(item, delivery.path);
  if (!delivery || word === undefined) return { state: 'unknown' };
  if (delivery.ok.includes(word)) return { state: 'ok' };
  if (!delivery.failed.includes(word)) return { state: 'unknown', message: word };
  return { state: 'failed', ...withoutUndefined({ message: textAt(item, delivery.messagePath) }) };
}

function decode({ rule }: FieldRow, raw: unknown): FieldValue | undefined {
  if (raw === undefined || raw === null) return undefined;
  switch (rule.kind) {
    case 'seconds':
      return Number.isFinite(Number(raw)) ? Number(raw) * rule.secondsPerUnit : undefined;
    case 'choices':
      return Array.isArray(raw) ? raw.map(String) : undefined;
    case 'tags':
      return Array.isArray(raw) ? tagsOf(raw) : undefined;
    case 'text':
    case 'choice':
      return typeof raw === 'string' ? raw : String(raw);
  }
}

const tagsOf = (pairs: unknown[]): Record<string, string> =>
  Object.fromEntries(pairs.map((pair) => [textAt(pair, 'Key') ?? '', textAt(pair, 'Value') ?? '']));

/**
 * The id in the answer to a create. It names the flow log to look at; it does not prove its state.
 * @throws CloudError of kind `ambiguous`, code `UnexpectedBody`, when there is none: something may have been created
 */
export function createdFlowLogId(product: Product, body: ListBody): string {
  const flowLogId = textAt(body, 'FlowLogId');
  if (flowLogId === undefined || flowLogId === '') throw unexpected(product, 'create', 'the answer has no FlowLogId');
  return flowLogId;
}

/**
 * Reads from the answer to the status request whether the account's flow log service is open.
 * @throws CloudError of kind `ambiguous`, code `UnexpectedBody`
 */
export function serviceIsOpen(product: Product, body: ListBody): boolean {
  const enabled = at(body, 'Enabled');
  if (typeof enabled === 'boolean') return enabled;
  if (typeof enabled === 'string' && /^(true|false)$/i.test(enabled)) return enabled.toLowerCase() === 'true';
  throw unexpected(product, 'serviceStatus', 'Enabled is not a boolean');
}

function unexpected(product: Product, name: Verb | 'serviceStatus', message: string): CloudError {
  const row = products[product];
  const action =
    name === 'serviceStatus' ? (row.serviceActions.serviceStatus?.action ?? name) : actionRow(product, name).action;
  return new CloudError(catalogued({ service: row.service, action, code: 'UnexpectedBody', message }));
}

const withoutUndefined = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
