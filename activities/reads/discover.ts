import { ROWS_AT_ONCE } from './in-one-answer.js';
import { Context } from '@temporalio/activity';
import { survey } from '../../cloud/discovery/survey.js';
import type {
  Coverage,
  DiscoveredResource,
  DiscoverInput,
  DiscoverReport,
  PlaceProblem,
} from '../../workflows/contract/bulk.js';
import { ANSWER_BYTES } from '../../cloud/json-size.js';
import { BEAT_MS, beating, rowsOfAttempt } from '../operation/attempt.js';
import type { Dependencies } from '../dependencies.js';
import { countOf, toldPlaces } from '../told.js';

/** Bytes of the problems in a report: the rest of it is a few counts. */
const DISCOVERY_PROBLEM_BYTES = ANSWER_BYTES - 5_000;

/**
 * Resolves selectors over all their places, several at a time. The resources found go to the database page by page; the report names the rows
 * and sums them up. Nothing is changed in the cloud. Every attempt writes rows of its own, so that none is of two looks.
 */
export async function discoverPlaces(deps: Dependencies, { selectors }: DiscoverInput): Promise<DiscoverReport> {
  const { cancellationSignal: signal } = Context.current();
  const rows = rowsOfAttempt();
  const readAt = new Date(deps.clock.now()).toISOString();
  const count = new Counts();
  let waiting: DiscoveredResource[] = [];
  let written = 0;
  const write = async (least: number): Promise<void> => {
    while (waiting.length >= Math.max(1, least)) {
      const batch = waiting.slice(0, ROWS_AT_ONCE);
      await deps.store.rows.append(rows, written, batch);
      written += batch.length;
      waiting = waiting.slice(ROWS_AT_ONCE);
    }
  };
  const stop = beating(BEAT_MS, () => count.progress());
  try {
    for await (const finding of survey({ ...deps, signal }, selectors)) {
      count.add(finding);
      waiting.push(...finding.resources);
      await write(ROWS_AT_ONCE);
    }
    await write(1);
  } finally {
    stop();
  }
  return { rows, readAt, ...count.report() };
}

/** Sums of the findings, for progress and report. */
class Counts {
  private found = 0;
  private places = 0;
  private apiCalls = 0;
  private readonly byCoverage = new Map<Coverage, number>();
  private readonly leftOut = new Map<string, number>();
  private readonly problems: PlaceProblem[] = [];

  add(finding: {
    readonly resources: readonly DiscoveredResource[];
    readonly leftOut: Readonly<Record<string, number>>;
    readonly apiCalls: number;
    readonly problems: readonly PlaceProblem[];
  }): void {
    this.places++;
    this.found += finding.resources.length;
    this.apiCalls += finding.apiCalls;
    for (const { coverage } of finding.resources) addTo(this.byCoverage, coverage, 1);
    for (const [reason, number] of Object.entries(finding.leftOut)) addTo(this.leftOut, reason, number);
    this.problems.push(...finding.problems);
  }

  progress() {
    return { places: this.places, found: this.found, apiCalls: this.apiCalls };
  }

  report(): Omit<DiscoverReport, 'rows' | 'readAt'> {
    const { first, more } = toldPlaces(this.problems, DISCOVERY_PROBLEM_BYTES);
    return {
      found: this.found,
      byCoverage: Object.fromEntries(this.byCoverage),
      leftOut: Object.fromEntries(this.leftOut),
      problems: first,
      ...countOf('moreProblems', more),
      apiCalls: this.apiCalls,
    };
  }
}

function addTo<Key>(counts: Map<Key, number>, key: Key, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}
