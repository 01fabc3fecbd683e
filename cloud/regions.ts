import { z } from 'zod';

/** The form of a region's id, as every list of regions of the cloud has it; also of regions that are not in {@link publicRegions}. */
export const regionPattern = /^[a-z][a-z0-9-]{0,63}$/;

export const regionForm =
  'a region id, for example cn-hangzhou: 1 to 64 characters of a-z 0-9 -, beginning with a letter';

/**
 * Regions by the list of the API portal (https://api.aliyun.com/api/Ecs/2014-05-26, December 2025) and, for finance, government and
 * older ones, the cloud's API metadata. They serve to tell what may have been meant: a region that is not here may exist.
 */
export const publicRegions: readonly string[] = [
  ...['cn-hangzhou', 'cn-shanghai', 'cn-qingdao', 'cn-beijing', 'cn-zhangjiakou', 'cn-huhehaote', 'cn-wulanchabu'],
  ...['cn-nanjing', 'cn-fuzhou', 'cn-shenzhen', 'cn-heyuan', 'cn-guangzhou', 'cn-chengdu', 'cn-wuhan-lr'],
  ...['cn-zhengzhou-jva', 'cn-zhongwei', 'cn-hongkong', 'cn-heyuan-acdr-1', 'cn-hangzhou-finance'],
  ...['cn-shanghai-finance-1', 'cn-shenzhen-finance-1', 'cn-beijing-finance-1', 'cn-north-2-gov-1'],
  ...['ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-south-1', 'eu-central-1', 'eu-west-1', 'me-east-1', 'me-central-1'],
  ...['us-east-1', 'us-west-1', 'us-southeast-1', 'na-south-1', 'rus-west-1'],
];

/** Edits (a letter more, less or other, or two neighbours swapped) by which a name may miss the one that was meant. */
const MOST_EDITS = 2;

/**
 * The region that was probably meant.
 * @param known the account's regions, where they are known
 * @returns undefined where the text is one of them, or nothing is near, or several are equally near
 */
export function regionMeant(text: string, known: readonly string[] = publicRegions): string | undefined {
  if (known.includes(text) || text.length > 64) return undefined;
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  if (known.includes(plain)) return plain;
  // The city by itself, or without the dash.
  const bare = plain.replaceAll('-', '');
  const [whole, ...more] = known.filter(
    (region) => region.endsWith(`-${plain}`) || (bare !== '' && region.replaceAll('-', '') === bare),
  );
  if (whole !== undefined && more.length === 0) return whole;
  const near = known.map((region) => ({ region, edits: editsBetween(plain, region) }));
  const fewest = Math.min(...near.map(({ edits }) => edits));
  const [nearest, ...others] = near.filter(({ edits }) => edits === fewest && edits <= MOST_EDITS);
  if (nearest && others.length === 0) return nearest.region;
  return plain !== text && regionPattern.test(plain) ? plain : undefined;
}

/** `; did you mean cn-hangzhou?`, or nothing. */
export function didYouMeanRegion(text: string, known?: readonly string[]): string {
  const meant = regionMeant(text, known);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

/** Says what is wrong with the form of a region's id; undefined where nothing is. */
export const regionProblem = (text: string): string | undefined =>
  regionPattern.test(text) ? undefined : `must be ${regionForm}${didYouMeanRegion(text)}`;

/** Schema of a region's id. A function, because Temporal freezes the exports of modules shared by workflows, and a schema grows on first use. */
export const regionSchema = () =>
  z.string(`must be ${regionForm}`).regex(new RegExp(regionPattern), {
    error: ({ input }) => regionProblem(String(input)),
  });

/** The optimal string alignment distance. */
function editsBetween(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next[column] = Math.min(
        distanceAt(last, column) + 1,
        distanceAt(next, column - 1) + 1,
        distanceAt(last, column - 1) + (isSame ? 0 : 1),
        isSwapped ? distanceAt(before, column - 2) + 1 : Infinity,
      );
    }
    before = last;
    last = next;
  }
  return distanceAt(last, other.length);
}

const distanceAt = (numbers: readonly number[], index: number): number => numbers[index] ?? Infinity;
