import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPackages } from '../../tools/build/packages.js';
import { expectExactlyOne } from './fixtures/judge.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, vpc } from './fixtures/targets.js';

/** The packages as others get them: packed, installed into an empty folder, and used by plain Node against a running service. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const tool = (name: string) => join(root, 'node_modules/.bin', name);
const MEGABYTE = 1024 * 1024;

let service: Service;
let folder: string;
let packed: Awaited<ReturnType<typeof buildPackages>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowlog-packages-'));
  // Not beside the service: the compiler holds this process for seconds, and connections would not be answered.
  packed = await buildPackages(folder);
  service = await startService({ simulator: { config: { progression: { mode: 'immediate' } } } });
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program in a folder as a caller of this service would, and returns what it printed. */
async function ran(cwd: string, command: string, args: readonly string[]): Promise<string> {
  const { TEMPORAL_ADDRESS = '', TEMPORAL_NAMESPACE = '', FLOWLOG_ACCOUNT_ID = '' } = service.env;
  const env = { ...process.env, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, FLOWLOG_ACCOUNT_ID };
  const { stdout } = await promisify(execFile)(command, args, { cwd, env });
  return stdout;
}

/** Installs a packed file into a new folder, from what npm has stored where it can. */
async function installed(name: string, file: string): Promise<string> {
  const app = join(folder, name);
  await mkdir(app);
  await writeFile(join(app, 'package.json'), '{ "name": "app", "version": "1.0.0" }\n');
  await ran(app, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', file]);
  return app;
}

/** Adds the types that programs for Node are written against. */
async function typesFor(app: string): Promise<void> {
  for (const name of ['@types/node', 'undici-types']) {
    await cp(join(root, 'node_modules', name), join(app, 'node_modules', name), { recursive: true });
  }
}

const programOf = (name: string, start: string) => `${start}
async function main() {
  const { client } = await connect();
  const flowLogs = new FlowLogs(client, { accounts: await accountsFromEnvironment() });
  const target = ${JSON.stringify(vpc.target(name))};
  const spec = ${JSON.stringify({ destination })};
  const operation = await flowLogs.enable({ target, spec, requestedBy: 'caller' });
  console.log((await operation.result()).outcome);
  await client.connection.close();
}
main();
`;
const imports = `import { FlowLogs, accountsFromEnvironment, connect } from 'flowlog-client';`;

/** Bytes of everything below a folder, and the number of packages in it. */
async function weigh(modules: string): Promise<{ bytes: number; packages: number }> {
  const entries = await readdir(modules, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const isPackage = (file: string) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file);
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), packages: files.filter(isPackage).length };
}

