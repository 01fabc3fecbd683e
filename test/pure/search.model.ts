/** Explicit-state search: every state a small model can reach, each visited once, breadth first, so that a trace found is a shortest one. */

/** One thing that can happen next. */
export interface Move<State> {
  /** The actor of the move. */
  readonly who: string;
  /** The action; counted, so that a search shows what it went through. */
  readonly what: string;
  readonly state: State;
}

/** The model that is searched. */
export interface Model<State> {
  readonly initial: State;
  /** Everything that can happen next, in a fixed order. */
  moves(state: State): readonly Move<State>[];
  /** Two states with the same key behave the same from here on. */
  key(state: State): string;
  /** Describes what is wrong with the state; undefined where nothing is. No moves are made from a wrong state. */
  wrongWith(state: State): string | undefined;
  /** Tells whether the state is an end: everything wanted is done. */
  isEnd(state: State): boolean;
}

export interface Step {
  readonly who: string;
  readonly what: string;
}

/** A way to a state that is wrong. */
export interface Counterexample {
  readonly wrong: string;
  readonly trace: readonly Step[];
}

export interface Findings {
  readonly states: number;
  readonly moves: number;
  /** Number of times that each action was done, over all states. */
  readonly done: ReadonlyMap<string, number>;
  /** The shortest way to each kind of wrong, and in how many states it was found. */
  readonly wrong: ReadonlyMap<string, Counterexample & { readonly states: number }>;
  /** States from which no way leads to an end, with the way to the first of them. */
  readonly withoutEnd: { readonly states: number; readonly trace: readonly Step[] };
}

/** A state as it was first reached: from which, and how. */
interface Reached {
  readonly from: number;
  readonly step: Step;
}

export interface SearchOptions {
  /** Stop at the first state that is wrong in this way. Default: go on to the end. */
  readonly stopAt?: string;
  /** More states than this are a mistake in the model. */
  readonly maxStates: number;
}

/** Visits every state. Throws where there are more than `maxStates`. */
export function search<State>(model: Model<State>, { stopAt, maxStates }: SearchOptions): Findings {
  const numbers = new Map<string, number>([[model.key(model.initial), 0]]);
  const reached: (Reached | undefined)[] = [undefined];
  // States are kept only while they wait for their turn: millions of them would not fit.
  let queue: { number: number; state: State }[] = [{ number: 0, state: model.initial }];
  const graph = new Graph();
  const done = new Map<string, number>();
  const wrong = new Map<string, Counterexample & { states: number }>();
  while (queue.length > 0) {
    const next: typeof queue = [];
    for (const { number, state } of queue) {
      const complaint = model.wrongWith(state);
      if (complaint !== undefined) {
        const known = wrong.get(complaint);
        if (known) known.states += 1;
        else wrong.set(complaint, { wrong: complaint, trace: traceTo(reached, number), states: 1 });
        if (complaint === stopAt) return findings(numbers.size, graph, done, wrong, reached);
        graph.ends.push(number);
        continue;
      }
      if (model.isEnd(state)) graph.ends.push(number);
      for (const { who, what, state: after } of model.moves(state)) {
        done.set(what, (done.get(what) ?? 0) + 1);
        const key = model.key(after);
        let to = numbers.get(key);
        if (to === undefined) {
          to = numbers.size;
          if (to >= maxStates) throw new Error(`more than ${maxStates} states`);
          numbers.set(key, to);
          reached.push({ from: number, step: { who, what } });
          next.push({ number: to, state: after });
        }
        graph.connect(number, to);
      }
    }
    queue = next;
  }
  return findings(numbers.size, graph, done, wrong, reached);
}

function findings(
  states: number,
  graph: Graph,
  done: Map<string, number>,
  wrong: Findings['wrong'],
  reached: readonly (Reached | undefined)[],
): Findings {
  const lost = graph.withoutEnd(states);
  const trace = lost[0] === undefined ? [] : traceTo(reached, lost[0]);
  return { states, moves: graph.size, done, wrong, withoutEnd: { states: lost.length, trace } };
}

function traceTo(reached: readonly (Reached | undefined)[], number: number): readonly Step[] {
  const steps: Step[] = [];
  for (let at = reached[number]; at; at = reached[at.from]) steps.unshift(at.step);
  return steps;
}

/** Graph of the moves between states; walked backwards to learn from which of them an end can be reached. */
class Graph {
  readonly ends: number[] = [];
  private from = new Int32Array(1 << 16);
  private to = new Int32Array(1 << 16);
  size = 0;

  connect(from: number, to: number): void {
    if (this.size === this.from.length) {
      this.from = grown(this.from);
      this.to = grown(this.to);
    }
    this.from[this.size] = from;
    this.to[this.size++] = to;
  }

  /** Numbers of the states that reach no end. */
  withoutEnd(states: number): number[] {
    // Edges sorted by their head: those that lead to state n are at first[n] … first[n + 1].
    const first = new Int32Array(states + 2);
    for (let edge = 0; edge < this.size; edge++) first[this.to[edge]! + 2]! += 1;
    for (let state = 2; state < first.length; state++) first[state]! += first[state - 1]!;
    const tails = new Int32Array(this.size);
    for (let edge = 0; edge < this.size; edge++) tails[first[this.to[edge]! + 1]!++] = this.from[edge]!;
    const reaches = new Uint8Array(states);
    const stack = [...this.ends];
    for (const end of stack) reaches[end] = 1;
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      for (let index = first[state]!; index < first[state + 1]!; index++) {
        const before = tails[index]!;
        if (reaches[before]) continue;
        reaches[before] = 1;
        stack.push(before);
      }
    }
    return [...reaches.keys()].filter((state) => !reaches[state]);
  }
}

const grown = (numbers: Int32Array): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
};
