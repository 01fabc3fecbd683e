import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../../client/cli/examples.js';
import { createProgram } from '../../client/cli/program.js';
import type { Session } from '../../client/cli/session.js';
import type { FlowLogsPort } from '../../client/cli/surroundings.js';
import { counted, naturally, sortedNaturally } from '../../client/cli/words.js';
import { type World, worldOf } from './fixtures/cli-world.js';

const sink = { write: () => true };
const program = () => createProgram({ surroundings: { stdout: sink, stderr: sink } } as unknown as Session);
const withPaths = (command: Command, path: readonly string[] = []): [string, Command][] =>
  command.commands.flatMap((below): [string, Command][] => {
    const names = [...path, below.name()];
    return [[names.join(' '), below], ...withPaths(below, names)];
  });
const commands = withPaths(program());

describe('the help of each command', () => {
  it('has two examples for every command that there is, and for no other', () => {
    expect(Object.keys(examples).toSorted()).toEqual(commands.map(([path]) => path).toSorted());
  });

  it.each(commands)('%s: its examples are command lines that it takes', (path) => {
    for (const line of examples[path] ?? []) {
      const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
      const one = program();
      const said: string[] = [];
      const quiet = (command: Command): void => {
        command.exitOverride().configureOutput({ writeErr: (text) => said.push(text), writeOut: () => undefined });
        if (command.commands.length === 0) command.action(() => undefined);
        command.commands.forEach(quiet);
      };
      quiet(one);
      expect(() => one.parse(argv, { from: 'user' }), said.join('')).not.toThrow();
    }
  });
});

describe('words and flags that people try', () => {
  it.each([
    { line: 'adopt vpc-1', says: 'adopt: use enable <id> --adopt' },
    { line: 'rollback', says: 'rollback: use enable <id> --rollback' },
    { line: 'bulk show b', says: 'show: use bulk status <bulk>, or bulk report <bulk>' },
    { line: '--namespace other bulk stop b', says: 'stop: use bulk cancel <bulk>' },
    { line: 'operation status x', says: 'status: use operation show <id>' },
    { line: 'schedule rm prod', says: 'rm: use schedule delete <name>' },
    { line: 'discover --csv x.csv', says: '--csv: use --format csv' },
    { line: 'list --csv', says: '--csv: use --format csv' },
    { line: 'enable vpc-1 --force', says: '--force: use --adopt or --take-over' },
  ])('$line is answered with the command that is meant', async ({ line, says }) => {
    const { exitCode, stderr } = await worldOf().run(line);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(JSON.parse((await worldOf().run(`${line} --json`)).stdout)).toMatchObject({
      message: expect.stringContaining(says) as unknown,
    });
  });

  it('name only commands and flags that there are', async () => {
    const { stderr } = await worldOf().run('bulk nonsense');
    expect(stderr).toContain("unknown command 'nonsense'");
    expect(stderr).not.toContain('use ');
  });
});

describe('a region and an account by default', () => {
  const targetsOf = (world: World) => world.asked.map(({ request }) => (request as { target: unknown }).target);
  const wished = 'vpc-1 --project netlogs --log-store flow';

  it('are those of flowlog config, which FLOWLOG_REGION beats, and a flag both', async () => {
    const world = worldOf();
    expect((await world.run('config set region cn-beijing')).stdout).toContain('region cn-beijing');
    await world.run(`enable ${wished}`);
    await world.run(`enable ${wished} --region cn-shanghai`);
    const other = worldOf({ defaults: { region: 'cn-beijing' }, env: { FLOWLOG_REGION: 'eu-central-1' } });
    await other.run(`enable ${wished}`);
    expect([...targetsOf(world), ...targetsOf(other)]).toMatchObject([
      { region: 'cn-beijing' },
      { region: 'cn-shanghai' },
      { region: 'eu-central-1' },
    ]);
  });

  it('name the account too, and give a central product no region', async () => {
    const accounts = { default: { uid: '1' }, staging: { uid: '2' } };
    const world = worldOf({ accounts, defaults: { region: 'cn-beijing', account: 'staging' } });
    await world.run('enable vbr-1 --ecr ecr-1 --project netlogs --log-store flow');
    await world.run(`enable ${wished} --account 1`);
    expect(targetsOf(world)).toMatchObject([{ account: 'staging' }, { accountId: '1', region: 'cn-beijing' }]);
    expect(targetsOf(world)[0]).not.toHaveProperty('region');
  });

  it('are shown with what gives them, and unset', async () => {
    const world = worldOf({ defaults: { region: 'cn-beijing' }, env: { FLOWLOG_ACCOUNT: 'default' } });
    expect((await world.run('config list')).stdout).toBe(
      'name\tvalue\tfrom\nregion\tcn-beijing\t/home/mika/.config/flowlog/config.json\naccount\tdefault\tFLOWLOG_ACCOUNT\n',
    );
    await world.run('config unset region');
    expect((await world.run('config list')).stdout).not.toContain('cn-beijing');
  });

  it.each(['config set region cn-hangzhuo', 'config set region CN-BEIJING', 'config set account nobody'])(
    '%s is refused',
    async (line) => expect((await worldOf().run(line)).exitCode).toBe(2),
  );
});

