import type { Command } from 'commander';
import { publicRegions, regionMeant, regionProblem } from '../../cloud/regions.js';
import { centralPlace } from '../../cloud/target.js';
import { InvalidInputError, type InputProblem } from '../errors.js';

/** Letters of a region's id. New regions differ from those that are known by a number, or altogether. */
const lettersOf = (region: string): string => region.replaceAll(/\d/g, '');

/** The region that was meant, where the text is in no public list and differs from one that is by a letter or two. */
export function regionTypo(region: string): string | undefined {
  if (region === centralPlace || publicRegions.includes(region)) return undefined;
  const meant = regionMeant(region);
  return meant !== undefined && lettersOf(meant) !== lettersOf(region) ? meant : undefined;
}

/** Says what is wrong with a region, by its form or as a typo; undefined where nothing is. */
export function regionMistake(region: string, isUnlistedMeant = false): string | undefined {
  const problem = regionProblem(region);
  if (problem !== undefined) return problem;
  return isUnlistedMeant ? undefined : typoMistake(region);
}

/** Says which public region was meant by a text that misses it by a letter or two; undefined where none was. */
export function typoMistake(region: string): string | undefined {
  const meant = regionTypo(region);
  return meant && `no public region has this name; did you mean ${meant}? If it is meant, add --unlisted-region`;
}

/** Flags that take one region, and those that take several. */
const regionFlags = { region: '--region', destinationRegion: '--destination-region', regions: '--regions' } as const;

/** Adds the flag that admits a region of no public list. */
export const addUnlistedRegion = (command: Command): Command =>
  command.option('--unlisted-region', 'take a region as it is written, though no public region has this name');

/** Regions among the flags that are misspelt. What is wrong with the form of one, the check of the input tells. */
export function misspeltRegionFlags(flags: Readonly<Record<string, unknown>>): InputProblem[] {
  if (flags['unlistedRegion'] === true) return [];
  return Object.entries(regionFlags).flatMap(([name, flag]) =>
    [flags[name] ?? []].flat().flatMap((region) => {
      const isWellFormed = typeof region === 'string' && region !== 'all' && regionProblem(region) === undefined;
      const mistake = isWellFormed ? regionMistake(region) : undefined;
      return mistake === undefined ? [] : [{ path: `${flag} ${String(region)}`, message: mistake }];
    }),
  );
}

/**
 * Refuses a default region that is misspelt, where a target takes it.
 * @param flags of the command: one of them may admit it
 * @throws InvalidInputError
 */
export function refuseMisspeltDefault(region: string | undefined, flags: object): void {
  const isMeant = (flags as Readonly<Record<string, unknown>>)['unlistedRegion'] === true;
  const isWellFormed = region !== undefined && regionProblem(region) === undefined;
  const mistake = isWellFormed && !isMeant ? regionMistake(region) : undefined;
  if (mistake === undefined) return;
  throw new InvalidInputError([
    { path: `default region ${String(region)} (FLOWLOG_REGION, else flowlog config)`, message: mistake },
  ]);
}

/** Commands that tell a misspelt region beside everything else that is wrong with their input. */
const tellsItself = new WeakSet<Command>();
export function tellsRegionsItself(command: Command): Command {
  tellsItself.add(command);
  return command;
}

/** Refuses a region that is misspelt, in whatever command, before it does anything. @throws InvalidInputError */
export function refuseMisspeltRegions(command: Command): void {
  if (tellsItself.has(command)) return;
  const problems = misspeltRegionFlags(command.opts());
  if (problems.length > 0) throw new InvalidInputError(problems);
}
