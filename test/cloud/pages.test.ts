import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { errorsPage, ramPage } from './fixtures/pages.js';

const page = (name: string): string => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));

it.each([
  { name: 'errors.md', text: errorsPage() },
  { name: 'ram.md', text: ramPage() },
])('docs/$name says what the tables say', async ({ name, text }) => {
  const style = await resolveConfig(page(name));
  await expect(await format(text, { ...style, parser: 'markdown' })).toMatchFileSnapshot(page(name));
});
