import { Positions, type SourcePlaces, type Position, type PathStep } from './source.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
/** Tells whether JSON takes a character as blank: space, tab and line ends. */
const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/** Keys that stand in a text of JSON: strings with a colon behind them. Read by place, so that nothing is made of the text. */
function keysWritten(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    at += 1;
    while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
    at += 1;
    while (isBlank(text.charCodeAt(at))) at += 1;
    if (text.charCodeAt(at) === COLON) count += 1;
  }
  return count;
}

/** Keys of all objects in a value. */
function keysIn(value: unknown): number {
  let count = 0;
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (typeof one !== 'object' || one === null) continue;
    const inner: unknown[] = Object.values(one);
    if (!Array.isArray(one)) count += inner.length;
    for (const each of inner) if (typeof each === 'object') waiting.push(each);
  }
  return count;
}

/**
 * The value of a JSON text, in one cheap pass; undefined where it is no JSON, or holds a key twice: then a slower reader has to say where.
 */
export function readJson(text: string): { readonly value: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return keysWritten(text) === keysIn(value) ? { value } : undefined;
}

/** Places that are only looked for when somebody asks: most files have nothing wrong. */
export class PlacesWhenAsked implements SourcePlaces {
  private kept: Positions | undefined;
  constructor(private readonly locate: () => Positions) {}

  ofValue(path: readonly PathStep[]): Position {
    return this.located().ofValue(path);
  }
  ofKey(path: readonly PathStep[]): Position {
    return this.located().ofKey(path);
  }

  private located(): Positions {
    if (this.kept) return this.kept;
    try {
      this.kept = this.locate();
    } catch (error) {
      // Places are found by a reader that calls itself: of what is nested too deep for it, the field is told without them.
      if (!(error instanceof RangeError)) throw error;
      this.kept = new Positions();
    }
    return this.kept;
  }
}
