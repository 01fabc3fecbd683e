import { setTimeout as sleep } from 'node:timers/promises';
import { createLogUpdate } from 'log-update';
import type { Command } from 'commander';
import { type Answer, print } from './answer.js';
import { exitCodes } from './exit-codes.js';
import { throughSilence } from './patience.js';
import type { Session } from './session.js';
import { writeLine } from './terminal.js';

/** Adds `--watch`. */
export const addWatchFlag = (command: Command): Command =>
  command.option('--watch', 'show it again and again until nothing is under way; Ctrl-C ends the watching only');

/** An answer of the moment. */
export interface CurrentAnswer {
  readonly answer: Answer;
  /** True where nothing will change any more by itself. */
  readonly isOver: boolean;
  /** The moment in one line, for a log. */
  readonly line: string;
}

/** Time between two looks, in ms. */
const REFRESH_MS = 2_000;

/**
 * Looks again and again until nothing is under way, and answers with the last look. On a terminal each look takes the place of the one before; else
 * each change is a line on stderr.
 */
export async function watched(look: () => Promise<CurrentAnswer>, session: Session): Promise<Answer> {
  const { signal, screen } = session;
  const display = screen.stderr.isTTY && !screen.json ? redrawn(session) : answerLines(session);
  let last: CurrentAnswer | undefined;
  try {
    while (!signal.aborted) {
      // A failure of the first look is told at once.
      const say = (line: string) => writeLine(screen.stderr, line);
      const again = (session.argv ?? []).join(' ');
      last = last ? await throughSilence(look, { signal, again, say }) : await look();
      if (last.isOver) return last.answer;
      await display.show(last);
      await sleep(REFRESH_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    display.end();
  }
  return {
    ...(last?.answer ?? { document: null, notes: [] }),
    exitCode: exitCodes.interrupted,
  };
}

interface Display {
  show(moment: CurrentAnswer): Promise<void>;
  end(): void;
}

function redrawn({ screen }: Session): Display {
  const { stderr, color } = screen;
  const draw = createLogUpdate(stderr as unknown as NodeJS.WriteStream, { showCursor: true });
  return {
    show: async ({ answer }) => {
      let text = '';
      const sink = { write: (piece: string) => (text += piece), isTTY: true, columns: stderr.columns ?? 80 };
      await print(answer, { stdout: sink, stderr: sink, json: false, color });
      draw(text.trimEnd());
    },
    end: () => draw.clear(),
  };
}

function answerLines({ screen }: Session): Display {
  let said = '';
  return {
    show: ({ line }) => {
      if (line !== said) writeLine(screen.stderr, line);
      said = line;
      return Promise.resolve();
    },
    end: () => undefined,
  };
}
