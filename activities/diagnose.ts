import { CloudError } from '../cloud/cloud-error.js';
import type { Check, DiagnoseReport } from '../workflows/contract.js';
import type { Dependencies } from './dependencies.js';

/** Looks at what the worker stands on: its database, its credentials, and each account's identity in the cloud. */
export async function diagnose(deps: Dependencies): Promise<DiagnoseReport> {
  return { checks: [await database(deps), ...(await Promise.all(deps.accountIds.map((uid) => account(deps, uid))))] };
}

async function database({ ledger }: Dependencies): Promise<Check> {
  try {
    await ledger.head({ workflowId: 'diagnose', runId: 'diagnose' });
    return { name: 'database', ok: true, detail: 'the ledger answers' };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return {
      name: 'database',
      ok: false,
      detail,
      advice: 'Bring PostgreSQL back, or correct DATABASE_URL on the worker.',
    };
  }
}

async function account({ cloud }: Dependencies, accountId: string): Promise<Check> {
  const about = { name: `cloud, account ${accountId}`, accountId };
  try {
    const { body } = await cloud.call({ service: 'sts', action: 'GetCallerIdentity', accountId, params: {} });
    const uid = String(body.AccountId);
    if (uid === accountId) return { ...about, ok: true, detail: `the credentials are ${String(body.Arn)}` };
    return {
      ...about,
      ok: false,
      detail: `the credentials belong to account ${uid}`,
      advice: 'Correct the uid in the accounts file or FLOWLOG_ACCOUNT_ID.',
    };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return { ...about, ok: false, detail: error.message, advice: error.details.advice };
  }
}
