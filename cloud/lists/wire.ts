import { omitUndefined } from '../omit-undefined.js';
import type { CloudRequest } from '../call/port.js';
import { fieldsOf, fieldValue, type FieldValue } from '../products/fields.js';
import { isById, type ChangeVerb, type Place, type Product, type Spec, type Target } from '../flow-log.js';
import { generatedName, ownerTag } from '../ownership.js';
import type { FieldRow, ProductRow, ServiceVerb, SpecField } from '../products/product-row.js';
import { actionRow, products } from '../products/products.js';

/** Parts of a change. The row decides which of them the product takes. */
export interface Change {
  readonly target: Target;
  /** Id of the flow log to change; not for `create`. Default: the target's own id, where it is named by id. */
  readonly flowLogId?: string;
  /** The instance above the flow log (cenId, ecrId), where the target does not say it. */
  readonly parentId?: string;
  /** The effective spec; for `create` and `modify`. */
  readonly spec?: Spec;
  /** For `modify`: the fields to send, such as those that drifted. Default: every field of `spec` that it can change. */
  readonly fields?: readonly string[];
  /** For `create` and `tag`: our own tags, set beside those of the spec. */
  readonly tags?: Readonly<Record<string, string>>;
  /** At most 64 ASCII characters; dropped where the product takes none. */
  readonly clientToken?: string;
  /** Asks the cloud to check and not to do; dropped where the product cannot. */
  readonly dryRun?: boolean;
}

type Params = Record<string, unknown>;

/** The request that makes a change, in the product's own spelling. */
export function changeRequest(verb: ChangeVerb, change: Change): CloudRequest {
  const { target } = change;
  const row = products[target.product];
  const { action } = actionRow(target.product, verb);
  if (verb === 'tag' || verb === 'move') return requestOf(row, target, action, labelParams(verb, row, change));
  const params: Params = {
    ...placeParams(row, target, change.parentId),
    ...(verb === 'create'
      ? createParams(row, change)
      : { FlowLogId: change.flowLogId ?? (isById(target) ? target.flowLogId : undefined) }),
    ...(verb === 'modify' ? modifyParams(target.product, change) : undefined),
    ...omitUndefined({
      ClientToken: row.clientToken ? change.clientToken : undefined,
      DryRun: row.dryRun ? change.dryRun : undefined,
    }),
  };
  return requestOf(row, target, action, params);
}

function requestOf(row: ProductRow, place: Place, action: string, params: Params): CloudRequest {
  return {
    service: row.service,
    action,
    accountId: place.accountId,
    ...omitUndefined({ region: place.region === undefined || row.central ? undefined : place.region }),
    params: Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)),
  };
}

function placeParams(row: ProductRow, target: Target, parentId: string | undefined): Params {
  const { parent } = row;
  const fromTarget = parent && (isById(target) ? target.ecrId : target.resource[parent.field]);
  return {
    ...omitUndefined({ RegionId: row.central ? undefined : target.region }),
    ...(parent ? { [parent.param]: fromTarget ?? parentId } : undefined),
  };
}

function createParams(row: ProductRow, { target, spec = {}, tags = {} }: Change): Params {
  if (isById(target)) throw new TypeError('target: a flow log named by id cannot be created');
  const resource = Object.entries(row.resource.fields).map(([field, { param }]) => [param, target.resource[field]]);
  const whole: Spec = { ...spec, name: spec.name ?? generatedName(target), tags: { ...spec.tags, ...tags } };
  const fields = fieldsOf(target.product).map(([field, fieldRow]) => [
    fieldRow.param,
    encode(fieldRow, fieldValue(whole, field) ?? fieldRow.default),
  ]);
  return { ...row.resource.constants, ...Object.fromEntries([...resource, ...fields]) };
}

function modifyParams(product: Product, { spec = {}, fields }: Change): Params {
  const wanted = ([field, row]: readonly [SpecField, FieldRow]) =>
    row.change === 'modify' && (fields?.includes(field) ?? true);
  return Object.fromEntries(
    fieldsOf(product)
      .filter(wanted)
      .map(([field, row]) => [row.param, encode(row, fieldValue(spec, field))]),
  );
}

