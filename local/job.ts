import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import pc from 'picocolors';
import { accountsFromEnvironment, parseAccounts } from '../client/accounts.js';
import { type Cell, print } from '../client/cli/answer.js';
import { type Item, type ItemEnd, runBatch } from '../client/cli/batch.js';
import { explain } from '../client/cli/explain.js';
import { liveDisplay } from '../client/cli/live.js';
import { connect } from '../client/connection.js';
import { FlowLogs } from '../client/flow-logs.js';
import { effectiveItems } from '../client/manifest/effective.js';
import { ManifestError, readWithMistakes } from '../client/manifest/manifest.js';
import { isById, type Target } from '../cloud/flow-log.js';
import { targetKey } from '../cloud/target.js';
import type { OperationReport } from '../workflows/contract/operation.js';
import { StartProblem } from './problem.js';
import type { Services } from './services.js';
import { simulatedAccounts } from './world.js';

/** Operations at once; the budget of calls is the worker's business. */
const concurrency = 20;

/**
 * Reads what is to be enabled, every item of it checked; nothing is started.
 * @throws Problem with every mistake of the file, each with its line
 */
export async function readJob(
  manifest: string,
  env: Readonly<Record<string, string | undefined>>,
  accountId: string | undefined,
): Promise<readonly Item[]> {
  const text = await readFile(manifest, 'utf8').catch((cause: Error) => {
    throw new StartProblem(`The manifest cannot be read: ${cause.message}.`, { cause, exitCode: 2 });
  });
  const accounts = await accountsOf(env, accountId).catch((cause: Error) => {
    throw new StartProblem(cause.message, { cause, exitCode: 2 });
  });
  const asked = { accounts, requestedBy: userInfo().username, reason: 'npm start' };
  try {
    const items = effectiveItems(readWithMistakes(manifest, text), 'enable', asked);
    return items.map(({ input }) => ({ name: `${input.target.product} ${keyOf(input.target)}`, request: input }));
  } catch (cause) {
    if (!(cause instanceof ManifestError)) throw cause;
    throw new StartProblem(explain(cause).lines.join('\n'), { cause, exitCode: 2 });
  }
}

/** Accounts of the simulated world; of another cloud those that the environment names, or the one account. */
async function accountsOf(env: Readonly<Record<string, string | undefined>>, accountId: string | undefined) {
  if (!env['FLOWLOG_ENDPOINT']) return parseAccounts('of npm start', JSON.stringify(simulatedAccounts));
  return accountsFromEnvironment(accountId === undefined ? env : { FLOWLOG_ACCOUNT_ID: accountId });
}

/**
 * Enables every item, shows each on the way, and prints the table of how they ended.
 * @returns whether all ended well; undefined when it was interrupted
 */
export async function runJob(
  items: readonly Item[],
  { temporal }: Services,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  // Never closed: a look at an item's progress may still be under way, and repeating a call on a closed connection ends the process.
  const { client } = await connect({ address: temporal.address, namespace: temporal.namespace });
  const { stdout, stderr } = process;
  const color = pc.isColorSupported && stdout.isTTY && !process.env['NO_COLOR'];
  const screen = { stdout, stderr, json: false, color };
  const flowLogs = new FlowLogs(client, { address: temporal.address });
  const live = liveDisplay(screen);
  const ends = await runBatch(flowLogs, 'enable', items, { wait: true, concurrency, live, signal });
  if (signal.aborted) return undefined;
  const head = ['product', 'target', 'outcome', 'flow log', 'status', 'seconds'];
  const failures = ends.filter(({ error }) => error !== undefined);
  const notes = failures.flatMap(({ item, error }) => [
    `${item.name}:`,
    ...explain(error).lines.map((line) => `  ${line}`),
  ]);
  await print({ document: undefined, table: { head, rows: ends.map(rowOf) }, notes }, screen);
  return failures.length === 0;
}

const keyOf = (target: Target) => (isById(target) ? target.flowLogId : targetKey(target));

function rowOf({ item, report, error, seconds }: ItemEnd): readonly Cell[] {
  const [product = '', key = ''] = item.name.split(' ');
  return [product, key, jobOutcome(report, error), report?.flowLogId ?? '', report?.status ?? '', String(seconds)];
}

function jobOutcome(report: OperationReport | undefined, error: unknown): Cell {
  if (report) return { text: report.outcome, tone: report.outcome === 'unchanged' ? 'dim' : 'good' };
  const { code } = explain(error).document;
  return { text: code === undefined ? 'failed' : `failed: ${String(code)}`, tone: 'bad' };
}
