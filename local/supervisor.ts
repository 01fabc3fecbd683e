import { setTimeout as sleep } from 'node:timers/promises';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { capitalized } from '../cloud/text.js';
import type { Server } from './server.js';
import type { Part } from './stack.js';

/** Settings of a process that is started again when it ends by itself. */
export interface SupervisedOptions<Program extends Server> {
  /** Key in `run.json`. */
  readonly id: string;
  /** Name in messages, e.g. `the worker`. */
  readonly name: string;
  /** Starts the process; it may not be up yet. */
  start(): Promise<Program>;
  /** Resolves when the process works; rejects with the reason why it does not come up. */
  ready(program: Program): Promise<void>;
  /** Gets a line for every end and every new start. */
  say(line: string): void;
  /** Called after the process number has changed, or is gone. */
  changed(): void;
  /** Bounds of a crash loop. Default {@link defaultLimits}. */
  readonly limits?: RestartLimits;
}

/** Bounds within which a process is started again, and the backoff before each new start. */
export interface RestartLimits {
  /** An end sooner than this after the process was up, in ms, counts as quick. */
  readonly quickMs: number;
  /** After more quick ends in a row than this the process is given up. */
  readonly most: number;
  /** Backoff before the first new start, in ms; it doubles with every quick end. */
  readonly firstPauseMs: number;
  /** Longest backoff, in ms. */
  readonly longestPauseMs: number;
}

/** Five quick ends in a row take about 15 s of backoff, so that a port or a disk that is away for a moment is survived. */
export const defaultLimits: RestartLimits = { quickMs: 10_000, most: 5, firstPauseMs: 500, longestPauseMs: 8_000 };

/** A part that survives `kill -9` of its process. `ended` resolves only when it is given up. */
export interface Supervised extends Part {
  readonly ended: Promise<string>;
  /** Resolves when it works for the first time. */
  readonly up: Promise<void>;
}

/** One life of a process: how it ended, and how long it had been up; `upMs` is absent where it never was. */
interface Life {
  readonly how: string;
  readonly upMs?: number;
}

/**
 * Starts a process and keeps it running: it is started again, with backoff, when it ends without being asked to. A process that ends by
 * an exit code of its own before it was ever up has a reason that a new start does not mend, and is given up at once; so is one
 * that keeps ending.
 */
export async function supervised<Program extends Server>(options: SupervisedOptions<Program>): Promise<Supervised> {
  const supervisor = new Supervisor(options, await options.start());
  const { id, name } = options;
  return {
    ...{ id, name, ended: supervisor.givenUp, up: supervisor.up },
    get pid() {
      return supervisor.pid;
    },
    lastLines: () => supervisor.lastLines(),
    stop: () => supervisor.stop(),
  };
}

class Supervisor<Program extends Server> {
  private readonly stopping = new AbortController();
  private readonly limits: RestartLimits;
  private readonly watching: Promise<void>;
  private isRunning = true;
  private giveUp!: (how: string) => void;
  private isUp!: () => void;
  readonly givenUp = new Promise<string>((resolve) => (this.giveUp = resolve));
  readonly up = new Promise<void>((resolve) => (this.isUp = resolve));

  constructor(
    private readonly options: SupervisedOptions<Program>,
    private program: Program,
  ) {
    this.limits = options.limits ?? defaultLimits;
    this.watching = this.watch();
  }

  get pid(): number | undefined {
    return this.isRunning ? this.program.pid : undefined;
  }

  lastLines(): string {
    return this.program.lastLines();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.program.stop();
    await this.watching;
    // One that was just being started again when the end began.
    await this.program.stop();
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    let wasUp = false;
    let quickEnds = 0;
    for (;;) {
      const { how, upMs } = await this.live(wasUp);
      this.isRunning = false;
      if (signal.aborted) return;
      wasUp ||= upMs !== undefined;
      if (!wasUp && !how.startsWith('signal')) return this.giveUp(how);
      quickEnds = upMs !== undefined && upMs >= this.limits.quickMs ? 1 : quickEnds + 1;
      if (quickEnds > this.limits.most) return this.giveUp(this.loopOf(quickEnds, how));
      await this.pause(how, Math.min(this.limits.firstPauseMs * 2 ** (quickEnds - 1), this.limits.longestPauseMs));
      if (signal.aborted) return;
      try {
        this.program = await this.options.start();
      } catch (error) {
        return this.giveUp((error as Error).message);
      }
      this.isRunning = true;
      this.options.changed();
    }
  }

  private loopOf(quickEnds: number, how: string): string {
    return `${quickEnds} times in a row within ${this.limits.quickMs / 1000} s of its start; the last time: ${how}`;
  }

  private async pause(how: string, pauseMs: number): Promise<void> {
    const { name, say, changed } = this.options;
    changed();
    say(`${capitalized(name)} ended by itself (${how}); it is started again in ${pauseMs / 1000} s.`);
    await sleep(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  /** Resolves when the process is gone. One that does not come up is killed. */
  private async live(isAgain: boolean): Promise<Life> {
    const { program, options } = this;
    const startedAt = performance.now();
    let upAt: number | undefined;
    let problem: string | undefined;
    const gone = program.ended.then(() => true);
    const getUp = options.ready(program).then(
      () => (upAt = performance.now()),
      async (error: unknown) => {
        // A process that is gone says itself how it ended.
        if (await Promise.race([gone, sleep(100).then(() => false)])) return;
        problem = (error as Error).message;
        killNow(program.pid);
      },
    );
    void getUp.then(() => {
      if (upAt === undefined || this.stopping.signal.aborted) return;
      this.isUp();
      const tookMs = upAt - startedAt;
      if (isAgain) options.say(upAgain(options.name, program.pid, tookMs));
    });
    const ending = await program.ended;
    return {
      how: problem ?? ending,
      ...omitUndefined({ upMs: upAt === undefined ? undefined : performance.now() - upAt }),
    };
  }
}

const upAgain = (name: string, pid: number, tookMs: number) =>
  `${capitalized(name)} is up again, as process ${pid}, after ${(tookMs / 1000).toFixed(1)} s.`;

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