describe('a region that is misspelt', () => {
  const files = {
    'm.yaml': 'version: 1\nflowLogs:\n  - { product: vpc, region: cn-hangzhuo, resource: { type: VPC, id: vpc-1 } }\n',
  };
  it.each([
    'enable vpc-1 --project netlogs --log-store flow',
    'plan vpc-1 --project netlogs --log-store flow',
    'status vpc-1',
    'list',
    'operation list',
    'operation show vpc-1',
    'operation cancel vpc-1',
    'doubt list',
    'audit show vpc-1',
    'freeze --reason cutover',
    'thaw',
  ])('is refused by %s, and taken where it is meant', async (line) => {
    const world = worldOf({ flowLogs: {} as FlowLogsPort });
    const { exitCode, stderr, connected } = await world.run(`${line} --region cn-hangzhuo`);
    expect({ exitCode, connected }).toEqual({ exitCode: 2, connected: false });
    expect(stderr).toContain('did you mean cn-hangzhou?');
    expect((await world.run(`${line} --region cn-hangzhuo --unlisted-region`)).stderr).not.toContain('did you mean');
  });

  it('is refused in a manifest, with its place', async () => {
    const { exitCode, stderr } = await worldOf().run('disable -f m.yaml', files);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^m\.yaml:3:29: flowLogs\[0\]\.region: "cn-hangzhuo": .*did you mean cn-hangzhou\?/);
    expect((await worldOf().run('disable -f m.yaml --unlisted-region', files)).exitCode).toBe(0);
  });

  it.each([{ env: { FLOWLOG_REGION: 'cn-hangzhuo' } }, { defaults: { region: 'cn-hangzhuo' } }])(
    'is refused as a default where it is taken: %j',
    async (settings) => {
      const world = worldOf(settings);
      for (const line of ['disable vpc-1', 'status vpc-1', 'list', 'operation show vpc-1']) {
        const { exitCode, stderr } = await world.run(line);
        expect({ line, exitCode }).toEqual({ line, exitCode: 2 });
        expect(stderr).toMatch(/default region cn-hangzhuo .*did you mean cn-hangzhou\?/);
      }
      expect((await world.run('disable vpc-1 --region cn-hangzhou')).exitCode).toBe(0);
      expect((await world.run('disable vpc-1 --unlisted-region')).exitCode).toBe(0);
    },
  );

  const item = 'flowLogs: [{ product: vpc, resource: { type: VPC, id: vpc-1 } }]';
  const byId = 'flowLogs: [{ product: ecr, resource: { ecrId: ecr-1, instanceId: vbr-1 }, ';
  it.each([
    ['accounts.default.defaults.region', `accounts: { default: { defaults: { region: cn-hangzhuo } } }\n${item}`],
    ['defaults.destination.region', `defaults: { region: cn-beijing, destination: { region: cn-hangzhuo } }\n${item}`],
    ['flowLogs[0].destination.region', `${byId}destination: { region: cn-hangzhuo } }]`],
  ])('is refused in a manifest as %s, with its place', async (path, text) => {
    const { exitCode, stderr } = await worldOf().run('disable -f m.yaml', { 'm.yaml': `version: 1\n${text}\n` });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`: ${path}: "cn-hangzhuo": no public region has this name; did you mean cn-hangzhou?`);
  });

  it('is refused where the accounts file gives it to an item', async () => {
    const world = worldOf({
      accounts: { default: { uid: '1000000000000001', defaults: { region: 'cn-hangzhuo' } } },
    });
    const manifest = { 'm.yaml': `version: 1\n${item}\n` };
    const { exitCode, stderr } = await world.run('disable -f m.yaml', manifest);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /flowLogs\[0\]: takes a default of its account, "cn-hangzhuo": .*did you mean cn-hangzhou\?/,
    );
    expect((await world.run('disable -f m.yaml --unlisted-region', manifest)).exitCode).toBe(0);
  });

  it('is no region that differs by its number alone: it may be new', async () => {
    expect((await worldOf().run('disable vpc-1 --region eu-central-2')).exitCode).toBe(0);
  });
});

