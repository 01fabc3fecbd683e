import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { schemaDocuments, reportSchema } from '../../client/schemas/documents.js';
import { report } from './cli-world.js';

const folder = new URL('../../client/schemas/', import.meta.url);

describe('the JSON Schemas for callers in other languages', () => {
  it('are current: run `npx tsx client/schemas/write.ts && npx prettier --write client/schemas`', async () => {
    for (const [name, document] of Object.entries(schemaDocuments())) {
      const kept: unknown = JSON.parse(await readFile(new URL(name, folder), 'utf8'));
      expect(kept, name).toEqual(JSON.parse(JSON.stringify(document)));
    }
  });

  it('hold no file that nothing makes any more', async () => {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.schema.json'));
    expect(files.sort()).toEqual(Object.keys(schemaDocuments()).sort());
  });

  it('describe the report that operations give', () => {
    expect(reportSchema.safeParse(report).error).toBeUndefined();
  });
});
