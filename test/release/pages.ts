/** RELEASES.md and CHANGELOG.md, read. */

/** A row of RELEASES.md, its cells as they are written there. */
export interface Release {
  readonly version: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** The whole hash. */
  readonly commit: string;
  readonly changes: string;
}

/** A section of CHANGELOG.md. */
export interface Section {
  /** `Unreleased`, or a version. */
  readonly version: string;
  /** Text after the comma in its heading; empty below `Unreleased`. */
  readonly date: string;
  /** Number of changes that it lists. */
  readonly changes: number;
}

/** Rows of the table of RELEASES.md, in its order. */
export const releasesIn = (page: string): readonly Release[] =>
  page
    .split('\n')
    .filter((line) => /^\|\s*`/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .map(([, version = '', date = '', commit = '', changes = '']) => ({ version, date, commit, changes }));

/** Sections of CHANGELOG.md, in its order. */
export const sectionsIn = (page: string): readonly Section[] =>
  page
    .split(/^## /m)
    .slice(1)
    .map((text) => {
      const [heading = '', ...lines] = text.split('\n');
      const [version = '', date = ''] = heading.split(',').map((part) => part.trim());
      return { version, date, changes: lines.filter((line) => line.startsWith('- ')).length };
    });
