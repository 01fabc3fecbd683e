import { inputBounds } from '../../workflows/contract/bounds.js';
import type { z } from 'zod';
import type { Product } from '../../cloud/flow-log.js';
import { capitalized } from '../../cloud/text.js';
import { INLINE_ITEMS, bulkEnvelopeSchema, planEnvelopeSchema } from '../../workflows/contract/bulk-schema.js';
import { refusedOptions } from '../../workflows/contract/input.js';
import { type Operation, operations } from '../../workflows/contract/operation.js';
import { manifestPageSchema } from '../../workflows/contract/read-input.js';
import { MOST_SELECTORS, selectorSchema, typesOf } from '../../workflows/contract/selector-schema.js';
import { specUses } from '../../workflows/contract/spec-use.js';
import { askingDefinitions, subjectsOf, wantedSpec } from './operations.js';
import { type Words, fieldsAre, object, oneOf, ref, without, wordsOf } from './words.js';
import { productNames } from '../../cloud/products/products.js';

/** Inputs that name many targets as JSON Schemas: one form for each operation, of items and selectors of each product. */

/** Selector of a product. @param spec what it may wish for; undefined where an operation takes no spec */
function selectorForm(product: Product, spec: Words | undefined, isNeeded: boolean): Words {
  const { properties, required } = wordsOf(selectorSchema()) as ObjectWords;
  const fields = without(properties, 'spec', 'specByAccount');
  const specs = spec && {
    spec,
    specByAccount: {
      ...properties['specByAccount'],
      additionalProperties: spec,
      minProperties: 1,
      maxProperties: inputBounds.fields,
    },
  };
  return {
    type: 'object',
    properties: { ...fields, product: { const: product }, resourceType: { enum: typesOf(product) }, ...specs },
    required,
    additionalProperties: false,
    ...(isNeeded ? { anyOf: [{ required: ['spec'] }, { required: ['specByAccount'] }] } : undefined),
  };
}

interface ObjectWords extends Words {
  readonly properties: Readonly<Record<string, Words>>;
  readonly required: readonly string[];
}

/** Definitions of the items of one operation, and the list of them. */
function itemsOf(operation: Operation) {
  const definitions: Record<string, Words> = {};
  const titles = productNames.flatMap((product) => {
    const made = subjectsOf(operation, product);
    Object.assign(definitions, made.definitions);
    return made.subjects.map(({ formed, fields, needed }) => {
      const title = `${capitalized(operation)}${formed}Item`;
      definitions[title] = object(title, fields, needed);
      return title;
    });
  });
  return { definitions, items: itemsWords(titles) };
}

/** Definitions of the items and selectors of one operation, and the lists of both. */
function targetsOf(operation: Operation) {
  const { definitions, items } = itemsOf(operation);
  const isNeeded = specUses[operation].forResource === 'required';
  const titles = productNames.map((product) => {
    const name = capitalized(operation) + capitalized(product);
    const title = `${name}Selector`;
    definitions[title] = { title, ...selectorForm(product, isNeeded ? ref(`${name}Spec`) : undefined, isNeeded) };
    return title;
  });
  return { definitions, items, selectors: selectorsWords(titles) };
}

const itemsWords = (titles: readonly string[]): Words => ({
  type: 'array',
  items: oneOf(titles),
  minItems: 1,
  maxItems: INLINE_ITEMS,
});

const selectorsWords = (titles: readonly string[]): Words => ({
  type: 'array',
  items: oneOf(titles),
  minItems: 1,
  maxItems: MOST_SELECTORS,
});

/** An option of the bulk goes to each of its operations, unless the item has its own: where it is on, no item may lack it. */
function commonOptionWords(operation: Operation): readonly Words[] {
  const names = new Set(productNames.flatMap((product) => refusedOptions(operation, product)));
  return [...names].map((name) => {
    const having = productNames.filter((product) => !refusedOptions(operation, product).includes(name));
    const has = { properties: { product: { enum: having } } };
    const off = {
      properties: { options: { properties: { [name]: { const: false } }, required: [name] } },
      required: ['options'],
    };
    const fits = having.length > 0 ? { anyOf: [{ properties: { target: has } }, off] } : off;
    return {
      if: {
        properties: { options: { properties: { [name]: { const: true } }, required: [name] } },
        required: ['options'],
      },
      then: { properties: { items: { items: fits }, selectors: { items: having.length > 0 ? has : false } } },
    };
  });
}

