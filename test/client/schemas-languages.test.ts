import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schemaDocuments } from '../../client/schemas/documents.js';
import { randomStream } from '../../simulator/control/random.js';
import { needs } from '../languages/needs.js';
import { goValidator, javaValidator, pythonValidator } from '../languages/validators.js';
import { type GeneratedInput, generatedInputs } from './fixtures/generated-inputs.js';

/** The JSON Schemas take exactly the inputs that the service takes, in the validators of four languages. */

const schemas = fileURLToPath(new URL('../../client/schemas/', import.meta.url));
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const inputs = generatedInputs(randomStream(seed), Number(process.env['INPUTS'] ?? 1_000));

/** The first run installs packages. */
const LONG_MS = 600_000;

let folder: string;
let file: string;
beforeAll(async () => {
  console.info(`SEED=${seed}`);
  folder = await mkdtemp(join(tmpdir(), 'flowlog-schemas-'));
  file = join(folder, 'inputs.jsonl');
  await writeFile(file, inputs.map(({ schema, value }) => `${JSON.stringify({ schema, value })}\n`).join(''));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Compares the verdicts of a validator, one character for each input, with those of the service. */
function expectAgreement(verdicts: string): void {
  expect(verdicts).toHaveLength(inputs.length);
  const differing = inputs.filter(({ isTaken }, index) => verdicts[index] !== (isTaken ? '1' : '0'));
  expect(differing.slice(0, 3).map(told), `${differing.length} differ`).toEqual([]);
}

const told = ({ schema, value, isTaken }: GeneratedInput) =>
  `${schema}: ${isTaken ? 'taken' : 'refused'} by the service: ${JSON.stringify(value)}`;

test('of the generated inputs the service takes some of every kind, and refuses some', () => {
  for (const { schema } of inputs)
    expect(new Set(inputs.filter((each) => each.schema === schema).map(({ isTaken }) => isTaken)).size, schema).toBe(2);
});

test('TypeScript: Ajv agrees with the service', () => {
  const validator = new Ajv2020({ validateFormats: false, strictTypes: false, strictRequired: false });
  for (const [name, document] of Object.entries(schemaDocuments()))
    validator.addSchema(JSON.parse(JSON.stringify(document)) as object, name);
  expectAgreement(inputs.map(({ schema, value }) => (validator.validate(schema, value) ? '1' : '0')).join(''));
});

(await needs('python'))(
  'Python: jsonschema agrees with the service',
  async ([python = '']) => {
    expectAgreement(await (await pythonValidator(python))([schemas, file], {}));
  },
  LONG_MS,
);

(await needs('go'))(
  'Go: santhosh-tekuri/jsonschema agrees with the service',
  async ([go = '']) => {
    expectAgreement(await (await goValidator(go))([schemas, file], {}));
  },
  LONG_MS,
);

(await needs('java'))(
  'Java: networknt agrees with the service',
  async ([javac = '', maven = '']) => {
    expectAgreement(await (await javaValidator(javac, maven))([schemas, file], {}));
  },
  LONG_MS,
);
