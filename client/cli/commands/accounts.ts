import type { Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { Check } from '../../../workflows/contract/operation.js';
import type { Accounts } from '../../accounts.js';
import type { Answer, Cell } from '../answer.js';
import { exitCodes, UsageError } from '../exit-codes.js';
import { addLimit, limited, moreThan } from '../limit.js';
import { addOutputFlags } from '../output.js';
import type { Session } from '../session.js';
import { sortedNaturally } from '../words.js';

const noneKnown = 'no account is known: set FLOWLOG_ACCOUNT_ID to a uid, or FLOWLOG_ACCOUNTS to a file of names';

async function listAccounts({ limit }: { readonly limit?: number }, session: Session): Promise<Answer> {
  const all = sortedNaturally(Object.entries(await session.surroundings.accounts()), ([name]) => name);
  const accounts = limited(all, limit);
  return {
    document: {
      accounts: accounts.map(([name, { uid, roleArn }]) => ({
        name,
        uid,
        ...omitUndefined({ roleArn: roleArn || undefined }),
      })),
    },
    table: {
      head: ['account', 'uid', 'credentials'],
      rows: accounts.map(([name, { uid, roleArn }]) => [
        name,
        uid,
        roleArn ?? { text: 'the default ones', tone: 'dim' },
      ]),
    },
    notes: all.length === 0 ? [noneKnown] : moreThan(accounts.length, all.length, 'account'),
  };
}

/** The worker's own file counts: no worker works for an account that is only in ours. */
const unknownToWorker: Check = {
  name: '',
  ok: false,
  detail: 'the worker knows no account with this uid',
  advice: "Add it to the worker's FLOWLOG_ACCOUNTS, or set its FLOWLOG_ACCOUNT_ID, and start it again.",
};

const uidsByName = (names: readonly string[], accounts: Accounts): [string, string][] =>
  (names.length > 0 ? names : Object.keys(accounts)).map((name) => {
    const uid = Object.hasOwn(accounts, name) ? accounts[name]?.uid : undefined;
    if (uid === undefined) throw new UsageError(`no account is named "${name}": see \`flowlog accounts list\``);
    return [name, uid];
  });

async function test(names: readonly string[], session: Session): Promise<Answer> {
  const wanted = uidsByName(names, await session.accounts());
  if (wanted.length === 0) throw new UsageError(noneKnown);
  const { flowLogs } = await session.service();
  const { checks } = await flowLogs.diagnose();
  const tested = wanted.map(([name, uid]) => ({
    ...(checks.find(({ accountId }) => accountId === uid) ?? unknownToWorker),
    name,
    uid,
  }));
  const wrong = tested.filter(({ ok }) => !ok);
  return {
    document: { ok: wrong.length === 0, accounts: tested },
    table: {
      head: ['account', 'uid', 'state', 'seen'],
      rows: tested.map(({ name, uid, ok, detail }): Cell[] => [
        name,
        uid,
        ok ? { text: 'ok', tone: 'good' } : { text: 'NOT ok', tone: 'bad' },
        detail,
      ]),
    },
    notes: wrong.flatMap(({ name, advice }) => (advice ? [`${name}: ${advice}`] : [])),
    exitCode: wrong.length === 0 ? exitCodes.done : exitCodes.failed,
  };
}

/** `accounts`: the names known here, and whether the worker's credentials are really theirs. */
export function addAccountCommands(program: Command, session: Session): void {
  const accounts = program.command('accounts').description('accounts: names, uids, roles, and whether they work');
  addOutputFlags(addLimit(accounts.command('list').description('the accounts that are known here'))).action(
    async (flags: { limit?: number }) => session.answer(await listAccounts(flags, session)),
  );
  addOutputFlags(
    accounts
      .command('test')
      .description("ask the cloud, with the worker's credentials, whose they are")
      .argument('[names...]', 'only these; default: all'),
  ).action(async (names: string[]) => session.answer(await test(names, session)));
}
