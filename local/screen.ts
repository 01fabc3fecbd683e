import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import { manyLines, withoutPasswords } from '../cloud/text.js';

/** Output of the start on stderr: finished steps, and the step under way. */
export interface StartScreen {
  /** A line that stays. */
  say(line: string): void;
  /** The step under way: one line redrawn on a terminal; in a pipe a line at most once a minute. */
  working(line: string): void;
  /** Marks a line as done, in colour where there is any. */
  done(name: string, details: string): void;
}

const pipeIntervalMs = 60_000;

/** Passes a line on at most once a minute, for places where lines stay. A line on something else is passed on at once. */
export function throttled(write: (line: string) => void): (line: string) => void {
  let lastAt = -Infinity;
  let lastSubject = '';
  return (line) => {
    // Counts and elapsed time change every time and do not make it another line.
    const subject = line.replace(/\d+ of \d+|\d+ (min|s|MB)\b/g, '').trim();
    if (subject === lastSubject && performance.now() - lastAt < pipeIntervalMs) return;
    [lastAt, lastSubject] = [performance.now(), subject];
    write(line);
  };
}

/** The screen for this stream. */
export function screenOn(stream: NodeJS.WriteStream): StartScreen {
  const write = (line: string) => void stream.write(`${line}\n`);
  // Addresses come from the environment and errors from other programs.
  const safe = (line: string) => manyLines(withoutPasswords(line));
  const { green, dim } = pc.createColors(pc.isColorSupported && stream.isTTY && !process.env['NO_COLOR']);
  if (!stream.isTTY) {
    const plainly = (line: string) => write(safe(line));
    return { say: plainly, working: throttled(plainly), done: (name, details) => plainly(`${name}: ${details}`) };
  }
  const draw = createLogUpdate(stream, { showCursor: true });
  const say = (line: string) => {
    draw.clear();
    write(line);
  };
  return {
    say: (line) => say(safe(line)),
    working: (line) => draw(dim(safe(line))),
    done: (name, details) => say(`${green('✓')} ${name.padEnd(11)} ${dim(safe(details))}`),
  };
}
