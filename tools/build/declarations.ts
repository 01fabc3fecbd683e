import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Stands for the types of Temporal's SDK: those of the SDK do not compile in every strict program, and a program that connects by
 * `connect` need not know them. A `Client` of the SDK is one of these.
 */
const temporalTypes = `/** A client of Temporal, as \`connect\` makes it, or \`Client\` of \`@temporalio/client\`. */
export interface Client {
  readonly connection: { close(): Promise<void> };
}
/** Options of \`Connection.connect\` of \`@temporalio/client\`. */
export type ConnectionOptions = object;
`;

/** Names of the SDK that our public declarations may speak of. */
const known = ['Client', 'ConnectionOptions'];

/**
 * Writes declarations of a module and of all of ours that it names, file for file.
 * @param entry path from the root
 * @param outdir gets them in the folders of the sources
 * @throws Error where a declaration speaks of a type of Temporal's SDK that {@link temporalTypes} does not have
 */
export async function writeDeclarations(entry: string, outdir: string): Promise<void> {
  const emitted = declarationsOf(entry);
  const wanted = new Map<string, string>();
  const add = (path: string): void => {
    const text = emitted.get(path);
    if (wanted.has(path) || text === undefined) return;
    wanted.set(path, withoutSdk(path, text));
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
      if (fileName.startsWith('.')) add(join(dirname(path), fileName.replace(/\.js$/, '.d.ts')));
    }
  };
  add(entry.replace(/\.ts$/, '.d.ts'));
  wanted.set('temporal.d.ts', temporalTypes);
  for (const [path, text] of wanted) {
    await mkdir(dirname(join(outdir, path)), { recursive: true });
    await writeFile(join(outdir, path), text);
  }
}

/** Declarations by path from the root, before anything is left out. */
function declarationsOf(entry: string): ReadonlyMap<string, string> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const options = ts.convertCompilerOptionsFromJson(config.compilerOptions, root).options;
  // Only for builds that go on from the last one.
  delete options.tsBuildInfoFile;
  const program = ts.createProgram([join(root, entry)], {
    ...options,
    noEmit: false,
    incremental: false,
    declaration: true,
    emitDeclarationOnly: true,
    // Exports marked `@internal` need no declaration, nor do the types that only they name.
    stripInternal: true,
    rootDir: root,
  });
  const emitted = new Map<string, string>();
  program.emit(undefined, (path, text) => emitted.set(relative(root, path), text), undefined, true);
  return emitted;
}

const sdkImport = /import (?:type )?\{([^}]*)\} from '@temporalio\/[^']*';/g;

function withoutSdk(path: string, text: string): string {
  const local = join(relative(dirname(path), '.'), 'temporal.js');
  return text.replace(sdkImport, (_, names: string) => {
    const unknown = names
      .split(',')
      .map((name) => name.replace('type ', '').trim())
      .filter((name) => !known.includes(name));
    if (unknown.length > 0)
      throw new Error(`${path} speaks of ${unknown.join(', ')} of Temporal's SDK: mark it @internal`);
    return `import type {${names.replaceAll('type ', '')}} from '${local.startsWith('.') ? local : `./${local}`}';`;
  });
}
