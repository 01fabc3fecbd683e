import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npx tsx test/profile/names.ts BEFORE.json AFTER.json`: which tests are gone and which are new between two states of the suite, each
 * told by `vitest list --json=FILE` or by Vitest's JSON report. Ends with 1 where a test is gone.
 */

/** An entry of `vitest list --json`. */
interface Listed {
  readonly name: string;
  readonly file: string;
}

/** The part of Vitest's JSON report that names tests. */
interface Reported {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly ancestorTitles: readonly string[]; readonly title: string }[];
  }[];
}

/** Difference between two states of the suite; a name that stands twice in one file counts twice. */
export interface Difference {
  readonly before: number;
  readonly after: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Names of all tests with their files, of whatever clone they come from; the seed of a random test is no part of its name. */
export function namesIn(told: readonly Listed[] | Reported): string[] {
  const tests =
    'testResults' in told
      ? told.testResults.flatMap(({ name: file, assertionResults }) =>
          assertionResults.map(({ ancestorTitles, title }) => ({ file, name: [...ancestorTitles, title].join(' > ') })),
        )
      : told;
  return tests.map(({ file, name }) => `${file.replace(/^.*\/(?=test\/)/, '')}: ${name.replace(/seed -?\d+/, 'seed')}`);
}

/** Compares two states by name. */
export function difference(before: readonly string[], after: readonly string[]): Difference {
  return {
    before: before.length,
    after: after.length,
    removed: without(before, after),
    added: without(after, before),
  };
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const name of others) left.set(name, (left.get(name) ?? 0) + 1);
  return names
    .filter((name) => {
      const count = left.get(name) ?? 0;
      left.set(name, count - 1);
      return count <= 0;
    })
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [before, after] = process.argv.slice(2);
  if (before === undefined || after === undefined) {
    console.error(`usage: npx tsx ${relative(process.cwd(), process.argv[1])} BEFORE.json AFTER.json`);
    process.exit(2);
  }
  const read = async (file: string) =>
    namesIn(JSON.parse(await readFile(file, 'utf8')) as readonly Listed[] | Reported);
  const found = difference(await read(before), await read(after));
  console.log(`${found.before} tests before, ${found.after} after`);
  for (const key of ['removed', 'added'] as const)
    console.log([`${key}: ${found[key].length}`, ...found[key].map((name) => `  ${name}`)].join('\n'));
  process.exitCode = found.removed.length > 0 ? 1 : 0;
}
