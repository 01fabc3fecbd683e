import { fileURLToPath } from 'node:url';
import { type Program, goProgram, javaProgram, pythonProgram } from './programs.js';

/** Validators of JSON Schemas in other languages. Each prints one character for each input: `1` where its schema takes it. */

const sources = { folder: fileURLToPath(new URL('schemas/', import.meta.url)), name: 'schemas' };

export const pythonValidator = async (python: string): Promise<Program> =>
  (await pythonProgram(python, sources))('validate.py');

export const goValidator = (go: string): Promise<Program> => goProgram(go, sources);

export const javaValidator = (javac: string, maven: string): Promise<Program> =>
  javaProgram(javac, maven, sources, 'Validate');
