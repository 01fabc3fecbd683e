import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { outlineOf } from '../../client/cli/outline.js';
import { createProgram } from '../../client/cli/program.js';
import type { Session } from '../../client/cli/session.js';
import { bundledRequire, convertersInside } from './converters.js';
import { writeDeclarations } from './declarations.js';
import { manPage } from './man.js';
import { noticesOf } from './notices.js';
import { protosInUse } from './protos.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Differences between the packages that others install. */
/** Place of the program in the package of the command. */
const commandProgram = 'bin/flowlog.mjs';

interface Package {
  readonly name: 'flowlog-client' | 'flowlog';
  readonly description: string;
  /** The module that is bundled with all of ours that it imports. */
  readonly entry: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Packages that only a part of it needs, and that may be left out. Where this is given, all others are bundled with it. */
  readonly optional?: readonly string[];
}

const packages: readonly Package[] = [
  {
    name: 'flowlog-client',
    description: 'Ask the flow log service from a TypeScript or JavaScript program, and follow what it does.',
    entry: 'client/index.ts',
    fields: {
      main: './lib/index.js',
      types: './types/client/index.d.ts',
      exports: {
        '.': { types: './types/client/index.d.ts', default: './lib/index.js' },
        './schemas/*': './schemas/*',
        './package.json': './package.json',
      },
    },
  },
  {
    name: 'flowlog',
    description: 'The command line of the flow log service.',
    entry: 'client/cli/quick.ts',
    fields: {
      bin: { flowlog: commandProgram },
      man: 'man/flowlog.1',
      exports: { './package.json': './package.json' },
    },
    // Reading the ledger needs a database; asking the service does not. The other packages are read sooner from a few files than from hundreds.
    optional: ['pg', 'node-pg-migrate'],
  },
];

/** Fields of our own package.json that the packages take over. */
interface OwnPackageFields {
  readonly version: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * Makes `flowlog-client` and `flowlog` as folders and packs each as `<name>-<version>.tgz`.
 * @param folder gets both; what is in it stays, the two excepted
 * @returns paths of the packed files, by package
 */
export async function buildPackages(folder: string): Promise<Readonly<Record<Package['name'], string>>> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as OwnPackageFields;
  const packed = await Promise.all(packages.map((wanted) => buildPackage(wanted, manifest, folder)));
  return Object.fromEntries(packed) as Record<Package['name'], string>;
}

/**
 * Makes the folder of the command alone, without packing it: for those who start it from beside the packages of this repository.
 * @returns path of the program
 */
export async function buildCommand(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as OwnPackageFields;
  const wanted = packages.find(({ name }) => name === 'flowlog')!;
  await rm(folder, { recursive: true, force: true });
  const { notices } = await bundle(wanted, manifest, join(folder, 'lib'));
  await addCommandParts(folder, notices);
  return join(folder, commandProgram);
}

async function buildPackage(wanted: Package, manifest: OwnPackageFields, parent: string): Promise<[string, string]> {
  const folder = join(parent, wanted.name);
  await rm(folder, { recursive: true, force: true });
  const { needed, notices } = await bundle(wanted, manifest, join(folder, 'lib'));
  await cp(join(root, 'tools/build/readme', `${wanted.name}.md`), join(folder, 'README.md'));
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  if (wanted.name === 'flowlog-client') await addClientParts(folder);
  else await addCommandParts(folder, notices);
  const { optional = [] } = wanted;
  // The client's converters ask for `common` by name.
  const dependencies = [...needed, ...(wanted.optional ? [] : ['@temporalio/common'])].sort();
  await writeJson(join(folder, 'package.json'), {
    name: wanted.name,
    version: manifest.version,
    description: wanted.description,
    license: manifest.license,
    type: 'module',
    engines: manifest.engines,
    ...wanted.fields,
    dependencies: pinned(
      dependencies.filter((name) => !optional.includes(name)),
      manifest,
    ),
    ...(optional.length > 0 && { optionalDependencies: pinned(optional, manifest) }),
  });
  return [wanted.name, await pack(folder, parent)];
}

/** @returns names of the packages that the bundle imports, and notices of those that it contains */
async function bundle(
  { entry, optional }: Package,
  { version }: OwnPackageFields,
  outdir: string,
): Promise<{ needed: ReadonlySet<string>; notices: string }> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    define: { BUNDLED_VERSION: JSON.stringify(version) },
    outdir,
    bundle: true,
    // Code that only some commands need is loaded only by them.
    splitting: true,
    ...(optional
      ? {
          external: [...optional],
          mainFields: ['module', 'main'],
          banner: { js: bundledRequire },
          plugins: [convertersInside, protosInUse],
        }
      : { packages: 'external' }),
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    metafile: true,
    logLevel: 'warning',
  });
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  return {
    needed: new Set(
      imported.filter(({ external, path }) => external && !isBuiltin(path)).map(({ path }) => packageOf(path)),
    ),
    notices: await noticesOf(root, Object.keys(metafile.inputs)),
  };
}

/** `@temporalio/common/lib/time.js` is of `@temporalio/common`. */
const packageOf = (path: string) =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');

function pinned(names: readonly string[], { dependencies }: OwnPackageFields): Record<string, string> {
  return Object.fromEntries(
    [...new Set(names)].map((name) => {
      const version = dependencies[name];
      if (version === undefined) throw new Error(`${name} is imported and no dependency of package.json`);
      return [name, version];
    }),
  );
}

async function addClientParts(folder: string): Promise<void> {
  // Loaded by its path, beside `lib` as it is beside `client` in the sources.
  await mkdir(join(folder, 'workflows'));
  await cp(join(root, 'workflows/data-converter.cjs'), join(folder, 'workflows/data-converter.cjs'));
  await writeDeclarations('client/index.ts', join(folder, 'types'));
  await mkdir(join(folder, 'schemas'));
  const schemas = (await readdir(join(root, 'client/schemas'))).filter((name) => name.endsWith('.json'));
  for (const name of schemas) await cp(join(root, 'client/schemas', name), join(folder, 'schemas', name));
}

async function addCommandParts(folder: string, notices: string): Promise<void> {
  await writeFile(join(folder, 'NOTICES.md'), notices);
  const outline = outlineOf(programWithoutService());
  await writeJson(join(folder, 'lib/outline.json'), outline);
  // `flowlog migrate` brings a database's schema to this release.
  for (const owner of ['audit', 'store'])
    await cp(join(root, owner, 'migrations'), join(folder, owner, 'migrations'), { recursive: true });
  await mkdir(join(folder, 'man'));
  await writeFile(join(folder, 'man/flowlog.1'), manPage(outline));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, commandProgram), `#!/usr/bin/env node\nimport '../lib/quick.js';\n`, { mode: 0o755 });
}

/** The command line of a process that does nothing with it. */
const programWithoutService = () =>
  createProgram({ surroundings: { stdout: process.stdout, stderr: process.stderr } } as unknown as Session);

const writeJson = (path: string, value: object) => writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);

async function pack(folder: string, into: string): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', into], { cwd: folder });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(into, filename);
}
