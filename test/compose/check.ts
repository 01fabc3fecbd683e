/** A scene found something other than it should. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
}

/** @throws Wrong with the sentence and what was seen */
export function hold(isSo: boolean, sentence: string, seen: unknown = ''): asserts isSo {
  if (!isSo) throw new Wrong(`${sentence}\nseen: ${typeof seen === 'string' ? seen.slice(-2_000) : JSON.stringify(seen).slice(0, 2_000)}`); // prettier-ignore
  console.log(`  ok  ${sentence}`);
}
