import { LedgerOutOfReachError } from '../../client/cli/audit/errors.js';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { LedgerRefusedError } from '../../client/cli/audit/errors.js';
import { findDatabase } from '../../client/cli/audit/find-database.js';
import type { LedgerConnection } from '../../client/cli/audit/ledger-door.js';
import { worldOf } from './fixtures/cli-world.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowlog-audit-'));
});
afterEach(() => rm(folder, { recursive: true }));

const head = 'a'.repeat(64);
const whole = { ok: true, entries: 12, chains: 3, unanchoredChains: 0 };
const operation = { workflowId: 'flow-log/vpc/1/cn-hangzhou/VPC/vpc-1', runId: 'run-1' };
const story = {
  operation,
  title: 'vpc VPC/vpc-1 in cn-hangzhou, account 1, owner local',
  lines: [
    { at: '2026-01-01T00:00:00.000000Z', kind: 'opened', says: 'mika asked\u001b[2J', body: {} },
    {
      at: '2026-01-01T00:00:01.500000Z',
      kind: 'closed',
      says: 'the operation ended: created',
      body: { outcome: 'created' },
    },
  ],
};

describe('audit show', () => {
  it('tells a story, with times counted from its beginning, and keeps control characters off the terminal', async () => {
    const ledger = { show: () => Promise.resolve({ stories: [story], total: 1 }) };
    const { stdout, exitCode } = await worldOf({ ledger }).run('audit show vpc-1');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      'vpc VPC/vpc-1 in cn-hangzhou, account 1, owner local\n' +
        `  ${operation.workflowId}, run run-1\n` +
        '  2026-01-01T00:00:00Z  mika asked [2J\n' +
        '               +1.50 s  the operation ended: created\n\n',
    );
  });

  it.each([
    { subject: 'default', asked: '1000000000000001', reason: "an account's name is its uid" },
    { subject: 'constructor', asked: 'constructor', reason: 'what every object inherits is no account' },
    { subject: 'fl-1', asked: 'fl-1', reason: 'anything else is asked for as it is' },
  ])('asks for $asked where $subject is named: $reason', async ({ subject, asked }) => {
    const subjects: unknown[] = [];
    const show: LedgerConnection['show'] = (...args) => {
      subjects.push(args);
      return Promise.resolve({ stories: [], total: 0 });
    };
    const { exitCode, stderr } = await worldOf({ ledger: { show } }).run(`audit show ${subject} --limit 3`);
    expect(subjects).toEqual([[asked, 3]]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `the ledger holds nothing about ${subject}\n` });
  });
});

