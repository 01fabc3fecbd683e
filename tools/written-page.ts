import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Keeps a page that is written by a tool: writes it where the tool was given `--write`; else it must be that of today, or the exit code is 1.
 * @param command that writes it, for whoever finds it out of date
 */
export function keepPage(page: string, wanted: string, command: string): void {
  if (process.argv.includes('--write')) return writeFileSync(page, wanted);
  if (readFileSync(page, 'utf8') === wanted) return;
  console.error(`${basename(page)} is not that of today: ${command} -- --write`);
  process.exitCode = 1;
}
