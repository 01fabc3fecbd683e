import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AccountsFileError, accountsFromEnvironment, checkRequest, parseAccounts } from '../../client/index.js';

const target = { product: 'vpc', region: 'r', resource: { type: 'VPC', id: 'vpc-1' } };
const request = { target, requestedBy: 'me' };
const problemsOf = (from: object, accounts = parseAccounts('a.yaml', "prod: '2'\ntest: '3'\n")) => {
  const checked = checkRequest('delete', { ...request, target: { ...target, ...from } }, accounts);
  return 'problems' in checked ? checked.problems : checked.input.target.accountId;
};

describe('accounts', () => {
  it.each([
    { text: "prod: '2'\n", account: { uid: '2' }, reason: 'names and uids' },
    {
      text: "accounts:\n  prod: { uid: '2', roleArn: 'acs:ram::2:role/flowlog', budgets: { CreateFlowLog: 2 } }\n",
      account: { uid: '2', roleArn: 'acs:ram::2:role/flowlog' },
      reason: "with the worker's part",
    },
    { text: '{"prod":{"uid":"2"}}', account: { uid: '2' }, reason: 'JSON' },
  ])('are read from YAML and JSON: $reason', ({ text, account }) => {
    expect(parseAccounts('a.yaml', text)).toEqual({ prod: account });
  });

  it.each([
    { text: 'prod: 2\n', message: /quotes/, reason: 'a number would lose digits' },
    { text: "a: '2'\nb: '2'\n", message: /"?b"?.*a/, reason: 'two names of one account' },
    { text: '[1, 2]', message: /object of names/, reason: 'a list' },
    { text: 'a: [\n', message: /a\.yaml/, reason: 'broken syntax' },
  ])('are refused: $reason', ({ text, message }) => {
    expect(() => parseAccounts('a.yaml', text)).toThrow(AccountsFileError);
    expect(() => parseAccounts('a.yaml', text)).toThrow(message);
  });

  it('come from the file that FLOWLOG_ACCOUNTS names, else from FLOWLOG_ACCOUNT_ID, else there are none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flowlog-accounts-'));
    const file = join(folder, 'accounts.yaml');
    await writeFile(file, "prod: '2'\n");
    expect(await accountsFromEnvironment({ FLOWLOG_ACCOUNTS: file, FLOWLOG_ACCOUNT_ID: '9' })).toEqual({
      prod: { uid: '2' },
    });
    await rm(folder, { recursive: true });
    expect(await accountsFromEnvironment({ FLOWLOG_ACCOUNT_ID: '9' })).toEqual({ default: { uid: '9' } });
    expect(await accountsFromEnvironment({})).toEqual({});
    await expect(accountsFromEnvironment({ FLOWLOG_ACCOUNTS: file })).rejects.toThrow(
      /FLOWLOG_ACCOUNTS=.*accounts\.yaml/,
    );
    await expect(accountsFromEnvironment({ FLOWLOG_ACCOUNT_ID: 'me' })).rejects.toThrow(/FLOWLOG_ACCOUNT_ID=me/);
  });

  it.each([
    { from: { account: 'prod' }, uid: '2', reason: 'a name' },
    { from: { accountId: '7' }, uid: '7', reason: 'a uid that has no name' },
    { from: { accountId: '2', account: 'prod' }, uid: '2', reason: 'both, when they agree' },
  ])('are resolved to the uid, which alone is sent: $reason', ({ from, uid }) => {
    expect(problemsOf(from)).toBe(uid);
  });

  it.each([
    { from: {}, message: /no account is named "default".*known: prod, test/, reason: 'no name and no default' },
    { from: { account: 'dev' }, message: /no account is named "dev"/, reason: 'an unknown name' },
    {
      from: { accountId: '3', account: 'prod' },
      message: /"prod" is not the name of account 3/,
      reason: 'both, when they differ',
    },
    {
      from: { account: '__proto__' },
      message: /no account is named "__proto__"/,
      reason: 'what every object inherits',
    },
  ])('are refused once, by the field: $reason', ({ from, message }) => {
    expect(problemsOf(from)).toEqual([{ path: 'target.account', message: expect.stringMatching(message) as string }]);
  });
});