describe('audit verify', () => {
  it.each([
    { found: whole, code: 5, text: 'whole: 12 rows in 3 chains of db:5432/flowlog were verified\n' },
    {
      found: {
        ...whole,
        stand: { anchor: { count: 4, head, from: 'anchors.jsonl, line 4' }, entriesBefore: 10, entriesAfter: 2 },
      },
      code: 0,
      text: 'whole: 12 rows in 3 chains of db:5432/flowlog were verified, and the anchors kept outside are in it\n',
    },
    {
      found: { ...whole, ok: false, broken: { operation, seq: 2, what: 'row 2 of x was changed' } },
      code: 1,
      text: 'BROKEN: row 2 of x was changed\n',
    },
  ])('exits $code and says: $text', async ({ found, code, text }) => {
    const { exitCode, stdout } = await worldOf({ ledger: { verify: () => Promise.resolve(found) } }).run(
      'audit verify',
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: text });
  });

  it('says how far it can promise: on which anchor it stands, and that it stands on none', async () => {
    const stand = { anchor: { count: 4, head, from: 'anchors.jsonl, line 4' }, entriesBefore: 10, entriesAfter: 2 };
    const verified = (found: object) => ({ verify: () => Promise.resolve({ ...whole, ...found }) });
    const standing = await worldOf({ ledger: verified({ stand }) }).run('audit verify --anchors anchors.jsonl');
    expect(standing.stderr).toContain(`stands on anchor 4:${head}, read from anchors.jsonl, line 4`);
    expect(standing.stderr).toMatch(/10 rows up to it are as they were; 2 rows after it/);
    const alone = await worldOf({ ledger: verified({}) }).run('audit verify');
    expect(alone.stderr).toMatch(/not anchored outside: .*--anchors/);
  });

  it('hands on the anchors that were given, by flag and by file', async () => {
    const asked: unknown[] = [];
    const verify: LedgerConnection['verify'] = (request) => {
      asked.push(request);
      return Promise.resolve(whole);
    };
    await worldOf({ ledger: { verify } }).run(`audit verify --anchor 4:${head} --anchors kept.jsonl`);
    expect(asked).toEqual([{ anchor: `4:${head}`, anchorsFile: 'kept.jsonl' }]);
  });

  it('names the archives whose files were not given, and ends with 5 for them', async () => {
    const stand = { anchor: { count: 4, head, from: '--anchor' }, entriesBefore: 10, entriesAfter: 2 };
    const one = { archive: 1, file: 'ledger-archive-0001-a.jsonl.gz', sha256: head, chains: 2, entries: 9, epoch: '0' };
    const asked: unknown[] = [];
    const withArchive = (checked: boolean) => ({
      verify: (request: unknown) => {
        asked.push(request);
        return Promise.resolve({ ...whole, stand, archives: [{ ...one, checked }] });
      },
    });
    const without = await worldOf({ ledger: withArchive(false) }).run('audit verify');
    expect(without.exitCode).toBe(5);
    expect(without.stderr).toContain('not checked: 9 archived rows, which are in ledger-archive-0001-a.jsonl.gz');
    expect((await worldOf({ ledger: withArchive(true) }).run('audit verify --archive a.gz b.gz')).exitCode).toBe(0);
    expect(asked[1]).toEqual({ archives: ['a.gz', 'b.gz'] });
  });

  it('exits 3 where the database is out of reach, and says what to do', async () => {
    const { exitCode, stderr } = await worldOf().run('audit verify');
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/db:5432\/flowlog is out of reach: connect ECONNREFUSED\n.*DATABASE_URL/);
  });

  it('says which role is needed where this one may not', async () => {
    const anchor = () => Promise.reject(new LedgerRefusedError('the role may not do this'));
    const { exitCode, stderr } = await worldOf({ ledger: { anchor } }).run('audit anchor');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('flowlog_service');
  });
});

describe('audit anchor', () => {
  it('prints the one word to keep on stdout and nothing else there', async () => {
    const anchor = () => Promise.resolve({ count: 4, head, at: '2026-01-01T00:00:00.000Z', text: `4:${head}` });
    const { stdout, stderr } = await worldOf({ ledger: { anchor } }).run('audit anchor');
    expect(stdout).toBe(`4:${head}\n`);
    expect(stderr).toContain('verify --anchor');
  });
});

describe('audit export', () => {
  const asked: unknown[] = [];
  const ledger: Partial<LedgerConnection> = {
    export: (sink, options) => {
      asked.push(options);
      sink.write('row 1\n');
      return Promise.resolve();
    },
  };
  beforeEach(() => void (asked.length = 0));

  it('streams to stdout, which holds the export alone', async () => {
    const { stdout, stderr, exitCode } = await worldOf({ ledger }).run(
      'audit export --format csv --since 2026-01-01 --until 2026-01-31T08:00:00+08:00',
    );
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: 'row 1\n', stderr: '', exitCode: 0 });
    const range = { since: new Date('2026-01-01T00:00:00Z'), until: new Date('2026-01-31T00:00:00Z') };
    expect(asked).toEqual([{ format: 'csv', ...range }]);
  });

  it('takes a duration as so long ago', async () => {
    await worldOf({ ledger }).run('audit export --format jsonl --since 24h');
    const { since } = asked[0] as { since: Date };
    expect(Math.abs(Date.now() - 86_400_000 - since.getTime())).toBeLessThan(60_000);
  });

  it('writes a file that appears when it is whole', async () => {
    const path = join(folder, 'ledger.html');
    const { exitCode } = await worldOf({ ledger }).run(`audit export --format html -o ${path}`);
    expect(exitCode).toBe(0);
    expect(await readFile(path, 'utf8')).toBe('row 1\n');
    expect(await readdir(folder)).toEqual(['ledger.html']);
  });

  it('leaves nothing behind where it fails in the middle, and the file of before as it was', async () => {
    const path = join(folder, 'ledger.csv');
    await writeFile(path, 'before');
    const failing: Partial<LedgerConnection> = {
      export: async (sink, options) => {
        await ledger.export?.(sink, options);
        throw new Error('the database went away');
      },
    };
    const { exitCode } = await worldOf({ ledger: failing }).run(`audit export --format csv -o ${path}`);
    expect(exitCode).toBe(1);
    expect(await readFile(path, 'utf8')).toBe('before');
    expect(await readdir(folder)).toEqual(['ledger.csv']);
  });

  it.each([
    { line: 'audit export', reason: 'no format' },
    { line: 'audit export --format xml', reason: 'no such format' },
    { line: 'audit export --format csv --since yesterday', reason: 'no time' },
    { line: 'audit export --format csv --since 2026-13-01', reason: 'no month' },
    { line: 'audit export --format csv --since 2026-01-01T08:00', reason: 'a time without its zone' },
    { line: 'audit export --format csv --since 2026-01-02 --until 2026-01-01', reason: 'ends before it begins' },
    { line: 'audit export --format csv --json', reason: 'two documents on one stdout' },
    { line: 'audit export --format csv -o /nowhere/ledger.csv', reason: 'a folder that is not there' },
    { line: 'audit show', reason: 'no subject' },
    { line: 'audit show vpc-1 --limit 0', reason: 'no run' },
  ])('$line is refused: $reason', async ({ line }) => {
    expect((await worldOf({ ledger }).run(line)).exitCode).toBe(2);
    expect(asked).toEqual([]);
  });
});

