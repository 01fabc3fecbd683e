import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Profile } from './summary.js';

/** `npx tsx test/profile/record.ts`: keeps what the last whole `npm test` took, file by file, for the order of the next. */

const LEAST_MS = 2_000;

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const profile = JSON.parse(
  await readFile(path('../../node_modules/.cache/flowlog-tests/profile.json'), 'utf8'),
) as Profile;
const seconds = profile.files
  .filter(({ wallMs }) => wallMs >= LEAST_MS)
  .map(({ file, wallMs }) => [file, Math.round(wallMs / 1000)] as const);
await writeFile(path('./seconds.json'), `${JSON.stringify(Object.fromEntries(seconds), undefined, 2)}\n`);
console.log(`${seconds.length} files of ${profile.files.length} are timed`);
