import type { z } from 'zod';
import type { Product } from '../../cloud/flow-log.js';
import { productNames } from '../../cloud/products/products.js';
import { specSchema, targetFormSchema } from '../../cloud/spec.js';
import { capitalized } from '../../cloud/text.js';
import { inputText, optionsSchema } from '../../workflows/contract/input-schema.js';
import { refusedOptions } from '../../workflows/contract/input.js';
import type { Operation } from '../../workflows/contract/operation.js';
import { modifiableFields, fieldRowsOf, specUses } from '../../workflows/contract/spec-use.js';
import { type Words, object, oneOf, ref, wordsOf } from './words.js';

/** Inputs of operations as JSON Schemas: one form for each product, and each way to name a target. */

/** Ways to name a target. */
const forms = ['resource', 'byId'] as const;
type Form = (typeof forms)[number];

/** Definitions of a document, by name. */
type Definitions = Readonly<Record<string, Words>>;

/** `Vpc`, `VpcById`. */
const formName = (product: Product, form: Form): string => capitalized(product) + (form === 'byId' ? 'ById' : '');

/** Spec of a product as an operation takes it; undefined where it takes none. */
function specForm(operation: Operation, product: Product, form: Form): Words | undefined {
  const use = specUses[operation];
  if ((form === 'byId' ? use.byId : use.forResource) === 'absent') return undefined;
  if (use.whole && form === 'resource') return wordsOf(specSchema(product));
  const words = wantedSpec(product, (name) => fieldRowsOf(product, name).some(use.takes));
  return use.whole ? words : { ...words, anyOf: modifiableFields(product).map((name) => ({ required: [name] })) };
}

/** Spec of a product of which no field need be there. @param takes whether a field may be */
export function wantedSpec(product: Product, takes: (name: string) => boolean = () => true): Words {
  const { properties } = wordsOf(specSchema(product)) as { readonly properties: Readonly<Record<string, Words>> };
  const taken = Object.entries(properties).filter(([name]) => takes(name));
  return { type: 'object', properties: Object.fromEntries(taken), additionalProperties: false };
}

/** Options of an operation on a product: what the product has nothing of may be said to be off. */
function optionsWords(schema: z.ZodType, refused: readonly string[]): Words {
  const words = wordsOf(schema) as { readonly properties: Readonly<Record<string, Words>> };
  const off = Object.fromEntries(refused.map((name) => [name, { const: false }]));
  return { ...words, properties: { ...words.properties, ...off } };
}

/** Definitions that are common to all inputs. */
export function askingDefinitions(): Definitions {
  const { requestedBy, reason } = inputText();
  return {
    RequestedBy: { ...wordsOf(requestedBy), description: 'Name of who asks; recorded, not authenticated.' },
    Reason: { ...wordsOf(reason, 'reason'), description: 'Why; goes on the record.' },
  };
}

/** Definitions of what an operation works on, for one product: targets, specs and options, and the names of those of each form. */
export function subjectsOf(operation: Operation, product: Product) {
  const name = capitalized(product);
  const options = `${capitalized(operation)}${name}Options`;
  const definitions: Record<string, Words> = {
    [options]: { title: options, ...optionsWords(optionsSchema(), refusedOptions(operation, product)) },
  };
  const subjects = forms.map((form) => {
    const formed = formName(product, form);
    const target = `${formed}Target`;
    const spec = `${capitalized(operation)}${formed}Spec`;
    definitions[target] = { title: target, ...wordsOf(targetFormSchema(product, form)) };
    const words = specForm(operation, product, form);
    if (words) definitions[spec] = { title: spec, ...words };
    const use = specUses[operation];
    const needed = ['target', ...((form === 'byId' ? use.byId : use.forResource) === 'required' ? ['spec'] : [])];
    return { formed, fields: { target: ref(target), spec: words && ref(spec), options: ref(options) }, needed };
  });
  return { definitions, subjects };
}

/** JSON Schema of the one argument of an operation. */
export function operationDocument(operation: Operation): Words {
  const definitions: Record<string, Words> = { ...askingDefinitions() };
  const asking = { requestedBy: ref('RequestedBy'), reason: ref('Reason') };
  const titles = productNames.flatMap((product) => {
    const made = subjectsOf(operation, product);
    Object.assign(definitions, made.definitions);
    return made.subjects.map(({ formed, fields, needed }) => {
      const title = capitalized(operation) + formed;
      definitions[title] = object(title, { ...fields, ...asking }, [...needed, 'requestedBy']);
      return title;
    });
  });
  return { ...oneOf(titles), $defs: definitions };
}

/** Definitions of the targets of all products, and their names. */
export function targetWords() {
  const definitions: Record<string, Words> = {};
  const titles = productNames.flatMap((product) =>
    forms.map((form) => {
      const title = `${formName(product, form)}Target`;
      definitions[title] = { title, ...wordsOf(targetFormSchema(product, form)) };
      return title;
    }),
  );
  return { titles, definitions };
}
