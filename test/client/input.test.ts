import { describe, expect, it } from 'vitest';
import type { Product } from '../../cloud/flow-log.js';
import { operations, type Operation } from '../../workflows/contract/operation.js';
import { parseOperationInput } from '../../workflows/contract/input.js';
import { operationDocument } from '../../client/schemas/operations.js';
import { altered, leastInput, wholeInput, type Form } from './fixtures/requests.js';

const productNames: readonly Product[] = ['vpc', 'cen', 'ecr'];
const forms: readonly Form[] = ['resource', 'by id'];

interface Wrong {
  readonly value: unknown;
  readonly reason: string;
}
const notText: Wrong[] = [
  { value: 7, reason: 'a number is no text' },
  { value: { a: 1 }, reason: 'an object is no text' },
];
const part: Wrong[] = [
  ...notText,
  { value: 'a/b', reason: 'a slash would make another key' },
  { value: '', reason: 'an empty part makes no key' },
  { value: 'x'.repeat(65), reason: 'longer than a part may be' },
];
const flag: Wrong[] = [
  { value: 'true', reason: 'a word is not a truth value' },
  { value: 1, reason: 'a number is not a truth value' },
];
const choice: Wrong[] = [
  { value: 'sometimes', reason: 'not one of the words' },
  { value: true, reason: 'not a word' },
];

/** Wrong values for each field of an input, at least two a field. A field of the schema without a row here fails the first test. */
const wrongValues: Readonly<Record<string, readonly Wrong[]>> = {
  target: [
    { value: 'vpc-1', reason: 'text is no target' },
    { value: null, reason: 'null is no target' },
    { value: undefined, reason: 'a target is required' },
  ],
  'target.product': [
    { value: 'oss', reason: 'no such product' },
    { value: 'VPC', reason: 'names are in lower case' },
    { value: undefined, reason: 'required' },
  ],
  'target.accountId': [
    { value: 'default', reason: 'a name is no uid' },
    { value: 1000000000000001, reason: 'a number is no uid: it would lose digits' },
    { value: '', reason: 'an empty uid' },
    { value: undefined, reason: 'required' },
  ],
  'target.region': [...part, { value: 'cn_hangzhou', reason: 'an underscore is in no region' }],
  'target.resource': [
    { value: 'vpc-1', reason: 'text is no resource' },
    { value: [], reason: 'a list is no resource' },
  ],
  'target.resource.type': [
    ...choice,
    { value: 'vpc', reason: 'the type is spelled VPC' },
    { value: undefined, reason: 'required' },
  ],
  'target.resource.id': part,
  'target.resource.cenId': part,
  'target.resource.transitRouterAttachmentId': part,
  'target.resource.transitRouterId': part,
  'target.resource.ecrId': part,
  'target.resource.instanceId': part,
  'target.flowLogId': part,
  'target.ecrId': part,
  spec: [
    { value: 'netlogs/flow', reason: 'text is no spec' },
    { value: [], reason: 'a list is no spec' },
  ],
  'spec.destination': [
    { value: 'netlogs/flow', reason: 'text is no destination' },
    { value: [], reason: 'a list is no destination' },
  ],
  'spec.destination.project': [
    ...notText,
    { value: 'Net', reason: 'capital letters' },
    { value: 'ab', reason: 'too short' },
    { value: '-net', reason: 'begins with a hyphen' },
    { value: 'net{project}', reason: 'no such template' },
  ],
  'spec.destination.logStore': [
    ...notText,
    { value: 'Flow Logs', reason: 'a space' },
    { value: 'a'.repeat(64), reason: 'too long' },
  ],
  'spec.destination.region': part,
  'spec.name': [
    ...notText,
    { value: 'http://x', reason: 'poses as an address' },
    { value: 'a'.repeat(129), reason: 'too long' },
  ],
  'spec.description': [
    ...notText,
    { value: 'https://x', reason: 'poses as an address' },
    { value: 'a'.repeat(257), reason: 'too long' },
  ],
  'spec.aggregationIntervalSeconds': [
    { value: 10, reason: 'minutes of the old kind' },
    { value: '600', reason: 'text' },
    { value: 601, reason: 'not an allowed interval' },
  ],
  'spec.trafficType': [...choice, { value: 'all', reason: 'spelled All' }],
  'spec.trafficPath': [
    { value: 'all', reason: 'not a list' },
    { value: [], reason: 'an empty list asks for nothing' },
    { value: ['all', 'all'], reason: 'the same twice' },
    { value: Array.from({ length: 21 }, () => 'all'), reason: 'more than 20' },
  ],
  'spec.ipVersion': [...notText, { value: 'IP v4', reason: 'a space' }],
  'spec.logFormat': [
    ...notText,
    { value: '${bytes}', reason: 'must begin with source, destination and bytes' },
    { value: `\${srcaddr}\${dstaddr}\${bytes}${'x'.repeat(1000)}`, reason: 'too long' },
  ],
  'spec.samplingRate': [...choice, { value: '1:1', reason: 'not an offered rate' }],
  'spec.tags': [
    { value: ['env'], reason: 'a list' },
    { value: 'env=prod', reason: 'text' },
    { value: Object.fromEntries(Array.from({ length: 19 }, (_, n) => [`k${n}`, ''])), reason: 'two are ours' },
  ],
  'spec.resourceGroupId': [...notText, { value: '', reason: 'empty' }],
  requestedBy: [
    ...notText,
    { value: '', reason: 'nobody' },
    { value: undefined, reason: 'required' },
    { value: 'a'.repeat(257), reason: 'too long' },
  ],
  reason: [...notText, { value: '', reason: 'empty' }, { value: 'a'.repeat(1025), reason: 'too long' }],
  options: [
    { value: 'adopt', reason: 'text' },
    { value: [], reason: 'a list' },
  ],
  'options.adopt': flag,
  'options.onExisting': choice,
  'options.surplus': choice,
  'options.requireDelivery': flag,
  'options.rollback': flag,
  'options.openService': flag,
  'options.takeOver': flag,
  'options.deadlineMs': [
    { value: 0, reason: 'no time at all' },
    { value: 1.5, reason: 'not whole' },
    { value: '30m', reason: 'text' },
    { value: 8 * 24 * 3_600_000, reason: 'longer than a week' },
  ],
};

