import { randomBytes } from 'node:crypto';
import pg from 'pg';
import {
  openLedger,
  type AttemptRef,
  type Intent,
  type Ledger,
  type OperationRef,
  type TargetRef,
} from '../../audit/index.js';
import type { LedgerOptions } from '../../audit/index.js';
import { migratedDatabase } from './servers.js';

/** A migrated database, an open ledger on it, and a connection of its owner's to look and tamper with. */
export interface LedgerFixture {
  readonly databaseUrl: string;
  readonly ledger: Ledger;
  readonly owner: pg.Client;
  close(): Promise<void>;
}

/** Opens a ledger on a database of its own; anchors are made only when asked for, unless the options say otherwise. */
export async function ledgerFixture(options: Partial<LedgerOptions> = {}): Promise<LedgerFixture> {
  const databaseUrl = await migratedDatabase();
  const ledger = await openLedger({ databaseUrl, anchorEveryMs: 0, ...options });
  const owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
  return {
    databaseUrl,
    ledger,
    owner,
    async close() {
      await ledger.close();
      await owner.end();
    },
  };
}

const unique = (): string => randomBytes(4).toString('hex');

/** A target that no other test uses. */
export const someTarget = (over: Partial<TargetRef> = {}): TargetRef => ({
  owner: 'local',
  product: 'vpc',
  accountId: '1000000000000001',
  place: 'cn-hangzhou',
  key: `VPC/vpc-${unique()}`,
  ...over,
});

/** A run that no other test has. */
export const someRun = (target: TargetRef = someTarget()): OperationRef => ({
  workflowId: `flow-log/${target.product}/${target.accountId}/${target.place}/${target.key}`,
  runId: `run-${unique()}`,
});

export const attemptOf = (operation: OperationRef, attempt = 1, activityId = 'create'): AttemptRef => ({
  operation,
  activityId,
  attempt,
});

/** Intent that a create would commit. */
export const createIntent = (
  attempt: AttemptRef,
  target: TargetRef,
  fence: number,
  over: Partial<Intent> = {},
): Intent => ({
  attempt,
  target,
  fence,
  verb: 'create',
  action: 'CreateFlowLog',
  params: { ResourceId: 'vpc-1' },
  ...over,
});

/** Takes the fence and commits a create, as an attempt does. */
export async function takeAndCommit(
  ledger: Ledger,
  target: TargetRef,
  attempt: AttemptRef,
  over: Partial<Intent> = {},
): Promise<string> {
  const { fence } = await ledger.takeFence(target, attempt);
  const { intentId } = await ledger.commitIntent(createIntent(attempt, target, fence, over));
  return intentId;
}

/** One whole operation as the service records it: opened, intent, outcome, closed. */
export async function wholeOperation(
  ledger: Ledger,
  target = someTarget(),
  flowLogId = `fl-${unique()}`,
): Promise<OperationRef> {
  const operation = someRun(target);
  const attempt = attemptOf(operation);
  await ledger.openOperation({
    operation,
    workflowType: 'enableFlowLog',
    target,
    requestedBy: 'network-team',
    reason: 'CIS 3.3',
    input: { target: { product: target.product } },
    workerBuild: 'test',
  });
  const intentId = await takeAndCommit(ledger, target, attempt, { clientToken: 'token-1' });
  await ledger.recordOutcome({ intentId, attempt, result: 'accepted', flowLogId, requestId: 'R-1', httpStatus: 200 });
  await ledger.closeOperation({ operation, outcome: 'created', body: { flowLogId } });
  return operation;
}
