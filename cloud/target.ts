import type { FlowLogIdTarget, Product, ResourceTarget, Target } from './flow-log.js';
import { isById } from './flow-log.js';
import type { ResourceForm } from './products/product-row.js';
import { products } from './products/products.js';

/** Form of every part of a key and of a workflow id. */
export const partPattern = /^[A-Za-z0-9-]{1,64}$/;

/** Longest workflow id, in bytes: the smallest limit among the servers we know of. */
export const maxWorkflowIdBytes = 255;

/** Stands where a region would, for a product that has none. */
export const centralPlace = 'central';

type ResourceFields = Readonly<Record<string, string>>;

const resourceFormOf = (product: Product, resource: ResourceFields): ResourceForm | undefined =>
  products[product].resource.forms.find((form) => form.fields.every((field) => resource[field]));

const identity = (product: Product, resource: ResourceFields): readonly string[] | undefined =>
  resourceFormOf(product, resource)?.fields.map((field) => resource[field] ?? '');

/** The key of a resource, or `undefined` where the fields that identify it are not all there. */
export const resourceKey = (product: Product, resource: ResourceFields): string | undefined =>
  identity(product, resource)?.join('/');

/** Tells whether a new flow log can be made on this resource. */
export const isCreatable = (target: ResourceTarget): boolean =>
  resourceFormOf(target.product, target.resource)?.creatable ?? false;

/**
 * The canonical key of a target: `<type>/<id>` (vpc), `<cenId>/<attachmentId>`, `<cenId>/<transitRouterId>` or `<cenId>` (cen),
 * `<ecrId>/<instanceId>` (ecr). Two targets are the same thing exactly when product, account, place and key are.
 * @throws TypeError when an identifying field is missing
 */
export const targetKey = (target: ResourceTarget): string => keyParts(target).join('/');

function keyParts(target: ResourceTarget): readonly string[] {
  const parts = identity(target.product, target.resource);
  if (parts) return parts;
  throw new TypeError(
    `target.resource: ${JSON.stringify(target.resource)} does not identify a resource of ${target.product}`,
  );
}

/** The id of the thing itself, without the instance above it: the last part of its key. */
export const resourceIdOf = (target: ResourceTarget): string => keyParts(target).at(-1) ?? '';

/**
 * The inverse of {@link targetKey}. A cen key of two parts is an attachment when its last part says so (`tr-attach-…`), else a router.
 * @throws TypeError when the key has not the parts of any form
 */
export function resourceFromKey(product: Product, key: string): Record<string, string> {
  const parts = key.split('/');
  const form = products[product].resource.forms.find(
    ({ fields, lastPart }) => fields.length === parts.length && (lastPart?.test(parts.at(-1) ?? '') ?? true),
  );
  if (!form) throw new TypeError(`${JSON.stringify(key)} is not a key of ${product}`);
  return Object.fromEntries(form.fields.map((field, index) => [field, parts[index] ?? '']));
}

/** The region of a target, or `central` for a product without regions. */
export const placeName = (target: Target): string => target.region ?? centralPlace;

/** The inverse of {@link placeName}: the region, where the place is one. */
export const regionOfPlace = (place: string): { readonly region?: string } =>
  place === centralPlace ? {} : { region: place };

const byIdPlace = (target: FlowLogIdTarget): string => target.ecrId ?? placeName(target);

/** Every id of a workflow that works on a flow log named by its id begins so. */
export const byIdPrefix = 'flow-log-id/';

/**
 * The id of the workflow that may work on this target: one operation at a time per target, because one id.
 * By resource `flow-log/<product>/<uid>/<region | central>/<key>`, by id `flow-log-id/<product>/<uid>/<region | ecrId>/<flowLogId>`.
 * @throws TypeError when a part is not well formed, RangeError when the whole is longer than {@link maxWorkflowIdBytes}
 */
export function workflowIdOf(target: Target): string {
  const parts = isById(target)
    ? [byIdPrefix.slice(0, -1), target.product, target.accountId, byIdPlace(target), target.flowLogId]
    : ['flow-log', target.product, target.accountId, placeName(target), ...keyParts(target)];
  const bad = parts.find((part) => !partPattern.test(part));
  if (bad !== undefined) throw new TypeError(`target: ${JSON.stringify(bad)} must match ${partPattern.source}`);
  const id = parts.join('/');
  if (id.length > maxWorkflowIdBytes)
    throw new RangeError(`target: workflow id ${id} is longer than ${maxWorkflowIdBytes} bytes`);
  return id;
}
