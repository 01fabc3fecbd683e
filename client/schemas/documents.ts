import type { z } from 'zod';
import { manyWorkflowTypes } from '../../workflows/contract/bulk.js';
import { listDoubtsSchema, resolveDoubtsForms, resolveDoubtsSchema } from '../../workflows/contract/doubt-input.js';
import { doubtWorkflowTypes } from '../../workflows/contract/doubts.js';
import { operations, readWorkflowTypes, workflowTypes } from '../../workflows/contract/operation.js';
import { inspectBulksSchema, inspectSchema, readRowsSchema } from '../../workflows/contract/read-input.js';
import { answers } from './answers.js';
import { askedSchema, changedLimitsSchema, wordSchema } from '../../workflows/contract/word-input.js';
import { bulkDocument, discoverDocument, manifestPageDocument, planDocument } from './many.js';
import { operationDocument, targetWords } from './operations.js';
import { type Words, answerWords, oneOf, wordsOf } from './words.js';

/** Rules of inputs that JSON Schema has no words for. */
const beyond =
  'Checked beside it: the length of the workflow id (255 bytes), what a template in a destination becomes, the number of values in all ' +
  '(100,000), that no text holds half a surrogate pair, and that no field and no tag has the name __proto__.';

/** The target of an inspection, in either form; that it is of the same account is checked beside it. */
function inspectWords(): Words {
  const words = wordsOf(inspectSchema()) as { readonly properties: Readonly<Record<string, Words>> };
  const { titles, definitions } = targetWords();
  return { ...words, properties: { ...words.properties, target: oneOf(titles) }, $defs: definitions };
}

/** A change of a bulk's limits changes one of them at least. */
const limitForms: readonly Words[] = ['window', 'failureBudget'].map((name) => ({ required: [name] }));

/** Arguments of updates: whose each is, and its words. */
export const updateArguments: Readonly<Record<string, readonly [of: string, words: Words]>> = {
  askedRequest: [
    'update request; its input is the argument of the workflow that it starts or joins',
    { ...wordsOf(askedSchema()), required: ['operation', 'input'] },
  ],
  callerWord: ['updates cancel, pause, resume, approve and reject', wordsOf(wordSchema())],
  changedLimits: ['update change', { ...wordsOf(changedLimitsSchema()), anyOf: limitForms }],
};

/** Every JSON Schema that is kept beside this file, by file name. */
export function schemaDocuments(): Record<string, unknown> {
  const document = (title: string, description: string, words: Words) => ({
    title,
    description,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...words,
  });
  const argument = (type: string, words: Words) =>
    [`${type}.schema.json`, document(type, `The one argument of the workflow ${type}. ${beyond}`, words)] as const;
  const word = (title: string, of: string, words: Words) =>
    [`${title}.schema.json`, document(title, `The one argument of the ${of}.`, words)] as const;
  const answer = (title: string, description: string, schema: z.ZodType) =>
    [`${title}.schema.json`, document(title, description, answerWords(schema))] as const;
  return Object.fromEntries([
    ...operations.map((operation) => argument(workflowTypes[operation], operationDocument(operation))),
    argument(manyWorkflowTypes.bulk, bulkDocument()),
    argument(manyWorkflowTypes.plan, planDocument()),
    argument(manyWorkflowTypes.discover, discoverDocument()),
    argument(manyWorkflowTypes.storeManifest, manifestPageDocument()),
    argument(manyWorkflowTypes.readRows, wordsOf(readRowsSchema())),
    argument(manyWorkflowTypes.inspectBulks, wordsOf(inspectBulksSchema())),
    argument(readWorkflowTypes.inspect, inspectWords()),
    argument(doubtWorkflowTypes.list, wordsOf(listDoubtsSchema())),
    argument(doubtWorkflowTypes.resolve, { ...wordsOf(resolveDoubtsSchema()), oneOf: resolveDoubtsForms }),
    ...Object.entries(updateArguments).map(([title, [of, words]]) => word(title, of, words)),
    ...Object.entries(answers).map(([title, [description, schema]]) => answer(title, description, schema)),
  ]);
}
