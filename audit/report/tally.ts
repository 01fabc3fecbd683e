import type { Entry } from '../entry.js';
import { bodyOf } from './story.js';

/** Verdict on an end: as wished, not as wished, or unknown. */
type EndTone = 'good' | 'bad' | 'doubt';

/** So many of one thing that ended in one way. */
export interface Count {
  readonly what: string;
  readonly end: string;
  readonly count: number;
  readonly tone: EndTone;
}

/** Totals of the rows. */
export interface Tally {
  readonly rows: number;
  /** By workflow type and outcome. */
  readonly operations: readonly Count[];
  /** By product, the cloud's action, and result. */
  readonly calls: readonly Count[];
}

/** Ends in the words of the page; what is not in here did not go as wished. */
const wishedEnds: ReadonlySet<string> = new Set([
  'created',
  'adopted',
  'activated',
  'deactivated',
  'modified',
  'deleted',
  'unchanged',
  'accepted',
]);
const unclear: ReadonlySet<string> = new Set(['ambiguous', 'unknown', 'not ended here', 'cancelled']);

const endTone = (end: string): EndTone => (wishedEnds.has(end) ? 'good' : unclear.has(end) ? 'doubt' : 'bad');

const wordOf = (body: unknown, name: string): string | undefined => {
  const word = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof word === 'string' ? word : undefined;
};

/** Products share names of actions. */
const productAction = ({ target, action }: Entry): string => [target?.split('/')[1], action].filter(Boolean).join(' ');

/** Sums up rows that come chain by chain. Memory grows with the kinds of things there are, not with the rows. */
export async function tallyOf(entries: AsyncIterable<Entry>): Promise<Tally> {
  const operations = new Counter();
  const calls = new Counter();
  let rows = 0;
  let open: { readonly chain: string; readonly what: string } | undefined;
  const end = (how: string): void => {
    if (open) operations.add(open.what, how);
    open = undefined;
  };
  for await (const row of entries) {
    rows += 1;
    const chain = `${row.workflow_id}\n${row.run_id}`;
    if (open && open.chain !== chain) end('not ended here');
    if (row.kind === 'opened') open = { chain, what: wordOf(bodyOf(row), 'workflowType') ?? 'operation' };
    if (row.kind === 'closed') {
      // Its beginning may lie before the rows at hand.
      open ??= { chain, what: 'begun earlier' };
      end(wordOf(bodyOf(row), 'outcome') ?? 'unknown');
    }
    if (row.kind === 'outcome') calls.add(productAction(row), row.result ?? 'unknown');
    if (row.kind === 'unknown') calls.add(productAction(row), 'unknown');
  }
  end('not ended here');
  return { rows, operations: operations.counts(), calls: calls.counts() };
}

class Counter {
  readonly #counts = new Map<string, { what: string; end: string; count: number }>();

  add(what: string, end: string): void {
    const key = `${what}\n${end}`;
    const count = this.#counts.get(key) ?? { what, end, count: 0 };
    count.count += 1;
    this.#counts.set(key, count);
  }

  counts(): readonly Count[] {
    return [...this.#counts.values()]
      .sort((a, b) => a.what.localeCompare(b.what) || b.count - a.count || a.end.localeCompare(b.end))
      .map((count) => ({ ...count, tone: endTone(count.end) }));
  }
}
