import { readFileSync } from 'node:fs';
import { type Outline, asksForHelp, commandFrom } from './outline.js';

/** The start of the packed command: help and version from the outline beside it, and everything else by the command itself. */
if (asksForHelp(process.argv.slice(2))) {
  const outline = JSON.parse(readFileSync(new URL('./outline.json', import.meta.url), 'utf8')) as Outline;
  commandFrom(outline).parse();
} else {
  await import('./main.js');
}
