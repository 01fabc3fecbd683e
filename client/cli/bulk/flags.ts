import { Option, type Command } from 'commander';
import type { BulkOptions } from '../../../workflows/contract/bulk.js';
import { InvalidInputError } from '../../errors.js';
import { countFlag } from '../flags.js';
import { InvalidFlagsError } from '../invalid-flags.js';

/** Flags of a run over many targets; each beats the manifest's own option. */
export interface BulkFlags {
  /** Name of the bulk. */
  readonly bulk?: string;
  readonly window?: number;
  readonly failureBudget?: string;
  readonly canary?: number;
  readonly canaryApproval?: 'automatic' | 'manual';
  readonly maxTargets?: number;
  readonly maxChanges?: number;
  readonly expect?: number;
  /** A selector that matches nothing is as it should be. */
  readonly allowEmpty?: boolean;
}

/** Adds them to a command that takes `-f`. */
export const addBulkFlags = (command: Command): Command =>
  addAllowEmpty(
    addRunFlags(
      command.option(
        '--bulk <name>',
        'run it as a bulk of this name (more than 20 targets and selectors always are one)',
      ),
    ),
  );

/** Adds the flag of commands that say how many targets selectors have found. */
export const addAllowEmpty = (command: Command): Command =>
  command.option('--allow-empty', 'exit 0 also where a selector matches nothing');

/** All of them but the name. */
export function addRunFlags(command: Command): Command {
  return command
    .option('--window <count>', 'operations at once (default 200)', countFlag('--window'))
    .option('--failure-budget <n|n%>', 'failures after which nothing new starts')
    .option('--canary <count>', 'so many targets first; the rest only when they end well', countFlag('--canary'))
    .addOption(
      new Option('--canary-approval <who>', 'whether a person has to approve after it').choices([
        'automatic',
        'manual',
      ]),
    )
    .option('--max-targets <count>', 'more targets than this: start nothing', countFlag('--max-targets'))
    .option('--max-changes <count>', 'more changes than this needed: start nothing', countFlag('--max-changes'))
    .option('--expect <count>', 'the number of targets that the plan counts', countFlag('--expect'));
}

/** Options by the flag that gives them, where it was given. */
const flagOfOption: Readonly<Partial<Record<string, keyof BulkFlags>>> = {
  window: 'window',
  failureBudget: 'failureBudget',
  canary: 'canary',
  canaryApproval: 'canaryApproval',
  maxTargets: 'maxTargets',
  maxChanges: 'maxChanges',
  expect: 'expect',
};

const writtenFlag = (flag: string): string => `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Runs `ask`; what is wrong with an option is told by the flag that gave it, and by its name where the manifest did. */
export async function toldByBulkFlags<Result>(flags: BulkFlags, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidFlagsError(
      error.problems.map((problem) => {
        const option = /^options\.(\w+)$/.exec(problem.path)?.[1];
        const given = problem.path === 'name' ? 'bulk' : option && flagOfOption[option];
        return given && flags[given] !== undefined ? { ...problem, flag: writtenFlag(given) } : problem;
      }),
    );
  }
}

/** The options that the flags name. */
export function bulkOptionsOf(flags: BulkFlags): BulkOptions {
  const { window, failureBudget, canary, canaryApproval, maxTargets, maxChanges, expect } = flags;
  const failures = failureBudget !== undefined && /^\d+$/.test(failureBudget) ? Number(failureBudget) : failureBudget;
  const all = { window, failureBudget: failures, canary, canaryApproval, maxTargets, maxChanges, expect };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
