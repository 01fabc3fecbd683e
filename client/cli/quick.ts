import { readFileSync } from 'node:fs';
import { candidates } from './completion/candidates.js';
import { COMPLETE } from './completion/scripts.js';
import { type Outline, asksForHelp, commandFrom } from './outline.js';
import { writeLine } from './terminal.js';

/** The start of the packed command: help, version and words to complete from the outline beside it, and everything else by the command itself. */
const argv = process.argv.slice(2);
const outline = () => JSON.parse(readFileSync(new URL('./outline.json', import.meta.url), 'utf8')) as Outline;

/** Completes what is part of the command line itself. */
function completed(): boolean {
  if (argv[0] !== COMPLETE) return false;
  const found = candidates(outline(), argv.slice(2));
  if (!('words' in found)) return false;
  for (const word of found.words) writeLine(process.stdout, word);
  return true;
}

if (asksForHelp(argv)) commandFrom(outline()).parse();
else if (!completed()) await import('./main.js');
