import type { Client } from '@temporalio/client';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BulkInput, BulkItem, BulkRow, BulkSummary } from '../../workflows/contract/bulk.js';
import type { PlanInput } from '../../workflows/contract/plan.js';
import { workflowIdOf } from '../../cloud/target.js';
import { bulkNamePattern, optionsOfOperation } from '../../workflows/contract/bulk-schema.js';
import { shown } from '../../workflows/contract/problems.js';
import type { Accounts } from '../accounts.js';
import { askedProblems } from './bulk-problems.js';
import {
  type BulkHandle,
  type BulkRequest,
  type NewestBulks,
  bulkHandle,
  bulkNameFor,
  readBulkRows,
  readBulks,
  readNewest,
  type StartedBulk,
  startBulk,
} from './bulk.js';
import { InvalidInputError, type InputProblem } from '../errors.js';
import { bulkInputOf } from './bulk-input.js';
import { type Plan, type PlanRequest, planOf } from './plan.js';
import type { Patience } from '../reads.js';
import { checkRequest } from '../operations/request.js';

/** Bulks, for TypeScript programs: `flowLogs.bulks`. */
export class Bulks {
  constructor(
    private readonly client: Client,
    private readonly address: string,
    private readonly accounts: Accounts,
    private readonly patience: Patience = {},
  ) {}

  /** Items in the form in which they are worked on, or everything that is wrong with them. */
  check({
    operation,
    items = [],
    requestedBy,
    reason,
    options,
  }: BulkRequest): { readonly items: readonly BulkItem[] } | { readonly problems: readonly InputProblem[] } {
    const common = optionsOfOperation(options);
    const asking = { requestedBy, ...omitUndefined({ reason: reason || undefined }) };
    const problems: InputProblem[] = [];
    const first = new Map<string, number>();
    const checked = items.flatMap((item, index): BulkItem[] => {
      const one = checkRequest(
        operation,
        { ...item, ...asking, options: { ...common, ...item.options } },
        this.accounts,
      );
      if ('problems' in one) {
        problems.push(...one.problems.map(({ path, message }) => ({ path: `items[${index}].${path}`, message })));
        return [];
      }
      const { target, spec } = one.input;
      const id = workflowIdOf(target);
      const other = first.get(id);
      if (other !== undefined)
        problems.push({ path: `items[${index}].target`, message: `the same as items[${other}]: ${id}` });
      else first.set(id, index);
      return [{ target, ...omitUndefined({ spec, options: item.options }) }];
    });
    return problems.length > 0 ? { problems } : { items: checked };
  }

  /**
   * Starts a bulk. Many items are stored first; the worker keeps them.
   * @throws InvalidInputError with all problems; nothing was started.
   * @throws BulkInProgressError where a bulk of this name runs.
   */
  async start(request: BulkRequest): Promise<StartedBulk> {
    const { operation, name = bulkNameFor(operation), retryOf } = request;
    if (!bulkNamePattern.test(name))
      throw new InvalidInputError([{ path: 'name', message: `${shown(name)}: must match ${bulkNamePattern.source}` }]);
    const input: BulkInput = {
      ...(await this.inputOf(request, retryOf !== undefined, retryOf === undefined ? '' : undefined)),
      ...omitUndefined({ retryOf: retryOf || undefined }),
    };
    return startBulk(this.client, this.address, name, input);
  }

  /**
   * Plans what a bulk of these targets would do, before it does anything. The worker looks and keeps the rows for a week.
   * @param signal stops the looking
   * @throws InvalidInputError with all problems; nothing was looked at.
   */
  async plan(request: PlanRequest, signal?: AbortSignal): Promise<Plan> {
    const { validate } = request;
    const input: PlanInput = {
      ...(await this.inputOf(request, false)),
      ...omitUndefined({ validate: validate || undefined }),
    };
    return planOf(this.client, this.address, input, { ...this.patience, ...omitUndefined({ signal }) });
  }

  /** Makes the input of the workflow; stores the items first where they are too many for it. */
  private async inputOf(request: PlanRequest, isNamed: boolean, expects?: string): Promise<BulkInput> {
    const { operation, items: named = [], selectors, requestedBy, reason, options } = request;
    const wrong = askedProblems(request, isNamed || named.length > 0, expects);
    // A problem of the whole request is reported once, not for each item.
    if (wrong.length > 0) throw new InvalidInputError(wrong);
    const checked = this.check(request);
    if ('problems' in checked) throw new InvalidInputError(checked.problems);
    const { client, address, patience } = this;
    const asked = { operation, requestedBy, ...omitUndefined({ selectors, reason, options }) };
    return bulkInputOf(asked, checked.items, { client, address, patience });
  }

  /** A bulk by its workflow id. */
  getHandle(workflowId: string, runId?: string): BulkHandle {
    return bulkHandle(this.client, this.address, workflowId, runId);
  }

  /** Newest first, as the database keeps them: also those that Temporal has forgotten. */
  list(filter: { readonly bulk?: string; readonly limit?: number } = {}): Promise<readonly BulkSummary[]> {
    return readBulks(this.client, this.address, filter, this.patience);
  }

  /** The newest bulks, and how many there are in all. */
  newest(limit: number): Promise<NewestBulks> {
    return readNewest(this.client, this.address, { limit }, this.patience);
  }

  /** Rows of a run's report, in order. */
  rows(run: string): AsyncGenerator<BulkRow> {
    return readBulkRows(this.client, this.address, run, this.patience);
  }
}
