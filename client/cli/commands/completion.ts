import { Argument, type Command } from 'commander';
import { type Shell, completionScripts, shells } from '../completion/scripts.js';
import type { Session } from '../session.js';
import { writeText } from '../terminal.js';

/** Adds `flowlog completion`. */
export function addCompletionCommand(program: Command, { surroundings }: Session): void {
  program
    .command('completion')
    .description('print a script that completes commands, flags, accounts, regions and running bulks in a shell')
    .addArgument(new Argument('<shell>', shells.join(', ')).choices(shells))
    .action((shell: Shell) => writeText(surroundings.stdout, completionScripts[shell]));
}
