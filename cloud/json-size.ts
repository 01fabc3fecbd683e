/** Size limits of answers. Pure: the store, activities and workflows count alike. */

/** Bytes of the JSON of one answer (a report, a page of rows, a failure): below 64 KB with what Temporal puts around it. */
export const ANSWER_BYTES = 60_000;

/** Entries of one list that an answer tells one by one (flow log ids, steps, places). Those beyond are counted, so that it fits whatever there is. */
export const MOST_LISTED = 200;

/** Bytes of a value's JSON in UTF-8; 0 for a value that has none. */
export function jsonBytes(value: unknown): number {
  const text = JSON.stringify(value) as string | undefined;
  let bytes = 0;
  // Of a pair each half is 2 of its 4 bytes; halves alone are escaped.
  for (let index = 0; index < (text?.length ?? 0); index++) {
    const unit = text?.charCodeAt(index) ?? 0;
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}

/** The first entries whose JSON is within so many bytes together, and no more than `most` of them. */
export function fitting<Entry>(entries: readonly Entry[], bytes: number, most = Infinity): readonly Entry[] {
  let left = bytes;
  const end = entries.slice(0, most).findIndex((entry) => (left -= jsonBytes(entry) + 1) < 0);
  return entries.slice(0, end === -1 ? most : end);
}
