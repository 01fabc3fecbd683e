import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** Global variable in which the bundle keeps the converters of payloads and failures for {@link bundledRequire}. */
const kept = `globalThis[Symbol.for('flowlog.converters')]`;

/**
 * Put before each file of a bundle. Packages in CommonJS still ask for modules of Node by `require`, and Temporal's SDK loads our
 * converters by their path: a bundle has them inside, and a second copy of the SDK would come with the file. The bundler
 * does not see these lines, so their names begin with two underscores: that of a function in a bundled module would be declared twice.
 */
export const bundledRequire = `
import { createRequire as __requireFrom } from 'node:module';
import { dirname as __folderOf } from 'node:path';
import { fileURLToPath as __pathOfUrl } from 'node:url';
const __filename = __pathOfUrl(import.meta.url);
const __dirname = __folderOf(__filename);
const __requireOfNode = __requireFrom(import.meta.url);
const require = Object.assign(
  (id) => (/[\\\\/]workflows[\\\\/]data-converter\\.cjs$/.test(id) ? ${kept} : __requireOfNode(id)),
  __requireOfNode,
);`;

/** Takes the converters into the bundle, with the module that names their path. */
export const convertersInside: Plugin = {
  name: 'converters-inside',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]client[\\/]connection\.ts$/ }, async ({ path }) => ({
      contents: `import convertersInBundle from '../workflows/data-converter.cjs';\n${kept} = convertersInBundle;\n${await readFile(path, 'utf8')}`,
      loader: 'ts',
    }));
  },
};