/** Tags and resource group are changed by actions that serve all resources of a product: they take no token and no parent. */
function labelParams(
  verb: 'tag' | 'move',
  row: ProductRow,
  { target, flowLogId, spec = {}, fields, tags: own = {} }: Change,
): Params {
  const id = flowLogId ?? (isById(target) ? target.flowLogId : undefined);
  const of = {
    ...omitUndefined({ RegionId: row.central ? undefined : target.region }),
    ResourceType: row.resourceType,
  };
  if (verb === 'move') return { ...of, ResourceId: id, NewResourceGroupId: spec.resourceGroupId };
  const { tags } = row.spec;
  const wished = (fields?.includes('tags') ?? true) ? spec.tags : {};
  return {
    ...of,
    ResourceId: [id],
    ...(tags ? { [tags.param]: encode(tags, { ...wished, ...own }) } : undefined),
  };
}

function encode({ rule }: FieldRow, value: FieldValue | undefined): unknown {
  if (value === undefined) return undefined;
  if (rule.kind === 'seconds') return Number(value) / rule.secondsPerUnit;
  if (rule.kind === 'tags') return Object.entries(value).map(([Key, Value]) => ({ Key, Value }));
  return value;
}

/** Scope of a list: an account and region, and for a product that asks for it the instance above the flow logs. */
export interface ListScope extends Place {
  readonly ecrId?: string;
}

/** Filter of a list. Filters of the cloud are not trusted: rows are compared again when they are sorted out. */
export interface ListFilter {
  /** Flow logs of this resource, named by its identity fields. */
  readonly resource?: Readonly<Record<string, string>>;
  readonly flowLogId?: string;
  /** Flow logs that carry this deployment's owner tag. */
  readonly owner?: string;
}

/** Parameters of the next page; opaque. */
export type Cursor = Readonly<Record<string, string | number>>;

/** The request for one page of flow logs. */
export function listRequest(scope: ListScope, filter: ListFilter = {}, cursor?: Cursor): CloudRequest {
  const row = products[scope.product];
  const { paging, tagParam } = row.list;
  const { parent, resource } = row;
  return requestOf(row, scope, row.actions.list.action, {
    ...omitUndefined({ RegionId: row.central ? undefined : scope.region }),
    ...(parent?.requiredOnList ? { [parent.param]: filter.resource?.[parent.field] ?? scope.ecrId } : undefined),
    ...(filter.resource ? identityParams(resource, filter.resource) : undefined),
    FlowLogId: filter.flowLogId,
    [tagParam]: filter.owner === undefined ? undefined : [{ Key: ownerTag, Value: filter.owner }],
    [paging.sizeParam]: paging.pageSize,
    ...omitUndefined({ [paging.pageParam]: paging.style === 'page-number' ? 1 : undefined }),
    ...cursor,
  });
}

function identityParams({ fields, forms }: ProductRow['resource'], resource: Readonly<Record<string, string>>): Params {
  // Only identifying fields: a router given beside an attachment could narrow the list to nothing.
  const form = forms.find((candidate) => candidate.fields.every((field) => resource[field]));
  return Object.fromEntries((form?.fields ?? []).map((field) => [fields[field]?.param ?? field, resource[field]]));
}

/**
 * The request to read or open the account's flow log service.
 * @returns `undefined` where the product has no such action
 */
export function serviceRequest(verb: ServiceVerb, place: Place, clientToken?: string): CloudRequest | undefined {
  const row = products[place.product];
  const action = row.serviceActions[verb]?.action;
  return action === undefined
    ? undefined
    : requestOf(row, place, action, { RegionId: place.region, ClientToken: clientToken });
}

/** The request for the status of the account's flow log service there; `undefined` where the product has no such action. */
export const serviceStatusRequest = (place: Place): CloudRequest | undefined => serviceRequest('serviceStatus', place);

/** The request that opens the account's flow log service; `undefined` where the product has no such action. Not to be sent concurrently. */
export const openServiceRequest = (place: Place, clientToken?: string): CloudRequest | undefined =>
  serviceRequest('openService', place, clientToken);
