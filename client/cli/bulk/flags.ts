import { Option, type Command } from 'commander';
import type { BulkOptions } from '../../../workflows/contract/bulk.js';
import { countFlag } from '../flags.js';

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

/** The options that the flags name. */
export function bulkOptionsOf(flags: BulkFlags): BulkOptions {
  const { window, failureBudget, canary, canaryApproval, maxTargets, maxChanges, expect } = flags;
  const failures = failureBudget !== undefined && /^\d+$/.test(failureBudget) ? Number(failureBudget) : failureBudget;
  const all = { window, failureBudget: failures, canary, canaryApproval, maxTargets, maxChanges, expect };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
