/** A version as https://semver.org defines it, without build metadata. */
const form = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

export const isVersion = (text: string): boolean => form.test(text);

/** Major, minor and patch, without what comes before the release. */
export const coreOf = (version: string): string => version.split('-')[0] ?? '';

/**
 * Says which version comes first.
 * @returns less than 0 where `one` comes before `other`, 0 where they are the same
 */
export function compareVersions(one: string, other: string): number {
  const [core, otherCore] = [coreOf(one).split('.'), coreOf(other).split('.')];
  const byCore = core
    .map((part, index) => Number(part) - Number(otherCore[index]))
    .find((difference) => difference !== 0);
  return byCore ?? comparePreReleases(preReleaseOf(one), preReleaseOf(other));
}

const preReleaseOf = (version: string): readonly string[] => form.exec(version)?.[4]?.split('.') ?? [];

/** A release comes after all that comes before it; of two beginnings the longer comes later; numbers come before words. */
function comparePreReleases(one: readonly string[], other: readonly string[]): number {
  if (one.length === 0 || other.length === 0) return other.length - one.length;
  for (const [index, part] of one.entries()) {
    const against = other[index];
    if (against === undefined) return 1;
    if (part === against) continue;
    const [isNumber, isOtherNumber] = [/^\d+$/.test(part), /^\d+$/.test(against)];
    if (isNumber && isOtherNumber) return Number(part) - Number(against);
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
    return part < against ? -1 : 1;
  }
  return one.length - other.length;
}
