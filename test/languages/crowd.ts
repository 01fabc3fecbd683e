import { fileURLToPath } from 'node:url';
import { type Program, goProgram, javaProgram, pythonProgram } from './programs.js';
import { toolchainOf } from './toolchain.js';

/** Programs that are many callers at once: each takes their number and the ids of VPCs, and prints how each of them ended. */

const sources = { folder: fileURLToPath(new URL('crowd/', import.meta.url)), name: 'crowd' };

export interface CrowdProgram {
  readonly language: string;
  readonly run: Program;
}

const builders = {
  python: async ([python = '']: readonly string[]) => (await pythonProgram(python, sources))('crowd.py'),
  go: ([go = '']: readonly string[]) => goProgram(go, sources),
  java: ([javac = '', maven = '']: readonly string[]) => javaProgram(javac, maven, sources, 'Crowd'),
} as const;

/** One program for each language. @throws Error where a language is missing, naming it */
export function crowdPrograms(): Promise<readonly CrowdProgram[]> {
  return Promise.all(
    (['python', 'go', 'java'] as const).map(async (language) => {
      const toolchain = await toolchainOf(language);
      if ('missing' in toolchain) throw new Error(`the campaign ${toolchain.missing}`);
      return { language, run: await builders[language](toolchain.commands) };
    }),
  );
}
