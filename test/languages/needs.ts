import { test } from 'vitest';
import { type Language, toolchainOf } from './toolchain.js';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test was not run; `npm test` says it at its end. */
    notRun?: string;
  }
}

/** Adds a test that is given the commands of its language. */
export type LanguageTest = (
  name: string,
  run: (commands: readonly string[]) => Promise<void>,
  timeoutMs?: number,
) => void;

/**
 * Defines tests that run a program in another language: `const withGo = await needs('go'); withGo('…', async ([go]) => …)`. If the language is
 * missing, the test is not run and `npm test` says so; with `CI=true` it fails, because a note in its output would not be read.
 */
export async function needs(
  language: Language,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<LanguageTest> {
  const toolchain = await toolchainOf(language, env);
  return (name, run, timeoutMs = 120_000) =>
    test(name, { timeout: timeoutMs }, async (context) => {
      if ('commands' in toolchain) return run(toolchain.commands);
      if (isRequired(env)) throw new Error(`With CI=true a test is not left out. It ${toolchain.missing}`);
      context.task.meta.notRun = toolchain.missing;
      context.skip(toolchain.missing);
    });
}

/** Build servers set `CI`, and `.ci/run` does. */
const isRequired = ({ CI }: Readonly<Record<string, string | undefined>>): boolean =>
  CI !== undefined && !['', '0', 'false'].includes(CI);