describe('freeze and thaw', () => {
  const freezeId = '8e823e12-11b5-495a-bcec-253235798866';
  const asked: unknown[] = [];
  const ledger = (lifted: string[] = [freezeId]): Partial<LedgerConnection> => ({
    freeze: (request) => {
      asked.push(request);
      return Promise.resolve({ ...request, freezeId, since: '2026-01-01T00:00:00.000Z' });
    },
    thaw: (request) => {
      asked.push(request);
      return Promise.resolve(lifted);
    },
    freezes: () => Promise.resolve([]),
  });
  beforeEach(() => void (asked.length = 0));

  it.each([
    { flags: '', scope: {}, says: 'everything' },
    { flags: '--product vpc', scope: { product: 'vpc' }, says: 'vpc' },
    {
      flags: '--account default --region cn-hangzhou',
      scope: { accountId: '1000000000000001', region: 'cn-hangzhou' },
      says: 'every product in cn-hangzhou of account default (1000000000000001)',
    },
    { flags: '--product ecr --region central', scope: { product: 'ecr', region: 'central' }, says: 'ecr in central' },
  ])('freeze $flags holds $says', async ({ flags, scope, says }) => {
    const { exitCode, stdout } = await worldOf({ ledger: ledger() }).run(`freeze ${flags} --reason "incident 7"`);
    expect(exitCode).toBe(0);
    expect(asked).toEqual([{ ...scope, reason: 'incident 7', by: 'mika' }]);
    expect(stdout).toBe(`frozen: ${says}; freeze ${freezeId} on db:5432/flowlog\n`);
  });

  it('takes any uid where no account is known here: it is a brake, and the worker may know more', async () => {
    const world = worldOf({ ledger: ledger(), accounts: {} });
    const { stdout } = await world.run('freeze --account 7 --reason "incident 7"');
    expect(stdout).toContain('frozen: every product of account 7;');
  });

  it.each([
    { line: 'freeze --reason x --account 7', reason: 'no account has this uid, so nothing would be held' },
    { line: 'freeze --product vpc', reason: 'no reason is given' },
    { line: 'freeze --reason " "', reason: 'the reason is empty' },
    { line: 'freeze --reason x --account nobody', reason: 'nobody knows the account' },
    { line: 'freeze --reason x --product oss', reason: 'there is no such product' },
    { line: 'freeze --reason x --region cn/hangzhou', reason: 'that is no region' },
    { line: 'freeze --reason x --product ecr --region cn-hangzhou', reason: 'it could hold nothing' },
    { line: 'freeze --reason x --product vpc --region central', reason: 'it could hold nothing' },
    { line: 'freeze --reason x --region CN-HANGZHOU', reason: 'no region is written so' },
    { line: 'freeze --reason x --region cn-hangzhuo', reason: 'no region has this name, and one has almost this' },
    { line: `thaw --id ${freezeId} --product vpc`, reason: 'two ways to say what is meant' },
  ])('$line is refused: $reason', async ({ line }) => {
    expect((await worldOf({ ledger: ledger() }).run(line)).exitCode).toBe(2);
    expect(asked).toEqual([]);
  });

  it.each(['CN-HANGZHOU', 'cn-hangzhuo'])('of region %s it says which one may be meant', async (region) => {
    const { stderr } = await worldOf({ ledger: ledger() }).run(`freeze --reason x --region ${region}`);
    expect(stderr).toContain('did you mean cn-hangzhou?');
  });

  it.each(['--region cn-hangzhuo --unlisted-region', '--region cn-bench-1'])(
    'freeze %s holds a region that is on no public list',
    async (flags) => {
      expect((await worldOf({ ledger: ledger() }).run(`freeze --reason x ${flags}`)).exitCode).toBe(0);
      expect(asked).toMatchObject([{ region: flags.split(' ')[1] }]);
    },
  );

  it('says of a region by itself which products go on', async () => {
    const { stderr } = await worldOf({ ledger: ledger() }).run('freeze --region cn-hangzhou --reason x');
    expect(stderr).toContain('ecr is in no region and goes on: hold it with --region central');
  });

  it('thaw lifts by id, and exits 1 where nothing was lifted', async () => {
    const words = { by: 'ops', reason: 'over' };
    const line = `thaw --id ${freezeId} --reason over --requested-by ops`;
    expect((await worldOf({ ledger: ledger() }).run(line)).exitCode).toBe(0);
    expect(asked).toEqual([{ freezeId, ...words }]);
    expect((await worldOf({ ledger: ledger([]) }).run(line)).exitCode).toBe(1);
  });
});