type JsonSchema = {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
};

/** Paths of every field a JSON Schema speaks of. */
function fieldsOf(root: JsonSchema): Set<string> {
  const paths = new Set<string>();
  const visit = (schema: JsonSchema, path: string): void => {
    const target = schema.$ref ? root.$defs?.[schema.$ref.replace('#/$defs/', '')] : undefined;
    for (const inner of [target, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])])
      if (inner) visit(inner, path);
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const below = path ? `${path}.${name}` : name;
      paths.add(below);
      visit(property, below);
    }
  };
  visit(root, '');
  return paths;
}

const problemsOf = (operation: Operation, input: unknown) => {
  const parsed = parseOperationInput(operation, input);
  return 'problems' in parsed ? parsed.problems : [];
};

const valueAt = (input: Record<string, unknown>, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], input);

const everyInput = operations.flatMap((operation) =>
  productNames.flatMap((product) => forms.map((form) => ({ operation, product, form }))),
);

describe('the input of an operation', () => {
  it('has at least two wrong values on the table for every field of every schema', () => {
    const fields = operations.flatMap((operation) => [...fieldsOf(operationDocument(operation) as JsonSchema)]);
    const thin = [...new Set(fields)].filter((field) => (wrongValues[field]?.length ?? 0) < 2);
    expect(thin).toEqual([]);
  });

  it.each(everyInput)(
    'is accepted whole and at its least: $operation $product $form',
    ({ operation, product, form }) => {
      expect(problemsOf(operation, wholeInput(operation, product, form))).toEqual([]);
      expect(problemsOf(operation, leastInput(operation, product, form))).toEqual([]);
    },
  );

  it.each(everyInput)(
    'is refused with the path of the wrong field: $operation $product $form',
    ({ operation, product, form }) => {
      const whole = wholeInput(operation, product, form);
      let tried = 0;
      for (const [field, wrongs] of Object.entries(wrongValues)) {
        if (valueAt(whole, field) === undefined) continue;
        for (const { value, reason } of wrongs) {
          const problems = problemsOf(operation, altered(whole, field.split('.'), value));
          const paths = problems.map(({ path }) => path);
          expect(paths, `${field} = ${JSON.stringify(value)}: ${reason}`).toContainEqual(
            expect.stringMatching(new RegExp(`^${field.replaceAll('.', '\\.')}`)),
          );
          tried++;
        }
      }
      expect(tried).toBeGreaterThan(20);
    },
  );

  it.each(everyInput)(
    'is refused with an unknown field at any depth: $operation $product $form',
    ({ operation, product, form }) => {
      const whole = wholeInput(operation, product, form);
      const places = ['', 'target', 'target.resource', 'spec', 'spec.destination', 'options'];
      for (const place of places.filter((at) => at === '' || valueAt(whole, at) !== undefined)) {
        const path = place ? `${place}.surprise` : 'surprise';
        const problems = problemsOf(operation, altered(whole, path.split('.'), 'x'));
        expect(problems.map((problem) => problem.path)).toEqual([path]);
      }
    },
  );

  it('tells everything that is wrong at once, each with its value', () => {
    const problems = problemsOf('enable', {
      target: { product: 'vpc', accountId: 'me', region: 'cn hangzhou', resource: { type: 'Vpc', id: 'vpc-1' } },
      spec: { destination: { project: 'P' }, aggregationIntervalSeconds: 7 },
      options: { adopt: 'yes', requireDelivery: true },
      surprise: 1,
    });
    expect(problems.map(({ path }) => path).sort()).toEqual([
      'options.adopt',
      'requestedBy',
      'spec.aggregationIntervalSeconds',
      'spec.destination.logStore',
      'spec.destination.project',
      'surprise',
      'target.accountId',
      'target.region',
      'target.resource.type',
    ]);
    expect(problems.find(({ path }) => path === 'spec.aggregationIntervalSeconds')?.message).toMatch(/^7: /);
  });

  it.each([null, 'enable', 7, [], undefined])('is refused when it is no object: %j', (input) => {
    expect(problemsOf('enable', input).length).toBeGreaterThan(0);
  });
});