/** Ways to name the targets: exactly one of them. */
const ways: readonly Words[] = [
  fieldsAre(['items'], ['manifest', 'retryOf']),
  fieldsAre(['manifest'], ['items', 'retryOf']),
  fieldsAre(['selectors'], ['items', 'manifest', 'retryOf']),
];
const retryForm = fieldsAre(['retryOf'], ['items', 'manifest', 'selectors']);

const hasFields = (...names: string[]): Words => ({ required: names });

/** Rules of a bulk: what many targets are taken from must be counted, unless it was before. */
const bulkRules = (operation: Operation): Words => {
  const counted = {
    anyOf: [hasFields('retryOf'), { ...hasFields('options'), properties: { options: hasFields('expect') } }],
  };
  const isCounted = operation === 'disable' || operation === 'delete';
  return { anyOf: [...ways, retryForm], allOf: [...commonOptionWords(operation), ...(isCounted ? [counted] : [])] };
};

const planRules = (operation: Operation): Words => {
  const rehearsed = { properties: { validate: { const: false } } };
  return { anyOf: ways, allOf: [...commonOptionWords(operation), ...(operation === 'enable' ? [] : [rehearsed])] };
};

/** One form for each operation. */
function onePerOperation(name: string, envelope: z.ZodType, rulesOf: (operation: Operation) => Words): Words {
  const { properties, required } = wordsOf(envelope) as ObjectWords;
  const definitions: Record<string, Words> = { ...askingDefinitions() };
  const asking = { requestedBy: ref('RequestedBy'), reason: ref('Reason') };
  const titles = operations.map((operation) => {
    const { definitions: own, ...targets } = targetsOf(operation);
    Object.assign(definitions, own);
    const title = capitalized(operation) + name;
    const fields = { ...properties, ...asking, ...targets, operation: { const: operation } };
    definitions[title] = { ...object(title, fields, required), ...rulesOf(operation) };
    return title;
  });
  return { ...oneOf(titles), $defs: definitions };
}

/** JSON Schema of the one argument of a bulk. */
export const bulkDocument = (): Words => onePerOperation('Bulk', bulkEnvelopeSchema(), bulkRules);

/** JSON Schema of the one argument of a plan. */
export const planDocument = (): Words => onePerOperation('Plan', planEnvelopeSchema(), planRules);

/** JSON Schema of the one argument that stores a page of a manifest: one form for each operation. A page may be empty. */
export function manifestPageDocument(): Words {
  const { properties, required } = wordsOf(manifestPageSchema()) as ObjectWords;
  const definitions: Record<string, Words> = {};
  const titles = operations.map((operation) => {
    const { definitions: own, items } = itemsOf(operation);
    Object.assign(definitions, own);
    const title = `${capitalized(operation)}ManifestPage`;
    const fields = { ...properties, operation: { const: operation }, items: without(items, 'minItems') };
    definitions[title] = object(title, fields, required);
    return title;
  });
  return { ...oneOf(titles), $defs: definitions };
}

/** JSON Schema of the one argument of a discovery. */
export function discoverDocument(): Words {
  const definitions: Record<string, Words> = {};
  const titles = productNames.map((product) => {
    const title = `${capitalized(product)}Selector`;
    definitions[`${capitalized(product)}Spec`] = { title: `${capitalized(product)}Spec`, ...wantedSpec(product) };
    definitions[title] = { title, ...selectorForm(product, ref(`${capitalized(product)}Spec`), false) };
    return title;
  });
  return { ...object('DiscoverFlowLogs', { selectors: selectorsWords(titles) }, ['selectors']), $defs: definitions };
}
