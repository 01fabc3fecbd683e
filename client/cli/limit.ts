import type { Command } from 'commander';
import { countFlag } from './flags.js';
import { counted } from './words.js';

/** Adds `--limit`. @param usual rows where it is not given; absent: all */
export const addLimit = (command: Command, usual?: number): Command =>
  usual === undefined
    ? command.option('--limit <count>', 'at most so many rows (default: all)', countFlag('--limit'))
    : command.option('--limit <count>', 'at most so many rows', countFlag('--limit'), usual);

/** Rows within the limit. */
export const limited = <Row>(rows: readonly Row[], limit: number | undefined): readonly Row[] =>
  limit === undefined ? rows : rows.slice(0, limit);

/** Tells how many rows the limit leaves out; nothing where it leaves out none. */
export const moreThan = (shown: number, total: number, noun: string, plural?: string): string[] =>
  total > shown
    ? [`${counted(total - shown, `more ${noun}`, plural && `more ${plural}`)}: --limit ${total} shows all`]
    : [];
