/** Position in a file; line and column count from 1. In CSV the column is the number of the field. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with a manifest, with the place a person has to look at. */
export interface ManifestProblem extends Position {
  readonly file: string;
  /** The field, from the top of the file: `flowLogs[3].resource.id`. */
  readonly path: string;
  readonly message: string;
}

/** A step into a document: a key, or an index of a list. */
export type PathStep = string | number;

/** A parsed file that still knows where each of its values stood. */
export interface Source {
  readonly file: string;
  readonly value: unknown;
  readonly positions: SourcePlaces;
  /** Errors of syntax; with any of them there is no value. */
  readonly problems: readonly ManifestProblem[];
}

/** Positions of values and their keys; an absent one has the position of the nearest thing above it. */
export interface SourcePlaces {
  ofValue(path: readonly PathStep[]): Position;
  /** Position of the key: for a field that should not be there at all. */
  ofKey(path: readonly PathStep[]): Position;
}

/** Remembers where values and their keys stand; looks upward for what is not there. */
export class Positions implements SourcePlaces {
  private readonly values = new Map<string, Position>();
  private readonly keys = new Map<string, Position>();

  setValue(path: readonly PathStep[], position: Position): void {
    this.values.set(JSON.stringify(path), position);
  }
  setKey(path: readonly PathStep[], position: Position): void {
    this.keys.set(JSON.stringify(path), position);
  }
  ofValue(path: readonly PathStep[]): Position {
    for (let length = path.length; length >= 0; length--) {
      const found = this.values.get(JSON.stringify(path.slice(0, length)));
      if (found) return found;
    }
    return { line: 1, column: 1 };
  }
  ofKey(path: readonly PathStep[]): Position {
    return this.keys.get(JSON.stringify(path)) ?? this.ofValue(path);
  }
}
