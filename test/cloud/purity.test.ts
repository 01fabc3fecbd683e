import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Files that workflows and clients read too: what they import, and what that imports, must run without Node. */
const pure = [
  'cloud/errors/cloud-error.ts',
  'cloud/effective-spec.ts',
  'cloud/errors/catalogue.ts',
  'cloud/products/fields.ts',
  'cloud/flow-log.ts',
  'cloud/errors/kind-rules.ts',
  'cloud/observation.ts',
  'cloud/ownership.ts',
  'cloud/lists/parse.ts',
  'cloud/products/products.ts',
  'cloud/spec.ts',
  'cloud/target.ts',
  'cloud/text.ts',
  'cloud/lists/wire.ts',
];

/** Packages that run anywhere. */
const allowed = new Set(['zod', '@noble/hashes/sha2.js', '@noble/hashes/utils.js']);

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(/^(?:import|export)(?! type)[^;]*? from '([^']+)';/gms);
  return [...statements].map(([, from]) => from ?? '');
}

function foreignImports(file: string, seen: Set<string>): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return importsOf(file).flatMap((from) =>
    from.startsWith('.')
      ? foreignImports(fileURLToPath(new URL(from.replace(/\.js$/, '.ts'), `file://${file}`)), seen)
      : [from],
  );
}

it.each(pure)('%s reaches nothing of Node, through whatever it imports', (path) => {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  expect(foreignImports(file, new Set()).filter((from) => !allowed.has(from))).toEqual([]);
});
