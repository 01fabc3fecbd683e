import { posix } from 'node:path';

/** A Dockerfile's build context as BuildKit cuts it: which paths an ignore file lets in, and what a Dockerfile copies. */

interface Pattern {
  readonly regExp: RegExp;
  /** A line that begins with `!` lets in again what an earlier one kept out. */
  readonly isException: boolean;
}

/**
 * Reads an ignore file by the rules of https://docs.docker.com/build/concepts/context/#dockerignore-files and of `moby/patternmatcher`, which
 * BuildKit uses: `#` begins a comment, each line is trimmed and cleaned, a leading `/` says nothing, the last line that matches a path or
 * one of the folders above it decides.
 * @returns whether a path, written from the root of the context with `/`, is in the context
 */
export function contextFilter(ignoreFile: string): (path: string) => boolean {
  const patterns = ignoreFile.split(/\r?\n/).flatMap(patternOf);
  return (path) => {
    const parts = posix.normalize(path).split('/');
    const itselfAndAbove = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    const last = patterns.findLast(({ regExp }) => itselfAndAbove.some((each) => regExp.test(each)));
    return last === undefined || last.isException;
  };
}

function patternOf(line: string): readonly Pattern[] {
  if (line.startsWith('#')) return [];
  const trimmed = line.trim();
  const isException = trimmed.startsWith('!');
  const written = (isException ? trimmed.slice(1) : trimmed).trim();
  if (written === '') return [];
  const cleaned = posix.normalize(written).replace(/(?<=.)\/$/, '').replace(/^\/(?=.)/, ''); // prettier-ignore
  return cleaned === '.' ? [] : [{ regExp: regExpOf(cleaned), isException }];
}

/** `**` stands for any number of folders, `*` and `?` for anything but a `/`, `[…]` is a class, `\` takes the next character as it is. */
function regExpOf(pattern: string): RegExp {
  const tokens = pattern.match(/\*\*\/?|\*|\?|\[[^\]]*\]|\\.|[^]/g) ?? [];
  return new RegExp(`^${tokens.map((token, index) => sourceOf(token, index === tokens.length - 1)).join('')}$`, 'u');
}

function sourceOf(token: string, isLast: boolean): string {
  if (token.startsWith('**')) return isLast ? '.*' : '(?:.*/)?';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.length > 1 && token.startsWith('[')) return token;
  const literal = token.startsWith('\\') ? token.slice(1) : token;
  return literal.replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
}

/** One `COPY` or `ADD` that takes files of the build context. */
export interface Copy {
  readonly sources: readonly string[];
  readonly destination: string;
}

/** Paths that a Dockerfile copies from the context; `COPY --from` takes from another stage and is left out. Lines that end with `\` go on. */
export function copiesOf(dockerfile: string): readonly Copy[] {
  const withoutComments = dockerfile.split('\n').filter((line) => !/^\s*#/.test(line));
  const instructions = withoutComments.join('\n').replaceAll(/\\\s*\n/g, ' ').split('\n'); // prettier-ignore
  return instructions.flatMap((instruction) => {
    const [, words] = /^\s*(?:COPY|ADD)\s+(.+)$/i.exec(instruction) ?? [];
    if (words === undefined || /(^|\s)--from=/.test(words)) return [];
    const paths = words.trim().startsWith('[')
      ? (JSON.parse(words) as string[])
      : words.split(/\s+/).filter((word) => word !== '' && !word.startsWith('--'));
    return [{ sources: paths.slice(0, -1), destination: paths.at(-1) ?? '' }];
  });
}
