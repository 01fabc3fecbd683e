import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { foundWorkflowTypes, searchAttributes, workflowTypes, type Operation } from '../workflows/contract.js';
import { runStateOf, type RunState } from './progress.js';

/** Which operations to list; all that is given must hold. */
export interface OperationFilter {
  readonly operation?: Operation;
  readonly product?: string;
  /** The account's uid. */
  readonly accountId?: string;
  readonly region?: string;
  readonly flowLogId?: string;
  /** `running`, `needs-attention`, or an outcome. */
  readonly state?: string;
  /** Only those that Temporal runs now. */
  readonly runningOnly?: boolean;
  /** At most so many, newest first. Default 50. */
  readonly limit?: number;
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
const operationOfType = new Map<string, Operation>(
  [workflowTypes, foundWorkflowTypes].flatMap((types) =>
    Object.entries(types).map(([operation, type]) => [type, operation as Operation] as const),
  ),
);

/** Text in Temporal's query language. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Filter fields that are search attributes. */
const attributeOf = {
  product: searchAttributes.product,
  accountId: searchAttributes.account,
  region: searchAttributes.region,
  flowLogId: searchAttributes.flowLogId,
  state: searchAttributes.state,
} as const;

/** The filter in Temporal's query language. */
export function visibilityQuery(filter: OperationFilter): string {
  const types = [...operationOfType].flatMap(([type, operation]) =>
    filter.operation === undefined || filter.operation === operation ? [type] : [],
  );
  const terms = [`WorkflowType IN (${types.map(quoted).join(', ')})`];
  for (const [field, attribute] of Object.entries(attributeOf)) {
    const value = filter[field as keyof typeof attributeOf];
    if (value !== undefined) terms.push(`${attribute} = ${quoted(value)}`);
  }
  if (filter.runningOnly) terms.push("ExecutionStatus = 'Running'");
  return terms.join(' AND ');
}

const summaryOf = (info: WorkflowExecutionInfo): OperationSummary => {
  const outcome = info.typedSearchAttributes.getAll().find(({ key }) => key.name === searchAttributes.state)?.value;
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    operation: operationOfType.get(info.type) ?? 'enable',
    state: runStateOf(info.status.name),
    ...(typeof outcome === 'string' ? { outcome } : {}),
    startedAt: info.startTime.toISOString(),
    ...(info.closeTime ? { endedAt: info.closeTime.toISOString() } : {}),
  };
};

/** Operations that Temporal still remembers, newest first. */
export async function listOperations(client: Client, filter: OperationFilter): Promise<OperationSummary[]> {
  const { limit = defaultLimit } = filter;
  const found: OperationSummary[] = [];
  if (limit <= 0) return found;
  for await (const info of client.workflow.list({ query: visibilityQuery(filter), pageSize: Math.min(limit, 1000) })) {
    found.push(summaryOf(info));
    if (found.length >= limit) break;
  }
  return found;
}
