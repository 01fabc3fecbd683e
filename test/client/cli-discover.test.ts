import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rm } from 'node:fs/promises';
import { effectiveItems, readManifest, type Accounts } from '../../client/index.js';
import type { DiscoveredResource, DiscoverInput, DiscoverReport } from '../../workflows/contract/bulk.js';
import { worldOf } from './fixtures/cli-world.js';

/** `flowlog discover`: what is asked of the service, and every form of what comes back. */

const uid = '1000000000000001';
const accounts: Accounts = { default: { uid }, prod: { uid: '1000000000000002' } };
const vpc = (id: string, coverage: DiscoveredResource['coverage'], more: Partial<DiscoveredResource> = {}) =>
  ({
    target: { product: 'vpc', accountId: uid, region: 'cn-hangzhou', resource: { type: 'VPC', id } },
    resourceType: 'VPC',
    coverage,
    flowLogIds: [],
    selector: 0,
    ...more,
  }) satisfies DiscoveredResource;
const found: readonly DiscoveredResource[] = [
  vpc('vpc-3', 'covered', { flowLogIds: ['fl-3'] }),
  vpc('vpc-2', 'missing', { name: '=cmd|calc <b>&"x"', tags: { env: 'prod' } }),
  vpc('vpc-1', 'inactive', { flowLogIds: ['fl-1'] }),
  vpc('vpc-0', 'inherited', { below: 'vpc-9' }),
  {
    ...vpc('', 'missing'),
    target: { product: 'ecr', accountId: '1000000000000002', resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' } },
    resourceType: 'EcrVbr',
  },
];
const report: DiscoverReport = {
  rows: 'run/1',
  found: found.length,
  byCoverage: { covered: 1, missing: 2, inactive: 1, inherited: 1 },
  leftOut: { 'service-managed': 3 },
  problems: [],
  apiCalls: 12,
  readAt: '2026-01-01T00:00:00.000Z',
};
const dead = {
  product: 'vpc',
  accountId: uid,
  region: 'cn-beijing',
  code: 'ReadTimeout',
  message: 'no <answer>',
} as const;

function world(more: Partial<DiscoverReport> = {}, terminal = false) {
  const asked: DiscoverInput[] = [];
  const service = worldOf({
    accounts,
    terminal,
    flowLogs: {
      discover: (input) => {
        asked.push(input);
        const rows = async function* () {
          yield* found;
        };
        return Promise.resolve({ report: { ...report, ...more }, [Symbol.asyncIterator]: rows });
      },
    },
  });
  return { ...service, discovered: asked };
}
const folder = await mkdtemp(join(tmpdir(), 'flowlog-discover-'));
afterAll(() => rm(folder, { recursive: true }));
const to = '--project netlogs --log-store flow';

describe('what is asked', () => {
  it('without flags: the usual types of the default account, everywhere', async () => {
    const { run, discovered } = world();
    await run('discover');
    expect(discovered[0]?.selectors).toEqual(
      [
        ['vpc', 'VPC'],
        ['cen', 'TransitRouter'],
        ['ecr', 'EcrVbr'],
      ].map(([product, resourceType]) => ({ product, resourceType, accounts: [uid], regions: 'all', coverage: 'all' })),
    );
  });

  it('with flags: what they say', async () => {
    const { run, discovered } = world();
    await run(
      'discover --product vpc --resource-type VSwitch,NetworkInterface --accounts prod,7 --regions cn-hangzhou --regions cn-beijing ' +
        `--tag env=prod --tag team=* --name web-* --resource-group rg-1 --exclude-tag flowlog:exclude=* --exclude-name old-* --coverage missing --inherited ${to}`,
    );
    expect(discovered[0]?.selectors).toEqual(
      ['VSwitch', 'NetworkInterface'].map((resourceType) => ({
        product: 'vpc',
        resourceType,
        accounts: ['1000000000000002', '7'],
        regions: ['cn-hangzhou', 'cn-beijing'],
        tags: { env: 'prod', team: '*' },
        name: 'web-*',
        resourceGroupId: 'rg-1',
        exclude: { tags: { 'flowlog:exclude': '*' }, name: 'old-*' },
        coverage: 'missing',
        inherited: true,
        spec: { destination: { project: 'netlogs', logStore: 'flow' } },
      })),
    );
  });

  it('all types, all accounts', async () => {
    const { run, discovered } = world();
    await run('discover --resource-type all --accounts all');
    expect(discovered[0]?.selectors).toHaveLength(10);
    expect(new Set(discovered[0]?.selectors.map(({ accounts: whose }) => whose))).toEqual(new Set(['all']));
  });

  it('the selectors of a manifest', async () => {
    const { run, discovered } = world();
    const text = 'version: 1\nselectors:\n  - { product: vpc, resourceType: VPC, regions: all, accounts: all }\n';
    expect((await run('discover -f s.yaml', { 's.yaml': text })).exitCode).toBe(0);
    expect(discovered[0]?.selectors).toMatchObject([{ accounts: 'all', coverage: 'missing' }]);
  });

  it.each([
    { line: 'discover --product oss', says: '--product oss' },
    { line: 'discover --resource-type Subnet', says: 'must be all, or of VPC, VSwitch' },
    { line: 'discover --product ecr --resource-type VPC', says: 'ecr has EcrVbr' },
    { line: 'discover --accounts nobody', says: 'no account is named so; known: default, prod' },
    { line: 'discover --coverage some --regions "cn hangzhou"', says: '--coverage: "some": must be one of missing' },
    { line: 'discover --coverage some --regions "cn hangzhou"', says: '--regions: "cn hangzhou": must be a region id' },
    { line: 'discover --coverage some --regions cn-hangzhuo', says: '--coverage: "some": must be one of missing' },
    { line: 'discover --coverage some --regions cn-hangzhuo', says: 'did you mean cn-hangzhou?' },
    { line: 'discover --tag env', says: '--tag env: write it as key=value' },
    { line: `discover --project Netlogs --log-store flow`, says: '--project: "Netlogs"' },
    { line: 'discover --format manifest', says: 'give --project and --log-store' },
    { line: `discover --manifest todo.yaml ${to}`, says: '--manifest: use --format manifest, with -o FILE' },
    { line: 'discover --csv', says: '--csv: use --format csv' },
    { line: 'discover --html page.html', says: '--html: use --format html -o FILE' },
    { line: 'discover --format csv --json', says: 'give one of --json and --format csv' },
    { line: 'discover -f none.yaml', says: 'none.yaml: there is no such file' },
    { line: 'discover -f s.yaml --product vpc', says: 'give one or the other' },
    { line: 'discover -f empty.yaml', says: 'has no selectors' },
    { line: 'discover -f misspelt.yaml', says: 'misspelt.yaml:3:' },
    { line: 'discover -f misspelt.yaml', says: 'did you mean cn-hangzhou?' },
    { line: 'discover -f misspelt.yaml', says: 'selectors[1].resourceType: "Vpc"' },
  ])('nothing, where it is wrong: $line', async ({ line, says }) => {
    const { run, discovered } = world();
    const misspelt =
      'version: 1\nselectors:\n  - { product: vpc, resourceType: VPC, regions: [cn-hangzhuo], accounts: all }\n  - { product: vpc, resourceType: Vpc, regions: all, accounts: all }\n';
    const files = { 'empty.yaml': 'version: 1\nflowLogs: []\n', 'misspelt.yaml': misspelt };
    const { exitCode, stdout, stderr } = await run(line, files);
    expect(exitCode).toBe(2);
    expect(stdout + stderr).toContain(says);
    expect(discovered).toEqual([]);
  });
});

describe('what comes back', () => {
  it('in a pipe: one table of sums, with a heading and 0 for zero', async () => {
    const { stdout, stderr, exitCode } = await world().run('discover');
    expect(stdout).toBe(
      [
        'account\tregion\ttype\tfound\tcovered\tmissing\tinactive\tundelivered\tdoubled\tmisconfigured\tinherited\tunsupported\tshare',
        'default\tcn-hangzhou\tVPC\t4\t1\t1\t1\t0\t0\t0\t1\t0\t50 %',
        'prod\tcentral\tEcrVbr\t1\t0\t1\t0\t0\t0\t0\t0\t0\t0 %',
        '',
      ].join('\n'),
    );
    expect(stderr).toContain('5 found, 40 % covered, 3 to enable; 12 calls');
    expect(stderr).toContain('left out: 3 service-managed');
    expect(exitCode).toBe(0);
  });

  it('on a terminal: two tables', async () => {
    const { stdout } = await world({}, true).run('discover');
    expect(stdout).toMatch(/account.*region.*type.*found.*covered.*missing.*inactive.*inherited/);
    expect(stdout).toMatch(/VPC\/vpc-2/);
    expect(stdout).not.toContain('undelivered');
  });

  it('only what is meant counts as not covered', async () => {
    const { stdout } = await world().run('discover --coverage missing');
    expect(stdout).not.toContain('VPC/vpc-1');
  });

  it('a place that could not be read fails the command; one without flow logs does not', async () => {
    const bad = await world({ problems: [dead] }).run('discover');
    expect([bad.exitCode, bad.stderr]).toEqual([
      1,
      expect.stringContaining('not read: vpc default cn-beijing: no <answer>'),
    ]);
    const none = await world({ problems: [{ ...dead, unsupported: true }] }).run('discover');
    expect([none.exitCode, none.stderr]).toEqual([0, expect.stringContaining('no flow logs there: vpc default')]);
  });

  it('as JSON: report and every resource', async () => {
    const { stdout } = await world().run('discover --json');
    const document = JSON.parse(stdout) as DiscoverReport & { resources: DiscoveredResource[] };
    expect(document).toMatchObject({ found: 5, byCoverage: { missing: 2 } });
    expect(document.resources).toHaveLength(5);
  });

  it('as CSV that no spreadsheet takes for a formula', async () => {
    const { stdout, stderr } = await world().run('discover --format csv');
    const lines = stdout.trimEnd().split('\r\n');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^account,accountId,product,region,resourceType,resource,name,coverage/);
    expect(lines[3]).toBe(`default,${uid},vpc,cn-hangzhou,VPC,VPC/vpc-2,"'=cmd|calc <b>&""x""",missing,,,,env=prod,`);
    expect(stderr).toContain('5 found');
  });

  it('as a manifest that our own reader takes, with what is not covered and where it shall go', async () => {
    const { stdout } = await world().run(`discover --format manifest ${to}`);
    const items = effectiveItems(readManifest('found.yaml', stdout), 'enable', { accounts, requestedBy: 'x' });
    expect(items.map(({ input }) => input.target)).toEqual([found[2]?.target, found[1]?.target, found[4]?.target]);
    expect(items[0]?.input.spec).toEqual({
      destination: { project: 'netlogs', logStore: 'flow' },
      trafficType: 'All',
    });
  });

  it('as a page that escapes everything and loads nothing', async () => {
    const file = join(folder, 'page.html');
    const { stdout, stderr, exitCode } = await world({ problems: [dead] }).run(`discover -o ${file}`);
    const page = await readFile(file, 'utf8');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`written: ${file}`)]);
    expect(stdout).toBe('');
    for (const word of ['40 %', 'vpc-2', 'ReadTimeout', 'managed by other services', 'Read at 2026-01-01 00:00:00 UTC'])
      expect(page).toContain(word);
    expect(page).toContain('=cmd|calc &#60;b&#62;&#38;&#34;x&#34;');
    expect(page).toContain('no &#60;answer&#62;');
    expect(page).not.toMatch(/<script|https?:|src=|<b>/);
  });

  it('into a file, in the format that its name tells or the flag names', async () => {
    const [csv, manifest] = [join(folder, 'a.csv'), join(folder, 'a.yaml')];
    expect((await world().run(`discover -o ${csv} ${to}`)).exitCode).toBe(0);
    expect((await world().run(`discover --format manifest -o ${manifest} ${to}`)).exitCode).toBe(0);
    expect(await readFile(csv, 'utf8')).toContain('vpc-3');
    expect(await readFile(manifest, 'utf8')).not.toContain('vpc-3');
  });
});
