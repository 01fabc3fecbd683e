import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import { oneLine } from '../../cloud/text.js';
import type { Screen } from './answer.js';
import { writeRow } from './terminal.js';

/** One line of the live display. */
export interface LiveLine {
  readonly name: string;
  readonly text: string;
  readonly seconds: number;
}

/** Shows what is under way while a command waits; always on stderr, so that stdout holds the answer alone. */
export interface Live {
  show(lines: readonly LiveLine[], done: number, total: number): void;
  end(): void;
}

/** Redraws in place: what runs, and how many are done. */
function onTerminal({ stderr, color }: Screen): Live {
  const draw = createLogUpdate(stderr as unknown as NodeJS.WriteStream, { showCursor: true });
  const { dim, cyan } = pc.createColors(color);
  return {
    show: (lines, done, total) => {
      const bar = '█'.repeat(Math.round((done / Math.max(total, 1)) * 20)).padEnd(20, '░');
      const rows = lines.map(
        ({ name, text, seconds }) => `${cyan(oneLine(name))}  ${oneLine(text)}  ${dim(`${seconds} s`)}`,
      );
      draw([...rows, dim(`${bar} ${done}/${total}`)].join('\n'));
    },
    end: () => draw.clear(),
  };
}

/** Says each change once, a line each: fit for a log. */
function inPipe({ stderr }: Screen): Live {
  const said = new Map<string, string>();
  return {
    show: (lines) => {
      for (const { name, text, seconds } of lines) {
        if (said.get(name) === text) continue;
        said.set(name, text);
        writeRow(stderr, [`${seconds}s`, name, text]);
      }
    },
    end: () => undefined,
  };
}

/** The live display that fits the screen. */
export const liveDisplay = (screen: Screen): Live => (screen.stderr.isTTY ? onTerminal(screen) : inPipe(screen));