describe('the database', () => {
  const run = async (content: object) => {
    await mkdir(join(folder, '.flowlog'));
    await writeFile(join(folder, '.flowlog', 'run.json'), JSON.stringify(content));
  };
  const local = { temporal: { address: '127.0.0.1:1' }, database: { url: 'postgres://local/db' } };

  it('is what DATABASE_URL names, else that of a running npm start', async () => {
    await run({ ...local, pids: { start: process.pid } });
    const directory = folder;
    expect(await findDatabase({ env: {}, directory })).toBe('postgres://local/db');
    const env = { DATABASE_URL: 'postgres://prod/db', TEMPORAL_ADDRESS: 'prod:7233' };
    expect(await findDatabase({ env, directory })).toBe('postgres://prod/db');
  });

  it.each([
    { env: { TEMPORAL_ADDRESS: 'prod:7233' }, address: undefined },
    { env: {}, address: 'prod:7233' },
  ])("is not the local one where another service's Temporal is named: %o", async ({ env, address }) => {
    await run({ ...local, pids: { start: process.pid } });
    const found = findDatabase({ env, directory: folder, ...omitUndefined({ address: address || undefined }) });
    await expect(found).rejects.toThrow(/set DATABASE_URL/);
  });

  it('is not that of a start that is gone', async () => {
    await run({ ...local, pids: { start: 2 ** 22 + 1 } });
    await expect(findDatabase({ env: {}, directory: folder })).rejects.toThrow(/nothing runs here/);
  });
});

describe('what is loaded', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  /** Files of the database driver in the process after this code has run. */
  const driverFiles = async (code: string): Promise<number> => {
    const script = `${code}; const { createRequire } = await import('node:module');
      console.log(Object.keys(createRequire(import.meta.url).cache).filter((path) => /node_modules.pg./.test(path)).length);`;
    const file = join(folder, 'loads.mjs');
    await writeFile(file, script);
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], { cwd: root });
    return Number(stdout.trim().split('\n').at(-1));
  };

  it('for all commands but those of the ledger holds no database driver', { timeout: 60_000 }, async () => {
    const url = (path: string) => JSON.stringify(new URL(path, new URL('../../', import.meta.url)).href);
    const program = `const { createProgram } = await import(${url('client/cli/program.ts')});
      createProgram({ surroundings: { stdout: process.stdout, stderr: process.stderr } })`;
    expect(await driverFiles(`${program}; await import(${url('client/index.ts')})`)).toBe(0);
    // The search can find it.
    expect(await driverFiles(`await import(${url('client/cli/audit/open-door.ts')})`)).toBeGreaterThan(0);
  });
});