describe('--format and -o', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'flowlog-output-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['csv', 'name,uid', /^account,uid,credentials\r\ndefault,1000000000000001,/],
    ['html', '', /<table><thead><tr><th>account<\/th>/],
    ['json', '', /^\{\n {2}"accounts"/],
    ['table', '', /^account\tuid\tcredentials\n/],
  ])('%s goes to stdout or into a file that is whole', async (format, _, looks) => {
    const file = join(folder, `accounts.${format}`);
    const { stdout } = await worldOf({ terminal: format === 'html' }).run(`accounts list --format ${format}`);
    const {
      exitCode,
      stderr,
      stdout: nothing,
    } = await worldOf({ terminal: true }).run(`accounts list --format ${format} -o ${file}`);
    expect({ exitCode, nothing }).toEqual({ exitCode: 0, nothing: '' });
    expect(stderr).toContain(`written: ${file}`);
    expect(stdout).toMatch(looks);
    expect(await readFile(file, 'utf8')).toMatch(looks);
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it.each(['/nowhere/x.csv', '.'])(
    'a file that cannot be written is told before anything is started: %s',
    async (path) => {
      const world = worldOf();
      const { exitCode, stderr } = await world.run(`disable vpc-1 --region cn-hangzhou -o ${path}`);
      expect({ exitCode, asked: world.asked }).toEqual({ exitCode: 2, asked: [] });
      expect(stderr).toContain(`-o ${path}: `);
    },
  );

  it('leaves nothing behind where the command fails', async () => {
    const file = join(folder, 'never.csv');
    expect((await worldOf({ unreachable: true }).run(`disable vpc-1 --region cn-hangzhou -o ${file}`)).exitCode).toBe(
      3,
    );
    expect((await readdir(folder)).filter((name) => name.startsWith('never'))).toEqual([]);
  });
});

describe('--limit', () => {
  const accounts = Object.fromEntries([12, 2, 1].map((n) => [`shop-${n}`, { uid: String(n) }]));
  it('shows the first in natural order, and says how many more there are', async () => {
    const { stdout, stderr } = await worldOf({ accounts }).run('accounts list --limit 2');
    expect(stdout).toMatch(/^account.*\nshop-1\t.*\nshop-2\t.*\n$/);
    expect(stderr).toBe('1 more account: --limit 3 shows all\n');
  });
});

describe('--watch', () => {
  it('shows what changes until nothing is under way, then the end', async () => {
    const states = ['running', 'running', 'completed'];
    const progress = () =>
      Promise.resolve({
        ...{
          workflowId: 'flow-log/vpc/1/cn-hangzhou/VPC/vpc-1',
          runId: 'r',
          workflowType: 'enableFlowLog',
          pending: [],
        },
        ...{ state: states.shift(), startedAt: '2026-01-01T00:00:00Z' },
        progress: { phase: 'activating', since: '2026-01-01T00:00:00Z', steps: [] },
      });
    const handle = { progress, result: () => Promise.reject(new Error('not asked for')) };
    const done = { ...handle, result: () => Promise.resolve({ outcome: 'created', steps: [], requestIds: [] }) };
    const flowLogs = { getHandleById: (_: string, run?: string) => (run ? done : handle) } as unknown as FlowLogsPort;
    const { exitCode, stdout, stderr } = await worldOf({ flowLogs }).run(
      'operation show vpc-1 --region cn-hangzhou --watch',
    );
    expect(exitCode).toBe(0);
    expect(stderr).toBe('activating\n');
    expect(stdout).toMatch(/^operation enableFlowLog[^]*state {5}completed\noutcome {3}created\n/);
  }, 20_000);
});

describe('words', () => {
  it('are counted, and ordered as people count', () => {
    expect([counted(1, 'bulk'), counted(2, 'bulk'), counted(0, 'bulk')]).toEqual(['1 bulk', '2 bulks', '0 bulks']);
    expect(['vpc-p12', 'vpc-p2', 'vpc-p1'].toSorted(naturally)).toEqual(['vpc-p1', 'vpc-p2', 'vpc-p12']);
    const rows = [
      ['b', '10'],
      ['a', '2'],
      ['b', '9'],
    ] as const;
    expect(
      sortedNaturally(
        rows,
        ([one]) => one,
        ([, other]) => other,
      ),
    ).toEqual([
      ['a', '2'],
      ['b', '9'],
      ['b', '10'],
    ]);
  });
});
