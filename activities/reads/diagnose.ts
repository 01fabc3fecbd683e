import { setTimeout as sleep } from 'node:timers/promises';
import { type Durability, databaseTrouble } from '../../audit/index.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { ANSWER_BYTES, fitting, jsonBytes } from '../../cloud/json-size.js';
import { cut } from '../../cloud/text.js';
import type { Check, DiagnoseReport } from '../../workflows/contract/operation.js';
import type { Dependencies } from '../dependencies.js';

/** Longest time of one check: a person waits for the answer. */
const CHECK_MS = 4_000;

/** Looks at what the worker stands on: its database, its credentials, and each account's identity in the cloud; all at the same time. */
export async function diagnoseWorker(deps: Dependencies): Promise<DiagnoseReport> {
  const checks = [
    boundedCheck({ name: 'database' }, checkDatabase(deps)),
    boundedCheck({ name: 'database, durability' }, checkDurability(deps)),
    boundedCheck({ name: 'ledger' }, beginning(deps)),
    ...deps.accountIds.map((uid) => boundedCheck(aboutAccount(uid), account(deps, uid))),
  ];
  return { checks: checksInOneAnswer(await Promise.all(checks)) };
}

/** Longest detail of one check, in UTF-16 units. */
const MOST_DETAIL_CHARACTERS = 600;

/** Checks as one answer holds them: of very many accounts those that are not well come first, and the rest are counted. */
function checksInOneAnswer(checks: readonly Check[]): readonly Check[] {
  const short = checks.map((check) => ({ ...check, detail: cut(check.detail, MOST_DETAIL_CHARACTERS) }));
  if (jsonBytes(short) < ANSWER_BYTES) return short;
  const failedFirst = short.toSorted((one, other) => Number(one.ok) - Number(other.ok));
  const first = fitting(failedFirst, ANSWER_BYTES - 2_000);
  const rest = failedFirst.slice(first.length);
  const wrong = rest.filter(({ ok }) => !ok).length;
  const detail = `${rest.length} more checks, ${wrong} of them not well`;
  return [...first, { name: 'everything else', ok: wrong === 0, detail }];
}

/** A check that does not end in time has failed. */
async function boundedCheck(about: Pick<Check, 'name' | 'accountId'>, check: Promise<Check>): Promise<Check> {
  const over = new AbortController();
  const late = sleep(CHECK_MS, undefined, { signal: over.signal }).then((): Check => {
    const advice = 'See what it waits for: the network, a proxy, or the budget of calls.';
    return { ...about, ok: false, detail: `no answer within ${CHECK_MS / 1000} s`, advice };
  });
  late.catch(() => undefined);
  return Promise.race([check, late]).finally(() => over.abort());
}

async function checkDatabase({ ledger }: Dependencies): Promise<Check> {
  try {
    await ledger.head({ workflowId: 'diagnose', runId: 'diagnose' });
    return { name: 'database', ok: true, detail: 'the ledger answers' };
  } catch (error) {
    return { name: 'database', ok: false, ...databaseTrouble(error) };
  }
}

/** Checks the ledger's beginning: an empty ledger in the place of a lost one stops every change, and the check tells why. */
async function beginning({ ledger }: Dependencies): Promise<Check> {
  const name = 'ledger';
  try {
    const { how = 'empty', since, why } = (await ledger.beginning()) ?? {};
    if (how !== 'lost') return { name, ok: true, detail: since ? `${how}, ${since}` : 'no change was recorded yet' };
    return {
      name,
      ok: false,
      detail: `empty, though it is not a first start: ${String(why)}; nothing is changed`,
      advice: 'Restore a backup, or say `flowlog ledger adopt-empty --reason …`.',
    };
  } catch (error) {
    return { name, ok: false, ...databaseTrouble(error) };
  }
}

/**
 * Checks whether the ledger's commits outlive a crash. Without full_page_writes they do where the storage writes pages whole, as some file
 * systems and managed databases do; the server cannot know, so the check tells it and does not refuse it.
 */
async function checkDurability({ ledger, allowUnsafeDatabase }: Dependencies): Promise<Check> {
  const name = 'database, durability';
  try {
    const kept = await ledger.durability();
    if (!kept.fsync) return { name, ...withoutFsync(allowUnsafeDatabase) };
    return { name, ok: true, detail: `fsync=on, history ${kept.history}${limitsOf(kept)}` };
  } catch (error) {
    return { name, ok: false, ...databaseTrouble(error) };
  }
}

function withoutFsync(isAllowed: boolean): Omit<Check, 'name'> {
  const detail = 'fsync=off: a crash may lose intents, and a change whose intent is lost may be sent twice';
  if (isAllowed) return { ok: true, detail: `${detail}; allowed by FLOWLOG_ALLOW_UNSAFE_DATABASE=1` };
  return { ok: false, detail, advice: 'Set fsync=on on the server. No worker starts with it off.' };
}

const limitsOf = ({ fullPageWrites, history }: Durability): string =>
  (fullPageWrites ? '' : '; full_page_writes=off: the storage must write pages whole') +
  (history.startsWith('started')
    ? '; it does not tell its history, so a restart counts as a fail-over: grant execute on pg_control_system to the owner of the schema'
    : '');

const aboutAccount = (accountId: string) => ({ name: `cloud, account ${accountId}`, accountId });

async function account({ cloud }: Dependencies, accountId: string): Promise<Check> {
  const about = aboutAccount(accountId);
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