describe('ledger', () => {
  const anchor = { count: 7, head, at: '2026-01-01T00:00:00.000Z' };
  const archived = {
    archive: 1,
    path: '/x/a.gz',
    sha256: head,
    bytes: 1,
    chains: 2,
    entries: 9,
    head,
    anchor,
    resumed: false,
  };

  it('archive says what went where, and what to keep', async () => {
    const asked: unknown[] = [];
    const ledger: Partial<LedgerConnection> = {
      archive: (request) => {
        asked.push(request);
        return Promise.resolve({ archived: [archived], unused: ['/x/old.gz'] });
      },
      removeReportRows: () => Promise.resolve({ bulks: 3, rows: 30 }),
    };
    const said = await worldOf({ ledger }).run('ledger archive --before 2026-01-01 -o /x --report-rows --reason age');
    expect(asked).toEqual([
      { before: new Date('2026-01-01'), folder: '/x', by: expect.any(String) as unknown, reason: 'age' },
    ]);
    expect(said).toMatchObject({ exitCode: 0, stdout: 'archived: 9 rows of 2 operations, into /x/a.gz\n' });
    expect(said.stderr).toContain(`anchor 7:${head}`);
    expect(said.stderr).toContain('not used: /x/old.gz');
    expect(said.stderr).toContain('30 rows of the reports of 3 bulks were removed');
  });

  it.each([
    { line: 'ledger archive', code: 2, reason: 'a time is needed' },
    { line: 'ledger archive --before yesterday', code: 2, reason: 'and one that can be read' },
    { line: 'ledger adopt-empty', code: 2, reason: 'a reason is needed' },
    { line: 'ledger adopt-empty --reason x', code: 4, reason: 'this one is no lost ledger' },
  ])('$line exits $code: $reason', async ({ line, code }) => {
    const began = { how: 'first-start', since: '2026-01-01T00:00:00.000Z' } as const;
    const ledger = { adoptEmpty: () => Promise.resolve(began) };
    expect((await worldOf({ ledger }).run(line)).exitCode).toBe(code);
  });
});

describe('a command that needs a reason', () => {
  const commands = ['freeze --product vpc', 'ledger adopt-empty', 'doubt resolve 3f2a9c1e --as done'];
  const reasons = [
    { flag: '', says: '--reason is needed: it stays on the record, with who gave it' },
    { flag: '--reason "  "', says: '--reason must be 1 to 1024 characters and more than blanks' },
    { flag: `--reason ${'x'.repeat(1_025)}`, says: '--reason must be 1 to 1024 characters and more than blanks' },
  ];
  it.each(commands.flatMap((line) => reasons.map((each) => ({ line, ...each }))))(
    '$line says in the same words what is wrong with it: $says',
    async ({ line, flag, says }) => {
      const { exitCode, stderr } = await worldOf({ ledger: {} }).run(`${line} ${flag}`);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(says);
    },
  );
});

describe('migrate', () => {
  it('tells what it ran, and the second time that nothing was to be done', async () => {
    const answers = [['0096_oldest_build'], []];
    const { run } = worldOf({
      migrates: () => Promise.resolve({ place: 'db:5432/flowlog', ran: answers.shift() ?? [] }),
    });
    expect(await run('migrate')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('0096_oldest_build') as string,
    });
    expect(await run('migrate')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('up to date') as string,
    });
  });

  it('waits for a database that is away, says so once, and ends with the cure', async () => {
    const away = () => Promise.reject(new LedgerOutOfReachError('db:5432/flowlog', 'no such host', { advice: 'Correct the host in DATABASE_URL.' })); // prettier-ignore
    const { exitCode, stderr } = await worldOf({ migrates: away }).run('migrate --wait 1s');
    expect(exitCode).toBe(3);
    expect(stderr.match(/waiting 1 s for the database/g)).toHaveLength(1);
    expect(stderr).toContain('Correct the host in DATABASE_URL.');
  });
});
