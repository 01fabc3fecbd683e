import type { Command } from 'commander';
import { publicRegions } from '../../../cloud/regions.js';
import { outlineOf } from '../outline.js';
import type { Session } from '../session.js';
import { writeLine } from '../terminal.js';
import { type LookupKind, candidates } from './candidates.js';

/** A person waits for it at the keyboard. */
const KEYBOARD_WAIT_MS = 2_000;

const lookUp: Readonly<Record<LookupKind, (session: Session) => Promise<readonly string[]>>> = {
  accounts: async ({ surroundings }) => Object.keys(await surroundings.accounts()),
  regions: () => Promise.resolve(publicRegions),
  bulks: async (session) => {
    const { flowLogs } = await session.service();
    return (await flowLogs.bulks.list()).filter(({ endedAt }) => endedAt === undefined).map(({ bulk }) => bulk);
  },
};

/** Prints what may stand at the end of a command line, a line each; nothing where it cannot be known in time: a prompt is no place for errors. */
export async function complete(program: Command, words: readonly string[], session: Session): Promise<void> {
  const found = candidates(outlineOf(program), words);
  const print = (lines: readonly string[]) => lines.forEach((line) => writeLine(session.surroundings.stdout, line));
  if ('words' in found) return print(found.words);
  let timer: NodeJS.Timeout | undefined;
  const never = new Promise<readonly string[]>((resolve) => (timer = setTimeout(() => resolve([]), KEYBOARD_WAIT_MS)));
  const values = await Promise.race([lookUp[found.asked](session).catch(() => []), never]);
  clearTimeout(timer);
  print(values.filter((value) => value.startsWith(found.partial)));
}
