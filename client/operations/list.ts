import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { outcomes, searchAttributes, type Operation } from '../../workflows/contract/operation.js';
import { runStateOf, type RunState } from './progress.js';
import { operationOfType } from './unanswered.js';

/** Selects the operations to list; all that is given must hold. */
export interface OperationFilter {
  readonly operation?: Operation;
  readonly product?: string;
  /** The account's uid. */
  readonly accountId?: string;
  readonly region?: string;
  readonly flowLogId?: string;
  /** Only those whose state is told by this word, see {@link stateWordOf}. */
  readonly state?: StateWord;
  /** Only those that Temporal runs now. */
  readonly runningOnly?: boolean;
  /** At most so many, newest first. Default 50. */
  readonly limit?: number;
}

/** Words for the state of an operation: under way, how it ended well, or how Temporal closed it. */
export const stateWords = ['running', 'needs-attention', ...outcomes, 'failed', 'terminated', 'timed-out'] as const;
export type StateWord = (typeof stateWords)[number];

/** The one word by which an operation's state is shown, and asked for. */
export function stateWordOf({ state, outcome }: Pick<OperationSummary, 'state' | 'outcome'>): string {
  if (state === 'running') return outcome === 'needs-attention' ? outcome : state;
  return state === 'completed' ? (outcome ?? state) : state;
}

/** Temporal's status for a state word; a word that is not here is the outcome of a completed operation, or of those that run. */
const executionStatuses: Readonly<Partial<Record<StateWord, string>>> = {
  failed: 'Failed',
  terminated: 'Terminated',
  'timed-out': 'TimedOut',
};

/** Of those that run, some need attention: each is counted under one word, as it is shown. */
const runningTerms: Readonly<Partial<Record<StateWord, string>>> = {
  running: `ExecutionStatus = 'Running' AND (${searchAttributes.state} IS NULL OR ${searchAttributes.state} != 'needs-attention')`,
  'needs-attention': `ExecutionStatus = 'Running' AND ${searchAttributes.state} = 'needs-attention'`,
};

/** Narrows the list, and the count, to the rows that are shown by this word. */
function stateTerm(state: StateWord): string {
  const running = runningTerms[state];
  if (running) return running;
  const status = executionStatuses[state];
  if (status) return `ExecutionStatus = ${queryText(status)}`;
  const completed = `${searchAttributes.state} = ${queryText(state)}`;
  return state === 'cancelled' ? `(${completed} OR ExecutionStatus = 'Canceled')` : completed;
}

/** One operation as Temporal's visibility knows it; a moment behind the truth. */
export interface OperationSummary {
  readonly workflowId: string;
  readonly runId: string;
  readonly operation: Operation;
  readonly state: RunState;
  /** The search attribute `FlowLogState`: `running`, `needs-attention`, or the outcome. */
  readonly outcome?: string;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly endedAt?: string;
}

const defaultLimit = 50;
/** Text in Temporal's query language. */
const queryText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Filter fields that are search attributes. */
const attributeOf = {
  product: searchAttributes.product,
  accountId: searchAttributes.account,
  region: searchAttributes.region,
  flowLogId: searchAttributes.flowLogId,
} as const;

/** The filter in Temporal's query language. */
export function visibilityQuery(filter: OperationFilter): string {
  const types = [...operationOfType].flatMap(([type, operation]) =>
    filter.operation === undefined || filter.operation === operation ? [type] : [],
  );
  const terms = [`WorkflowType IN (${types.map(queryText).join(', ')})`];
  for (const [field, attribute] of Object.entries(attributeOf)) {
    const value = filter[field as keyof typeof attributeOf];
    if (value !== undefined) terms.push(`${attribute} = ${queryText(value)}`);
  }
  if (filter.state) terms.push(stateTerm(filter.state));
  if (filter.runningOnly) terms.push("ExecutionStatus = 'Running'");
  return terms.join(' AND ');
}

const operationSummary = (info: WorkflowExecutionInfo): OperationSummary => {
  const outcome = info.typedSearchAttributes.getAll().find(({ key }) => key.name === searchAttributes.state)?.value;
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    operation: operationOfType.get(info.type) ?? 'enable',
    state: runStateOf(info.status.name),
    ...omitUndefined({ outcome: typeof outcome === 'string' ? outcome : undefined }),
    startedAt: info.startTime.toISOString(),
    ...omitUndefined({ endedAt: info.closeTime ? info.closeTime.toISOString() : undefined }),
  };
};

/** Operations that Temporal still remembers, newest first. */
export async function listOperations(client: Client, filter: OperationFilter): Promise<OperationSummary[]> {
  const { limit = defaultLimit } = filter;
  const found: OperationSummary[] = [];
  if (limit <= 0) return found;
  for await (const info of client.workflow.list({ query: visibilityQuery(filter), pageSize: Math.min(limit, 1000) })) {
    const summary = operationSummary(info);
    if (filter.state && stateWordOf(summary) !== filter.state) continue;
    found.push(summary);
    if (found.length >= limit) break;
  }
  return found;
}

/** Counts the operations that {@link listOperations} would find without a limit; those that ended just now are counted a moment later. */
export async function countOperations(client: Client, filter: OperationFilter): Promise<number> {
  const { count } = await client.workflow.count(visibilityQuery(filter));
  return count;
}
