import { writeFile } from 'node:fs/promises';
import { schemaDocuments } from './documents.js';

/**
 * Writes the JSON Schemas beside this file: `npx tsx client/schemas/write.ts && npx prettier --write client/schemas`.
 * A test fails when they are not current.
 */
for (const [name, document] of Object.entries(schemaDocuments()))
  await writeFile(new URL(name, import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
