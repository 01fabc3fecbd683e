import type { Cursor } from '../lists/wire.js';
import { omitUndefined } from '../omit-undefined.js';
import type { CloudClient, CloudRequest } from '../call/port.js';
import type { ObservedFlowLog, Place } from '../flow-log.js';
import { at, numberAt, textAt } from '../json-path.js';
import { parseList } from '../lists/parse.js';
import type { PagingRow } from '../products/product-row.js';
import { products } from '../products/products.js';
import { services } from '../products/services.js';
import { resourceKey } from '../target.js';
import { listRequest, type ListScope } from '../lists/wire.js';
import { lists } from './lists.js';
import type { ListName, ListRow } from './list-row.js';
import { scan, type ScannedPage } from './scan.js';

/** A row of a list as the cloud wrote it. */
export type ListedRow = Readonly<Record<string, unknown>>;

/** Flow logs by the key of their resource. */
export type FlowLogsByKey = ReadonlyMap<string, readonly ObservedFlowLog[]>;

/** Reads of one account: each list of a region and each scope of flow logs is read once, for all callers. */
export interface Readings {
  /** All rows of a list in a region; the region is ignored by a list that has none. */
  readonly items: (name: ListName, region?: string) => Promise<readonly ListedRow[]>;
  readonly flowLogs: (scope: ListScope) => Promise<FlowLogsByKey>;
  /** The same, read again until two passes show the same where one over several pages may have lost a row to a page already read. */
  readonly allFlowLogs: (scope: ListScope) => Promise<FlowLogsByKey>;
}

/** @param cloud asked patiently, see `patient` */
export function readingsOf(cloud: CloudClient, accountId: string): Readings {
  const once = new Map<string, Promise<unknown>>();
  const remembered = <Value>(key: unknown, read: () => Promise<Value>): Promise<Value> => {
    const name = JSON.stringify(key);
    const reading = (once.get(name) as Promise<Value> | undefined) ?? read();
    once.set(name, reading);
    return reading;
  };
  const readings: Readings = {
    items: (name, region) =>
      remembered([name, region], () => rowsOfBody(cloud, accountId, readings, lists[name], region)),
    flowLogs: (scope) => remembered(scope, async () => byKeyOf(scope, await flowLogsOf(cloud, scope, false))),
    allFlowLogs: (scope) =>
      remembered([scope, 'all'], async () => {
        const once = await readings.flowLogs(scope);
        const seen = [...once.values()].flat();
        const { paging } = products[scope.product].list;
        if (paging.style !== 'page-number' || seen.length <= paging.pageSize) return once;
        return byKeyOf(scope, [...seen, ...(await flowLogsOf(cloud, scope, true))]);
      }),
  };
  return readings;
}

async function rowsOfBody(
  cloud: CloudClient,
  accountId: string,
  { items }: Readings,
  row: ListRow,
  region: string | undefined,
): Promise<readonly ListedRow[]> {
  const place = { accountId, ...omitUndefined({ region }) };
  // A filter of the cloud is not trusted: a row that names another region is left out.
  const isHere = (item: ListedRow): boolean => !row.regional || (textAt(item, 'RegionId') ?? region) === region;
  if (!row.below) return (await scanList(cloud, place, row, {})).filter(isHere);
  const { list, param } = row.below;
  const found: ListedRow[] = [];
  for (const above of await items(list, region)) {
    const id = textAt(above, lists[list].id);
    if (id === undefined) continue;
    // The id above is not in every row of the answer: it is added, so that paths to it find it.
    const rows = await scanList(cloud, place, row, { [param]: id });
    found.push(...rows.filter(isHere).map((item) => ({ [param]: id, ...item })));
  }
  return found;
}

