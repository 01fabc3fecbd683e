import { wholeCount } from '../workflows/contract/input-schema.js';
import { z } from 'zod';
import { productNames } from '../cloud/products/products.js';
import { resourceKey } from '../cloud/target.js';
import { type Checked, whyUnreadable } from '../workflows/contract/bounds.js';
import { operations } from '../workflows/contract/operation.js';
import { verdicts } from '../workflows/contract/doubts.js';
import { isTree, problemsOf, shown } from '../workflows/contract/problems.js';

/**
 * Fields that each activity requires. Our workflows give all of them; a caller that schedules an activity by hand, or from another workflow, is
 * told by `InvalidInput` what is missing, once. Loose: workflows of another release may give more.
 */

const someText = z.string('must be a text').min(1, 'must not be empty').max(8_192);
const requester = z.looseObject({ requestedBy: someText, reason: someText.optional() }, 'must be a request: an object');
const operation = z.enum(operations, `must be one of ${operations.join(', ')}`);
const anyList = z.array(z.unknown(), 'must be a list');
const fields = z.looseObject({}, 'must be an object');

const product = z.enum(productNames, 'must be a product');
const placeFields = { product, accountId: someText, region: someText.optional() };

/** A target whose resource may hold more than its key: the cloud tells more of it. */
const resourceTarget = z
  .looseObject(
    { ...placeFields, resource: z.record(z.string(), z.string(), 'must be a resource') },
    'must be a target: an object',
  )
  .refine((value) => resourceKey(value.product, value.resource) !== undefined, 'does not identify a resource');
const idTarget = z.looseObject({ ...placeFields, flowLogId: someText }, 'must be a target: an object');

const aim = { target: resourceTarget, spec: fields.optional(), pinned: someText.optional() };
const observeShape = z.looseObject({ ...aim, operation, request: requester, bulk: someText.optional() });
const changeShape = z.looseObject({
  ...aim,
  verb: someText,
  flowLogId: someText.optional(),
  keptFlowLogId: someText.optional(),
  seen: z.looseObject({ ids: z.array(someText, 'must be a list of ids'), readAt: someText, version: wholeCount() }),
  clientToken: someText,
});
const bulk = z.looseObject({
  bulk: someText,
  run: someText,
  operation,
  requestedBy: someText,
  items: anyList.optional(),
  selectors: anyList.optional(),
  options: fields.optional(),
});
const ignored = z
  .array(z.looseObject({ signal: someText, count: wholeCount(), problem: someText }), 'must be a list')
  .optional();
const rowEnding = z.looseObject({ ordinal: wholeCount(), state: someText });

/** The argument of every activity by its name; `undefined`: it takes none. An activity without a line here is not registered. */
export const activityInputs = {
  observe: observeShape,
  observeAtHand: observeShape,
  create: changeShape,
  activate: changeShape,
  deactivate: changeShape,
  modify: changeShape,
  tag: changeShape,
  move: changeShape,
  remove: changeShape,
  openService: z.looseObject({ target: resourceTarget }),
  waitUntilSettled: z.looseObject({
    ...aim,
    until: z.looseObject({ status: z.enum(['active', 'inactive', 'absent', 'settled'], 'must be what is waited for') }),
  }),
  resolveFlowLog: z.looseObject({ operation, request: requester, target: idTarget }),
  awaitOperation: z.looseObject({ workflowId: someText, requestHash: someText, joining: requester }),
  closeOperation: z.looseObject({ outcome: someText, body: fields, ignored }),
  recordJoin: z.looseObject({ requestedBy: someText }),
  recordCallers: z.looseObject({
    said: z.array(z.looseObject({ event: someText, updateId: someText, body: requester }), 'must be a list'),
    run: someText.optional(),
  }),
  compareCallers: z.looseObject({ updateId: someText }),
  inspect: z.looseObject({
    accountId: someText,
    product: product.optional(),
    region: someText.optional(),
    ecrId: someText.optional(),
    target: z.union([resourceTarget, idTarget]).optional(),
  }),
  diagnose: undefined,
  prepareBulk: bulk,
  beginBulkPage: z.looseObject({ run: someText, page: wholeCount(), operation, requestedBy: someText }),
  readBulkPage: z.looseObject({ run: someText, page: wholeCount() }),
  endBulkRows: z.looseObject({ run: someText, rows: z.array(rowEnding, 'must be a list of rows') }),
  recordBulkEvent: z.looseObject({
    run: someText,
    event: someText,
    body: fields,
    ignored: z.looseObject({ signal: someText, count: wholeCount(), problem: someText }).optional(),
  }),
  finishBulk: z.looseObject({
    run: someText,
    bulk: someText,
    end: someText,
    rest: z.looseObject({ state: someText }),
    ignored,
  }),
  listRefusal: z.looseObject({
    bulk: someText,
    run: someText,
    operation: someText,
    requestedBy: someText,
    why: z.string('must be a text'),
  }),
  storeManifestPage: z.looseObject({ sha256: someText, page: wholeCount(), items: anyList }),
  readRows: z.looseObject({ rows: someText, after: wholeCount() }),
  inspectBulks: z.looseObject({
    bulk: someText.optional(),
    runs: z.array(someText, 'must be a list of run ids').optional(),
    limit: wholeCount().optional(),
    after: someText.optional(),
  }),
  discover: z.looseObject({ selectors: z.array(fields, 'must be a list of selectors').min(1, 'must not be empty') }),
  listDoubts: z.looseObject({
    accountId: someText.optional(),
    region: someText.optional(),
    product: product.optional(),
    intentId: someText.optional(),
    after: someText.optional(),
    limit: wholeCount().optional(),
    bytes: wholeCount().optional(),
  }),
  settleDoubt: z.looseObject({
    intentId: someText,
    as: z.enum(verdicts, `must be ${verdicts.join(' or ')}`),
    requestedBy: someText,
    reason: someText,
  }),
  planBulk: z.looseObject({
    operation,
    requestedBy: someText,
    items: anyList.optional(),
    selectors: anyList.optional(),
  }),
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
