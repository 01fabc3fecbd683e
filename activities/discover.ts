import { Context } from '@temporalio/activity';
import { survey } from '../cloud/discovery/survey.js';
import type {
  Coverage,
  DiscoveredResource,
  DiscoverInput,
  DiscoverReport,
  PlaceProblem,
} from '../workflows/bulk-contract.js';
import { beating } from './attempt.js';
import type { Dependencies } from './dependencies.js';

/** Rows handed to the database at a time. */
const BATCH = 500;

/** Problems told one by one: a report goes through one payload of Temporal. */
const MOST_PROBLEMS = 200;

const BEAT_MS = 5_000;

/**
 * Resolves selectors over all their places, several at a time. What is found goes to the database page by page; the report says where, and
 * sums it up. Nothing is changed in the cloud. Every attempt writes rows of its own, so that none is of two looks.
 */
export async function discover(deps: Dependencies, { selectors }: DiscoverInput): Promise<DiscoverReport> {
  const { info, cancellationSignal: signal } = Context.current();
  const rows = `${info.workflowExecution?.runId ?? info.activityId}/${info.attempt}`;
  const readAt = new Date(deps.clock.now()).toISOString();
  const count = new Counts();
  let waiting: DiscoveredResource[] = [];
  let written = 0;
  const write = async (least: number): Promise<void> => {
    while (waiting.length >= Math.max(1, least)) {
      const batch = waiting.slice(0, BATCH);
      await deps.store.rows.append(rows, written, batch);
      written += batch.length;
      waiting = waiting.slice(BATCH);
    }
  };
  const stop = beating(BEAT_MS, () => count.progress());
  try {
    for await (const finding of survey({ ...deps, signal }, selectors)) {
      count.add(finding);
      waiting.push(...finding.resources);
      await write(BATCH);
    }
    await write(1);
  } finally {
    stop();
  }
  return { rows, readAt, ...count.report() };
}

/** What was found, summed up. */
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
    for (const { coverage } of finding.resources) sum(this.byCoverage, coverage, 1);
    for (const [reason, number] of Object.entries(finding.leftOut)) sum(this.leftOut, reason, number);
    this.problems.push(...finding.problems);
  }

  progress() {
    return { places: this.places, found: this.found, apiCalls: this.apiCalls };
  }

  report(): Omit<DiscoverReport, 'rows' | 'readAt'> {
    const untold = this.problems.length - MOST_PROBLEMS;
    return {
      found: this.found,
      byCoverage: Object.fromEntries(this.byCoverage),
      leftOut: Object.fromEntries(this.leftOut),
      problems: this.problems.slice(0, MOST_PROBLEMS),
      ...(untold > 0 ? { moreProblems: untold } : {}),
      apiCalls: this.apiCalls,
    };
  }
}

function sum<Key>(counts: Map<Key, number>, key: Key, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}
