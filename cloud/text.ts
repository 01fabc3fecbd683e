/**
 * Characters that no text of this service holds, and text on its way out: one function for each medium, used by all code that writes to it.
 * Pure: workflows, clients and the record use the same rules.
 */

/** Controls (C0, DEL, C1) and halves of surrogate pairs. PostgreSQL takes no NUL and no half; a terminal obeys the others. */
const CONTROL = /[\p{Cc}\p{Cs}]/u;

/** Controls, and other characters that a line must not hold: line ends by another name, and marks that turn the order of letters around. */
const UNSHOWABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** Characters that a database cannot hold. */
const UNSTORABLE = /[\u0000\p{Cs}]/gu;

/** Controls that are neither the end of a line nor a tab: a file is shown on terminals too. */
const OTHER_CONTROLS = /[^\P{Cc}\n\r\t]|\p{Cs}/gu;

const REPLACEMENT = '\ufffd';

/** A character that is refused in an input. */
export interface RefusedCharacter {
  /** `U+001B`. */
  readonly name: string;
  /** Place in the text, in UTF-16 units, from 0. */
  readonly index: number;
}

/**
 * The first character of an input that is refused: a control, or half a surrogate pair.
 * @param lines whether the text may have lines and tabs: `\n` and `\t` are then no controls
 */
export function refusedCharacter(text: string, lines = false): RefusedCharacter | undefined {
  // Blanks of the same length, so that the index stays right.
  const { index } = CONTROL.exec(lines ? text.replace(/[\n\t]/g, ' ') : text) ?? {};
  if (index === undefined) return undefined;
  return { name: `U+${text.charCodeAt(index).toString(16).toUpperCase().padStart(4, '0')}`, index };
}

/** Tells whether a text has so many characters, counted as JSON Schema and the cloud count them: a pair of surrogates is one. */
export function isOfLength(text: string, least: number, most: number): boolean {
  if (text.length < least || text.length > 2 * most) return false;
  const { length } = [...text];
  return length >= least && length <= most;
}

/** One line for a terminal or a log: nothing in it moves a cursor, ends a line or hides what stands beside it. */
export const oneLine = (text: string): string => text.replace(UNSHOWABLE, ' ');

/** Lines for a terminal: as {@link oneLine}, with its own line ends kept. */
export const manyLines = (text: string): string => text.split('\n').map(oneLine).join('\n');

/** Text with its first letter as a capital, to begin a sentence or a heading. */
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Text that is at most so many UTF-16 units long: a longer one ends with a mark, and not in the middle of a pair. */
export const cut = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;

/** Text as a database can hold it: any other character becomes U+FFFD. */
export const storable = (text: string): string => text.replace(UNSTORABLE, REPLACEMENT);

/** Text as an HTML page may hold it, in an element or in a quoted attribute. Line ends and tabs stay. */
export const htmlText = (text: string): string =>
  text.replace(OTHER_CONTROLS, REPLACEMENT).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Begins like a formula, to a spreadsheet; blanks before it are skipped by some of them. */
const FORMULA = /^\s*[=+\-@\t\r]/;

/** One cell of a CSV file (RFC 4180). What a spreadsheet would run is made a text by an apostrophe; a number of ours stays one. */
function csvCell(value: string | number): string {
  const text =
    typeof value === 'number'
      ? String(value)
      : (FORMULA.test(value) ? `'${value}` : value).replace(OTHER_CONTROLS, REPLACEMENT);
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line of a CSV file, with its end. */
export const csvLine = (cells: readonly (string | number)[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** A JSON text as a log may hold it: it means the same, and no terminal obeys what it shows. */
export const logLine = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A password, or a user alone, in the address of a server: `scheme://user:password@`. To the last `@` before the path. */
const CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^/?#\s"'\\]*@/gi;

/** Text without what stands before the `@` of any address in it. */
export const withoutPasswords = (text: string): string => text.replace(CREDENTIALS, '$1[redacted]@');

/** A setting that should be one address, as it may be shown, however it is misspelt: nothing of what stands before its last `@`. */
export const shownAddress = (value: string): string => value.replace(/^(\w[\w+.-]*:\/\/)?.*@/s, '$1[redacted]@');

/**
 * Puts a password that is kept as a file into an address. White space at the end of the file's text does not belong to it.
 * @throws Error where the text is empty, or the address has a password already
 */
export function addressWithPassword(address: string, text: string): string {
  const url = new URL(address);
  if (url.password !== '') throw new Error('the address has a password already: give one of the two');
  const password = text.trimEnd();
  if (password === '') throw new Error('the file is empty');
  url.password = encodeURIComponent(password);
  return url.href;
}

/** A number with its noun, in the plural where it is not one: `3 rows`. */
export const numbered = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
