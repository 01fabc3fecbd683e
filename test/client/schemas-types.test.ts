import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JSONSchema, compile } from 'json-schema-to-typescript';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { schemaDocuments } from '../../client/schemas/documents.js';
import { root } from '../pure/fixtures/source-tree.js';

/** Types that a generator makes of the JSON Schemas: what a program in TypeScript without our client works with. */

const compiled = async () => {
  const documents = Object.entries(schemaDocuments()).map(async ([name, document]) => {
    const schema = JSON.parse(JSON.stringify(document)) as JSONSchema;
    return [name, await compile(schema, '', { bannerComment: '', format: false })] as const;
  });
  return Object.fromEntries(await Promise.all(documents));
};

/** Right and wrong programs: the compiler refuses each line that says so, and nothing else. */
const program = `
import type { EnableFlowLog, EnableVpc } from './enableFlowLog.js';
import type { DeleteFlowLog } from './deleteFlowLog.js';
import type { BulkFlowLogs } from './bulkFlowLogs.js';
import type { OperationReport } from './operationReport.js';
const vpc = { product: 'vpc', accountId: '1', region: 'r', resource: { type: 'VPC', id: 'vpc-1' } } as const;
const spec = { destination: { project: 'netlogs', logStore: 'flow' } };
export const one: EnableVpc = { target: vpc, spec, requestedBy: 'network-team' };
export const any: EnableFlowLog = one;
// @ts-expect-error -- a resource needs a spec
export const noSpec: EnableFlowLog = { target: vpc, requestedBy: 'network-team' };
// @ts-expect-error -- this product has no such field
export const foreign: EnableVpc = { target: vpc, spec: { ...spec, samplingRate: '1:1024' }, requestedBy: 'x' };
// @ts-expect-error -- an operation that takes no spec
export const unwanted: DeleteFlowLog = { target: vpc, spec, requestedBy: 'network-team' };
export const bulk: BulkFlowLogs = { operation: 'enable', items: [{ target: vpc, spec }], requestedBy: 'x' };
// @ts-expect-error -- no such operation
export const strange: BulkFlowLogs = { operation: 'paint', items: [{ target: vpc, spec }], requestedBy: 'x' };
export const idOf = (report: OperationReport): string | undefined => report.flowLogId;
`;

test('a generator makes types of every JSON Schema, whose branches have names, and the compiler takes what the schemas take', async () => {
  const sources = await compiled();
  expect(sources['enableFlowLog.schema.json']).toMatch(
    /export type EnableFlowLog = \(EnableVpc \| EnableVpcById \| EnableCen \| EnableCenById \| EnableEcr \| EnableEcrById\)/,
  );
  expect(sources['bulkFlowLogs.schema.json']).toMatch(
    /export type BulkFlowLogs = \(EnableBulk \| DisableBulk \| ModifyBulk \| DeleteBulk\)/,
  );
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-types-'));
  try {
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    for (const [name, source] of Object.entries(sources))
      await writeFile(join(folder, name.replace('.schema.json', '.ts')), source);
    await writeFile(join(folder, 'program.ts'), program);
    const names = [...Object.keys(sources).map((name) => name.replace('.schema.json', '.ts')), 'program.ts'];
    const made = ts.createProgram(
      names.map((name) => join(folder, name)),
      { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, types: [] },
    );
    const problems = ts
      .getPreEmitDiagnostics(made)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(problems).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