function scanList(
  cloud: CloudClient,
  place: { readonly accountId: string; readonly region?: string },
  row: ListRow,
  above: Readonly<Record<string, string>>,
): Promise<readonly ListedRow[]> {
  const { service, action, paging, countedBy } = row;
  const ask = (params: Readonly<Record<string, unknown>>): Promise<ListedRow> => {
    const { accountId, region } = place;
    const where = row.regional && region !== undefined ? { RegionId: region } : {};
    // A list without regions may still be asked for in one: some services answer at one address for each.
    const request: CloudRequest = {
      service,
      action,
      accountId,
      ...omitUndefined({ region: region === undefined || services[service].central ? undefined : region }),
      params: { ...where, ...above, ...row.constants, ...params },
    };
    return cloud.call(request).then(({ body }) => body);
  };
  return scan<ListedRow>({
    service,
    action,
    idOf: (item) => textAt(item, row.id) ?? JSON.stringify(item),
    shifts: paging?.style === 'page-number',
    page: async (cursor) => listedPage(row, paging, await ask(pageParams(paging, cursor))),
    ...omitUndefined({ count: countedBy ? async () => numberAt(await ask(countedBy), 'TotalCount') : undefined }),
  });
}

const pageParams = (paging: PagingRow | undefined, cursor: Cursor | undefined): Readonly<Record<string, unknown>> =>
  paging
    ? {
        [paging.sizeParam]: paging.pageSize,
        ...omitUndefined({ [paging.pageParam]: paging.style === 'page-number' ? 1 : undefined }),
        ...cursor,
      }
    : {};

function listedPage(row: ListRow, paging: PagingRow | undefined, body: ListedRow): ScannedPage<ListedRow> {
  const found = at(body, row.items);
  const rows = (Array.isArray(found) ? found : []) as readonly ListedRow[];
  const told = paging && !row.countedBy ? numberAt(body, 'TotalCount') : undefined;
  const next = paging && nextListPage(paging, body, rows.length, told);
  return { rows, ...omitUndefined({ total: told, next }) };
}

/** A full page may have another behind it whatever the total says: totals are what others' changes make wrong first. */
function nextListPage(paging: PagingRow, body: unknown, rows: number, total: number | undefined): Cursor | undefined {
  const { style, pageParam, pageSize, sizeParam } = paging;
  if (style === 'token') {
    const token = textAt(body, pageParam);
    return token ? { [pageParam]: token } : undefined;
  }
  const page = numberAt(body, pageParam) ?? 1;
  const size = numberAt(body, sizeParam) ?? pageSize;
  const isLast = rows === 0 || (rows < size && page * size >= (total ?? 0));
  return isLast ? undefined : { [pageParam]: page + 1 };
}

function flowLogsOf(cloud: CloudClient, scope: ListScope, shifts: boolean): Promise<readonly ObservedFlowLog[]> {
  const { service, actions, list } = products[scope.product];
  return scan<ObservedFlowLog>({
    service,
    action: actions.list.action,
    idOf: ({ flowLogId }) => flowLogId,
    shifts,
    page: async (cursor) => {
      const { body } = await cloud.call(listRequest(scope, {}, cursor));
      const { flowLogs: rows, total } = parseList(scope.product, body);
      const next = nextListPage(list.paging, body, rows.length, total);
      return { rows, ...omitUndefined({ total, next }) };
    },
  });
}

/** Each flow log once, as it was seen last. */
function byKeyOf(scope: ListScope, flowLogs: readonly ObservedFlowLog[]): FlowLogsByKey {
  const byKey = new Map<string, ObservedFlowLog[]>();
  const byId = new Map(flowLogs.map((flowLog) => [flowLog.flowLogId, flowLog]));
  for (const flowLog of byId.values()) {
    const key = resourceKey(scope.product, flowLog.resource);
    if (key === undefined) continue;
    const others = byKey.get(key);
    if (others) others.push(flowLog);
    else byKey.set(key, [flowLog]);
  }
  return byKey;
}

/** The scope in which the flow logs of a place, or of one router of it, are listed. */
export const flowLogScope = ({ product, accountId, region }: Place, above?: string): ListScope => ({
  product,
  accountId,
  ...omitUndefined({ region, ecrId: above }),
});
