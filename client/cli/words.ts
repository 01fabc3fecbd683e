/** Text for people: counts with their nouns, ids in their natural order, times. */

const collator = new Intl.Collator('en', { numeric: true });

/** Compares two texts with their numbers as numbers: `vpc-p2` comes before `vpc-p12`. */
export const naturally = (one: string, other: string): number => collator.compare(one, other) || (one < other ? -1 : 1);

/** Returns a copy in the natural order of the keys; what has the same keys keeps its order. */
export const sortedNaturally = <One>(all: readonly One[], ...keysOf: readonly ((one: One) => string)[]): One[] =>
  all
    .map((one) => ({ one, keys: keysOf.map((keyOf) => keyOf(one)) }))
    .sort((a, b) => {
      for (const [at, key] of a.keys.entries()) {
        const order = collator.compare(key, b.keys[at] ?? '');
        if (order !== 0) return order;
      }
      return 0;
    })
    .map(({ one }) => one);

/** Formats a count with its noun: `1 bulk`, `2 bulks`. @param plural where it is not the noun with an `s` */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;

const two = (part: number): string => String(part).padStart(2, '0');

/** Formats a time for a person at a terminal, in the zone of this machine, to the second: `2026-01-31 08:00:00`. Other text stays. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}

/** Formats a time for a file or a pipe: UTC, to the second, `2026-01-31T08:00:00Z`. */
export const utcTime = (iso: string): string => iso.replace(/\.\d+/, '');

/** Formats a time for a stream: local on a terminal, else UTC. */
export const timeFor = ({ isTTY = false }: { readonly isTTY?: boolean }, iso: string): string =>
  isTTY ? localTime(iso) : utcTime(iso);
