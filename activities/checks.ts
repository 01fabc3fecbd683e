import { z } from 'zod';
import type { Product } from '../cloud/flow-log.js';
import { products } from '../cloud/products/products.js';
import { resourceKey } from '../cloud/target.js';
import { type Checked, whyUnreadable } from '../workflows/contract/bounds.js';
import { operations } from '../workflows/contract/operation.js';
import { verdicts } from '../workflows/contract/doubts.js';
import { isTree, problemsOf, shown } from '../workflows/contract/problems.js';

/**
 * Fields that each activity requires. Our workflows give all of them; a caller that schedules an activity by hand, or from another workflow, is
 * told by `InvalidInput` what is missing, once. Loose: workflows of another release may give more.
 */

const text = z.string('must be a text').min(1, 'must not be empty').max(8_192);
const count = z.int('must be a whole number').min(0, 'must be at least 0');
const requester = z.looseObject({ requestedBy: text, reason: text.optional() }, 'must be a request: an object');
const operation = z.enum(operations, `must be one of ${operations.join(', ')}`);
const list = z.array(z.unknown(), 'must be a list');
const fields = z.looseObject({}, 'must be an object');

const product = z.enum(Object.keys(products) as [Product, ...Product[]], 'must be a product');
const place = { product, accountId: text, region: text.optional() };

/** A target whose resource may hold more than its key: the cloud tells more of it. */
const resourceTarget = z
  .looseObject(
    { ...place, resource: z.record(z.string(), z.string(), 'must be a resource') },
    'must be a target: an object',
  )
  .refine((value) => resourceKey(value.product, value.resource) !== undefined, 'does not identify a resource');
const idTarget = z.looseObject({ ...place, flowLogId: text }, 'must be a target: an object');

const aim = { target: resourceTarget, spec: fields.optional(), pinned: text.optional() };
const observe = z.looseObject({ ...aim, operation, request: requester, bulk: text.optional() });
const change = z.looseObject({
  ...aim,
  verb: text,
  flowLogId: text.optional(),
  seen: z.looseObject({ ids: z.array(text, 'must be a list of ids'), readAt: text, version: count }),
  clientToken: text,
});
const bulk = z.looseObject({
  bulk: text,
  run: text,
  operation,
  requestedBy: text,
  items: list.optional(),
  selectors: list.optional(),
  options: fields.optional(),
});
const ignored = z.array(z.looseObject({ signal: text, count, problem: text }), 'must be a list').optional();
const rowEnding = z.looseObject({ ordinal: count, state: text });

/** The argument of every activity by its name; `undefined`: it takes none. An activity without a line here is not registered. */
export const activityInputs = {
  observe,
  observeAtHand: observe,
  create: change,
  activate: change,
  deactivate: change,
  modify: change,
  tag: change,
  move: change,
  remove: change,
  openService: z.looseObject({ target: resourceTarget }),
  waitUntilSettled: z.looseObject({
    ...aim,
    until: z.looseObject({ status: z.enum(['active', 'inactive', 'absent', 'settled'], 'must be what is waited for') }),
  }),
  resolveFlowLog: z.looseObject({ operation, request: requester, target: idTarget }),
  awaitOperation: z.looseObject({ workflowId: text, requestHash: text, joining: requester }),
  closeOperation: z.looseObject({ outcome: text, body: fields, ignored }),
  recordJoin: z.looseObject({ requestedBy: text }),
  recordCallers: z.looseObject({
    said: z.array(z.looseObject({ event: text, updateId: text, body: requester }), 'must be a list'),
    run: text.optional(),
  }),
  compareCallers: z.looseObject({ updateId: text }),
  inspect: z.looseObject({
    accountId: text,
    product: product.optional(),
    region: text.optional(),
    ecrId: text.optional(),
    target: z.union([resourceTarget, idTarget]).optional(),
  }),
  diagnose: undefined,
  prepareBulk: bulk,
  beginBulkPage: z.looseObject({ run: text, page: count, operation, requestedBy: text }),
  readBulkPage: z.looseObject({ run: text, page: count }),
  endBulkRows: z.looseObject({ run: text, rows: z.array(rowEnding, 'must be a list of rows') }),
  recordBulkEvent: z.looseObject({
    run: text,
    event: text,
    body: fields,
    ignored: z.looseObject({ signal: text, count, problem: text }).optional(),
  }),
  finishBulk: z.looseObject({ run: text, bulk: text, end: text, rest: z.looseObject({ state: text }), ignored }),
  listRefusal: z.looseObject({
    bulk: text,
    run: text,
    operation: text,
    requestedBy: text,
    why: z.string('must be a text'),
  }),
  storeManifestPage: z.looseObject({ sha256: text, page: count, items: list }),
  readRows: z.looseObject({ rows: text, after: count }),
  inspectBulks: z.looseObject({
    bulk: text.optional(),
    runs: z.array(text, 'must be a list of run ids').optional(),
    limit: count.optional(),
    after: text.optional(),
  }),
  discover: z.looseObject({ selectors: z.array(fields, 'must be a list of selectors').min(1, 'must not be empty') }),
  listDoubts: z.looseObject({
    accountId: text.optional(),
    region: text.optional(),
    product: product.optional(),
    intentId: text.optional(),
    after: text.optional(),
    limit: count.optional(),
    bytes: count.optional(),
  }),
  settleDoubt: z.looseObject({
    intentId: text,
    as: z.enum(verdicts, `must be ${verdicts.join(' or ')}`),
    requestedBy: text,
    reason: text,
  }),
  planBulk: z.looseObject({ operation, requestedBy: text, items: list.optional(), selectors: list.optional() }),
} as const satisfies Readonly<Record<string, z.ZodType | undefined>>;

export type ActivityName = keyof typeof activityInputs;

/**
 * The argument of an activity as it was given, or all that is wrong with it. Texts are not looked over: a report tells what the cloud has said, in the
 * cloud's own characters, and the record makes them storable.
 */
export function checkActivity(name: ActivityName, value: unknown): Checked<unknown> {
  const schema: z.ZodType | undefined = activityInputs[name];
  if (!schema) return { input: undefined };
  const why = whyUnreadable(value);
  if (why !== undefined || !isTree(value))
    return { problems: [{ path: '', message: why ?? `${shown(value)}: must be one JSON object` }] };
  const parsed = schema.safeParse(value);
  // As it was given: a schema that fills in defaults would change what a workflow has decided.
  return parsed.success ? { input: value } : { problems: problemsOf(parsed.error.issues, value, []) };
}