describe('flowlog-client', () => {
  let app: string;
  beforeAll(async () => (app = await installed('app', packed['flowlog-client'])));

  test('is small: at most 2 MB packed, 60 MB and 60 packages installed, without worker and database', async () => {
    const { size } = await stat(packed['flowlog-client']);
    const { bytes, packages } = await weigh(join(app, 'node_modules'));
    console.info(`flowlog-client: ${size} bytes packed, ${bytes} installed, ${packages} packages`);
    expect(size).toBeLessThan(2 * MEGABYTE);
    expect(bytes).toBeLessThan(60 * MEGABYTE);
    expect(packages).toBeLessThanOrEqual(60);
    expect(await readdir(join(app, 'node_modules/@temporalio'))).not.toContain('core-bridge');
    expect(await readdir(join(app, 'node_modules'))).not.toContain('pg');
  });

  test.each([
    { file: 'app.mjs', start: imports },
    { file: 'app.cjs', start: `const { FlowLogs, accountsFromEnvironment, connect } = require('flowlog-client');` },
  ])('enables a flow log from $file under plain node', async ({ file, start }) => {
    const name = file.replace('.', '-');
    await writeFile(join(app, file), programOf(name, start));
    expect(await ran(app, process.execPath, [file])).toBe('created\n');
    expectExactlyOne(service, vpc, name);
  });

  test('is used by a strict TypeScript program that checks the declarations of its packages', async () => {
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      module: 'nodenext',
      target: 'es2023',
      types: [],
      skipLibCheck: false,
      declaration: false,
      outDir: 'built',
    };
    await typesFor(app);
    await writeFile(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['strict.mts'] }));
    const report = `import type { OperationReport } from 'flowlog-client';\nexport type Outcome = OperationReport['outcome'];`;
    // Where the declarations let a misspelt field through, the compiler says that nothing was to be expected here.
    const wrong = `export const wrong = (flowLogs: FlowLogs) =>
  // @ts-expect-error
  flowLogs.enable({ target: { product: 'vpc', resource: { type: 'VPC', id: 'vpc-1' } }, requestedby: 'caller' });`;
    const program = programOf('strict-ts', `/// <reference types="node" />\n${imports}\n${report}\n${wrong}`);
    await writeFile(join(app, 'strict.mts'), program);
    await ran(app, process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
    expect(await ran(app, process.execPath, ['built/strict.mjs'])).toBe('created\n');
  }, 120_000);

  test('is what the example of a service is built on', async () => {
    const example = join(folder, 'example');
    await cp(join(root, 'examples/service'), example, { recursive: true });
    await ran(example, 'npm', [
      'install',
      '--omit=dev',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      packed['flowlog-client'],
    ]);
    await typesFor(example);
    await ran(example, process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
    const [name, other] = ['example', 'example-two'];
    const told = await ran(example, process.execPath, ['built/main.js', vpc.resource(name), vpc.resource(other)]);
    expect(told.trim().split('\n').sort()).toEqual(
      [name, other].map((each) => `${vpc.resource(each)}: created`).sort(),
    );
    for (const each of [name, other]) expectExactlyOne(service, vpc, each);
  });

  test('brings the JSON Schemas, and passes the checks of packages', async () => {
    const schemas = await readdir(join(app, 'node_modules/flowlog-client/schemas'));
    expect(schemas).toContain('enableFlowLog.schema.json');
    expect(await ran(root, tool('publint'), [join(folder, 'flowlog-client')])).toContain('All good!');
    expect(await ran(root, tool('attw'), [packed['flowlog-client'], '--profile', 'esm-only'])).toContain('🟢');
  });
});

describe('flowlog', () => {
  test('is installed for everybody, and works from another folder', async () => {
    const prefix = join(folder, 'prefix');
    await ran(folder, 'npm', ['install', '-g', '--prefix', prefix, '--no-audit', '--no-fund', '--prefer-offline', packed.flowlog]); // prettier-ignore
    const command = join(prefix, 'bin/flowlog');
    expect(await ran(tmpdir(), command, ['--version'])).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
    expect(await ran(tmpdir(), command, ['enable', '--help'])).toContain('Usage: flowlog enable');
    const { region } = vpc.target('by-command');
    const place = ['--region', String(region)];
    const spec = ['--project', destination.project, '--log-store', destination.logStore];
    const enabled = await ran(tmpdir(), command, ['enable', vpc.resource('by-command'), ...place, ...spec, '--wait', '--json']); // prettier-ignore
    expect(enabled).toContain('"created"');
    expect(await ran(tmpdir(), command, ['status', vpc.resource('by-command'), ...place])).toContain('Active');
    expectExactlyOne(service, vpc, 'by-command');
    expect(await ran(tmpdir(), command, ['completion', 'bash'])).toContain('complete -o default -F _flowlog flowlog');
    expect(await ran(tmpdir(), command, ['__complete', '--', 'bulk', 'st'])).toBe('status\n');
    expect(await ran(tmpdir(), command, ['__complete', '--', 'enable', '--region', 'cn-bei'])).toContain(
      'cn-beijing\n',
    );
    expect(await readFile(join(prefix, 'lib/node_modules/flowlog/man/flowlog.1'), 'utf8')).toContain(
      '.SS flowlog bulk status <bulk>',
    );
    const notices = await readFile(join(prefix, 'lib/node_modules/flowlog/NOTICES.md'), 'utf8');
    expect(notices).toMatch(/^## @grpc\/grpc-js \S+, Apache-2\.0$(?=[\s\S]*^## zod \S+, MIT\n\nMIT License$)/m);
    expect(await ran(root, tool('publint'), [join(folder, 'flowlog')])).toContain('All good!');
  });
});
