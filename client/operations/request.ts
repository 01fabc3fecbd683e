import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Spec, Target } from '../../cloud/flow-log.js';
import type { Operation, OperationInput, OperationOptions } from '../../workflows/contract/operation.js';
import { parseOperationInput, parseTarget } from '../../workflows/contract/input.js';
import { accountName, defaultAccountName, type Accounts } from '../accounts.js';
import type { InputProblem } from '../errors.js';

/** A target as a caller may write it: the account by uid, by name, or not at all (then it is `default`). */
export interface TargetRequest {
  readonly product: string;
  readonly accountId?: string;
  /** Name of an account, resolved to its uid before anything is sent. */
  readonly account?: string;
  readonly region?: string;
  /** The identity fields of a resource; or a flow log by its id below. */
  readonly resource?: Readonly<Record<string, string>>;
  readonly flowLogId?: string;
  /** The router of an ecr flow log named by its id. */
  readonly ecrId?: string;
}

/** Request of a caller; see the JSON Schemas for every field. */
export interface OperationRequest {
  readonly target: TargetRequest;
  readonly spec?: Spec;
  /** Name that the caller gives itself; recorded, not authenticated. */
  readonly requestedBy: string;
  readonly reason?: string;
  readonly options?: OperationOptions;
}

/** A request that can be started, or everything that is wrong with it. */
export type CheckedRequest = { readonly input: OperationInput } | { readonly problems: readonly InputProblem[] };

interface Resolved {
  readonly target: Record<string, unknown>;
  readonly account?: string;
  readonly problems: readonly InputProblem[];
}

/** Replaces the account's name by its uid, which alone is sent: names are this side's business. */
function withUid(request: TargetRequest, accounts: Accounts): Resolved {
  const { account, ...target } = request;
  if (target.accountId !== undefined) {
    const name = accountName(accounts, target.accountId);
    const wrong = account !== undefined && accounts[account]?.uid !== target.accountId;
    const message = `${JSON.stringify(account)} is not the name of account ${target.accountId}: give one of the two`;
    return {
      target,
      ...omitUndefined({ account: name }),
      problems: wrong ? [{ path: 'target.account', message }] : [],
    };
  }
  const name = account ?? defaultAccountName;
  const uid = Object.hasOwn(accounts, name) ? accounts[name]?.uid : undefined;
  if (uid !== undefined) return { target: { ...target, accountId: uid }, account: name, problems: [] };
  const known = Object.keys(accounts);
  const message =
    `no account is named ${JSON.stringify(name)}; ` +
    (known.length > 0
      ? `known: ${known.join(', ')}`
      : 'none is known: set FLOWLOG_ACCOUNT_ID to a uid, or FLOWLOG_ACCOUNTS to a file of names');
  // A uid of the right form, so that this problem is told once and not a second time as a missing uid.
  return { target: { ...target, accountId: '0' }, problems: [{ path: 'target.account', message }] };
}

/** The target a request means, or what is wrong with it. */
export function resolveTarget(
  request: TargetRequest,
  accounts: Accounts,
): { readonly target: Target } | { readonly problems: readonly InputProblem[] } {
  const { target, problems } = withUid(request, accounts);
  const parsed = parseTarget(target);
  const all = [...problems, ...('problems' in parsed ? parsed.problems : [])];
  return 'target' in parsed && all.length === 0 ? parsed : { problems: all };
}

/** Checks a request: returns the input that it would start, or all that is wrong with it. Needs neither Temporal nor the cloud. */
export function checkRequest(operation: Operation, request: OperationRequest, accounts: Accounts): CheckedRequest {
  const { target, account, problems } = withUid(request.target, accounts);
  const parsed = parseOperationInput(operation, { ...request, target }, account);
  const all = [...problems, ...('problems' in parsed ? parsed.problems : [])];
  return 'input' in parsed && all.length === 0 ? parsed : { problems: all };
}
