import stringWidth from 'string-width';

/** Lays out the cells of a table in columns of a terminal. */

/** Blanks between two columns. */
const GAP = 2;

/** A column is not made narrower than this while others can be. */
const NARROW = 8;

const ASCII = /^[\x20-\x7e]*$/;
/** Columns of a terminal that the text takes; wide characters take two. */
export const widthOf = (text: string): number => (ASCII.test(text) ? text.length : stringWidth(text));

/** Parts of a text between which a line may end: after a blank, and after what separates the parts of an id, a path or a list. */
const piecesOf = (text: string): string[] => text.match(/[^\s/,;]*[/,;]|[^\s/,;]+|\s+/g) ?? [];

/** Cuts a piece that is wider than a line into parts that fit. */
function cutToFit(piece: string, width: number): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of piece) {
    if (part !== '' && widthOf(part + character) > width) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return part === '' ? parts : [...parts, part];
}

/** Wraps a text into lines of at most this width. */
export function wrap(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text).flatMap((one) => (widthOf(one) > width ? cutToFit(one, width) : [one]))) {
    if (line !== '' && widthOf(line) + widthOf(piece.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    if (line !== '' || piece.trim() !== '') line += piece;
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()];
}

/** Takes columns from the widest, down to what each needs, until the sum fits. */
function shrunk(widths: readonly number[], needs: readonly number[], room: number): number[] {
  const left = [...widths];
  let excess = left.reduce((sum, width) => sum + width, 0) - room;
  for (; excess > 0; excess--) {
    let widest = -1;
    for (const [at, width] of left.entries())
      if (width > (needs[at] ?? 0) && (widest < 0 || width > (left[widest] ?? 0))) widest = at;
    if (widest < 0) break;
    left[widest] = (left[widest] ?? 0) - 1;
  }
  return left;
}

/** Width of each column as it stands, and the least it can have without breaking a word. */
function needsOf(rows: readonly (readonly string[])[]): { readonly natural: number[]; readonly words: number[] } {
  const count = Math.max(0, ...rows.map(({ length }) => length));
  const natural = Array.from({ length: count }, () => 1);
  const words = Array.from({ length: count }, () => 1);
  for (const row of rows)
    for (const [at, text] of row.entries()) {
      natural[at] = Math.max(natural[at] ?? 1, widthOf(text));
      for (const piece of piecesOf(text)) words[at] = Math.max(words[at] ?? 1, widthOf(piece.trimEnd()));
    }
  return { natural, words };
}

/** Room that columns take side by side. */
const sideBySide = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width + GAP, -GAP);

/** Chooses the widths of columns: as wide as their cells where there is room, else wrapped between words first and within words last. */
function widthsFor({ natural, words }: ReturnType<typeof needsOf>, columns: number): number[] {
  const room = Math.max(columns - GAP * (natural.length - 1), natural.length);
  const narrow = Math.max(1, Math.min(NARROW, Math.floor(room / Math.max(natural.length, 1))));
  return shrunk(
    shrunk(natural, words, room),
    natural.map(() => narrow),
    room,
  );
}

/** Columns that stand on one line, in order: all of them, or where words would have to be broken so many as fit. */
function foldsOf({ natural, words }: ReturnType<typeof needsOf>, columns: number): number[][] {
  const all = [...natural.keys()];
  if (sideBySide(words) <= columns) return [all];
  const folds: number[][] = [];
  for (const at of all) {
    const fold = folds.at(-1);
    const room = columns - (folds.length > 1 ? FOLD_INDENT : 0);
    if (fold && sideBySide([...fold, at].map((each) => natural[each] ?? 1)) <= room) fold.push(at);
    else folds.push([at]);
  }
  return folds;
}

/** Blanks before what is folded below the beginning of its row. */
const FOLD_INDENT = 4;

type Paint = (text: string, row: number, column: number) => string;

/**
 * Lays out rows so that no line is wider than the terminal. Cells are wrapped between words in their own columns; a table whose words would have to be
 * broken is folded: each row goes on below its beginning, and so does the heading.
 * @param paint colours a part of a cell; the layout has been decided by then
 */
export function layOut(rows: readonly (readonly string[])[], columns: number, paint: Paint): string[] {
  const needs = needsOf(rows);
  const folds = foldsOf(needs, columns).map((fold, at) => {
    const indent = at === 0 ? 0 : FOLD_INDENT;
    const pick = (widths: readonly number[]) => fold.map((each) => widths[each] ?? 1);
    const own = { natural: pick(needs.natural), words: pick(needs.words) };
    return { fold, indent, widths: widthsFor(own, columns - indent) };
  });
  return rows.flatMap((row, rowAt) =>
    folds.flatMap(({ fold, indent, widths }) => {
      const cells = fold.map((at) => row[at] ?? '');
      if (indent > 0 && cells.every((text) => text === '')) return [];
      return linesOf(cells, widths, (text, at) => paint(text, rowAt, fold[at] ?? 0)).map(
        (line) => ' '.repeat(indent) + line,
      );
    }),
  );
}

/** The lines of cells side by side. */
function linesOf(
  texts: readonly string[],
  widths: readonly number[],
  paint: (text: string, column: number) => string,
): string[] {
  const cells = texts.map((text, at) => wrap(text, widths[at] ?? 1));
  const height = Math.max(1, ...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, lineAt) => {
    let line = '';
    let missing = 0;
    for (const [at, lines] of cells.entries()) {
      const text = lines[lineAt] ?? '';
      if (text !== '') line += ' '.repeat(missing) + paint(text, at);
      missing = (text === '' ? missing : 0) + (widths[at] ?? 1) + GAP - widthOf(text);
    }
    return line;
  });
}
