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
const breakablePieces = (text: string): string[] => text.match(/[^\s/,;]*[/,;]|[^\s/,;]+|\s+/g) ?? [];

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
  for (const piece of breakablePieces(text).flatMap((one) => (widthOf(one) > width ? cutToFit(one, width) : [one]))) {
    if (line !== '' && widthOf(line) + widthOf(piece.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    if (line !== '' || piece.trim() !== '') line += piece;
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()];
}

/** Rows from which widths and folds are chosen: those that come first speak for a long table. */
const SAMPLE = 100;

/** Takes columns from the widest, down to what each needs, until the sum fits. */
function shrunk(widths: readonly number[], need: number, room: number): number[] {
  const left = [...widths];
  for (let excess = sumOf(left) - room; excess > 0; excess--) {
    const widest = left.indexOf(Math.max(...left));
    if ((left[widest] ?? 0) <= need) break;
    left[widest] = (left[widest] ?? 0) - 1;
  }
  return left;
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

type Rows = readonly (readonly string[])[];

/** Width of each column as it stands, and the least it can have without breaking a word. */
function needsOf(rows: Rows, columns: readonly number[]): { readonly natural: number[]; readonly words: number[] } {
  const most = (widthsOf: (text: string) => number[]) =>
    columns.map((at) => Math.max(1, ...rows.flatMap((row) => widthsOf(row[at] ?? ''))));
  return {
    natural: most((text) => [widthOf(text)]),
    words: most((text) => breakablePieces(text).map((piece) => widthOf(piece.trimEnd()))),
  };
}

/** Columns that stand side by side. */
interface Fold {
  readonly columns: readonly number[];
  readonly widths: readonly number[];
  /** Lines that the rows take so. */
  readonly lines: number;
  /** True where no word had to be broken. */
  readonly isWhole: boolean;
}

/** Chooses the widths of columns that share a line: wrapped between words where that makes the fewest lines, and within words last. */
function foldOf(rows: Rows, columns: readonly number[], room: number): Fold {
  const { natural, words } = needsOf(rows, columns);
  const free = Math.max(room - GAP * (columns.length - 1), columns.length);
  let widths = natural;
  let heights = rows.map(() => 1);
  const passed: number[][] = [];
  while (sumOf(widths) > free) {
    const next = narrowed(rows, columns, { widths, words, heights });
    if (!next) break;
    passed.push(widths);
    ({ widths, heights } = next);
  }
  const isWhole = sumOf(widths) <= free;
  widths = isWhole
    ? givenBack(widths, passed, free)
    : shrunk(widths, Math.max(1, Math.min(NARROW, Math.floor(free / columns.length))), free);
  const lines = sumOf(
    rows.map((row) => {
      const cells = columns.map((at) => row[at] ?? '');
      // A row that has nothing here takes no line, but for its first one.
      if (columns[0] !== 0 && cells.every((text) => text === '')) return 0;
      return Math.max(...cells.map((text, at) => wrap(text, widths[at] ?? 1).length));
    }),
  );
  return { columns, widths, lines, isWhole };
}

/** Undoes what was narrowed and need not have been, the last first. */
function givenBack(widths: readonly number[], passed: readonly (readonly number[])[], free: number): number[] {
  const wider = [...widths];
  for (const before of [...passed].reverse())
    for (const [at, width] of before.entries())
      if (width > (wider[at] ?? 0) && sumOf(wider) - (wider[at] ?? 0) + width <= free) wider[at] = width;
  return wider;
}

interface Widths {
  readonly widths: number[];
  /** Lines that each row takes. */
  readonly heights: number[];
}

/** Wraps one column more, or one further: that which makes the fewest more lines, and of several the widest. */
function narrowed(
  rows: Rows,
  columns: readonly number[],
  { widths, words, heights }: Widths & { readonly words: readonly number[] },
): Widths | undefined {
  let best: { at: number; width: number; more: number; cells: string[][] } | undefined;
  for (const [at, width] of widths.entries()) {
    if (width <= (words[at] ?? 1)) continue;
    const cells = rows.map((row) => wrap(row[columns[at] ?? 0] ?? '', width - 1));
    const more = sumOf(cells.map(({ length }, row) => Math.max(0, length - (heights[row] ?? 1))));
    if (best && (more > best.more || (more === best.more && width <= (widths[best.at] ?? 0)))) continue;
    best = { at, width: Math.max(1, ...cells.flat().map(widthOf)), more, cells };
  }
  if (!best) return undefined;
  const { at, width, cells } = best;
  return {
    widths: widths.map((each, place) => (place === at ? width : each)),
    heights: heights.map((height, row) => Math.max(height, cells[row]?.length ?? 1)),
  };
}

/** Blanks before what is folded below the beginning of its row. */
const FOLD_INDENT = 4;

/** Columns that stand on one line, in order: all of them, or where words would have to be broken those that make the fewest lines. */
function foldsOf(rows: Rows, room: number): readonly Fold[] {
  const all = [...Array(Math.max(0, ...rows.map(({ length }) => length))).keys()];
  const whole = foldOf(rows, all, room);
  if (whole.isWhole) return [whole];
  /** Best folds from each column on, the last first. */
  const from: { folds: readonly Fold[]; lines: number }[] = [{ folds: [], lines: 0 }];
  for (let start = all.length - 1; start >= 0; start--) {
    let best: (typeof from)[number] | undefined;
    for (let end = start + 1; end <= all.length; end++) {
      const fold = foldOf(rows, all.slice(start, end), start === 0 ? room : room - FOLD_INDENT);
      if (!fold.isWhole && end > start + 1) break;
      const rest = from[all.length - end] ?? { folds: [], lines: 0 };
      const lines = fold.lines + rest.lines;
      const isFewer = best && lines === best.lines && rest.folds.length + 1 <= best.folds.length;
      if (!best || lines < best.lines || isFewer) best = { folds: [fold, ...rest.folds], lines };
    }
    from.push(best ?? { folds: [], lines: 0 });
  }
  return from.at(-1)?.folds ?? [];
}

type Paint = (text: string, row: number, column: number) => string;

/**
 * Lays out rows so that no line is wider than the terminal. Cells are wrapped between words in their own columns; a table whose words would have to be
 * broken is folded: each row goes on below its beginning, and so does the heading.
 * @param paint colours a part of a cell; the layout has been decided by then
 */
export function layOut(rows: Rows, columns: number, paint: Paint): string[] {
  const folds = foldsOf(rows.slice(0, SAMPLE), columns).map((fold, at) => fitted(fold, rows, at, columns));
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

/** Gives what is left of a line to the cells beyond the sample, in order. */
function fitted({ columns: fold, widths }: Fold, rows: Rows, place: number, room: number) {
  const indent = place === 0 ? 0 : FOLD_INDENT;
  let left = room - indent - GAP * (fold.length - 1) - sumOf(widths);
  const { natural } = rows.length > SAMPLE ? needsOf(rows, fold) : { natural: widths };
  const wider = widths.map((width, at) => {
    const more = Math.max(0, Math.min(left, (natural[at] ?? width) - width));
    left -= more;
    return width + more;
  });
  return { fold, indent, widths: wider };
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
