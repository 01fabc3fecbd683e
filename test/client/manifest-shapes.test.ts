import { describe, expect, it } from 'vitest';
import { ManifestError, readManifest } from '../../client/index.js';
import { treeOf } from '../../client/manifest/effective.js';

/** All problems of a file, each in one line. */
function problemsOf(file: string, text: string): readonly string[] {
  try {
    readManifest(file, text);
    return [];
  } catch (error) {
    if (error instanceof ManifestError) return error.message.split('\n');
    throw error;
  }
}

const itemsOf = (file: string, text: string) => readManifest(file, text).manifest.flowLogs;

const row = ['vpc', 'cn-hangzhou', 'VPC', 'vpc-1', 'netlogs', 'flow', 'All'];
const head = [
  'product',
  'region',
  'resource.type',
  'resource.id',
  'destination.project',
  'destination.logStore',
  'trafficType',
];
const tf = 'resource "alicloud_vpc_flow_log" "all" {\n  resource_id = "vpc-1"\n}\n';

describe('a file from elsewhere', () => {
  it.each([
    ['targets.xlsx', 'PK\u0003\u0004\u0000\u0000', /is a spreadsheet: save its sheet as CSV/],
    ['targets.csv', 'PK\u0003\u0004\u0000\u0000', /is a spreadsheet: save its sheet as CSV/],
    ['main.tf', tf, /is Terraform's language, which is not read here/],
    ['main.yaml', tf, /is Terraform's language, which is not read here/],
    ['x.tfstate', '{"version":4,"terraform_version":"1.9.0","lineage":"a","resources":[]}', /is Terraform's state/],
    ['main.tf.json', '{"resource":{"alicloud_vpc_flow_log":{"all":{}}}}', /is Terraform's configuration/],
    [
      'flow-logs.csv',
      'flow_log_name,resource_type,resource_id,project_name,log_store_name\na,VPC,vpc-1,p,l\nb,VPC,vpc-2,p,l\n',
      /rename flow_log_name to name, resource_type to resource\.type, resource_id to resource\.id, .*; add product and region/,
    ],
  ])('%s is told in one line', (file, text, says) => {
    const problems = problemsOf(file, text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(says);
  });
});

describe('a table', () => {
  it.each([',', ';', '\t'])('may have %j between its cells', (delimiter) => {
    const text = [head, row].map((cells) => cells.join(delimiter)).join('\n');
    expect(itemsOf('logs.csv', text)).toMatchObject([
      { product: 'vpc', region: 'cn-hangzhou', resource: { type: 'VPC', id: 'vpc-1' }, trafficType: 'All' },
    ]);
  });

  it('of a spreadsheet may end in rows and columns that are empty, and write its booleans in capitals', () => {
    const lines = [
      `${head.join()},options.adopt,options.rollback,,`,
      `${row.join()},TRUE,False,,`,
      ',,,,,,,,,,',
      ',,,,',
    ];
    expect(itemsOf('logs.csv', lines.join('\r\n'))).toMatchObject([
      { resource: { id: 'vpc-1' }, options: { adopt: true, rollback: false } },
    ]);
    // The line of a problem is that of its row, whatever was passed over.
    const wrong = `${head.join()}\n,,,,,,\nvpn,${row.slice(1).join()}\n`;
    expect(problemsOf('logs.csv', wrong)).toEqual([expect.stringMatching(/^logs\.csv:3:1: flowLogs\[0\]\.product/)]);
    expect(problemsOf('logs.csv', `${head.join()},,name\n${row.join()},x,y\n`)).toHaveLength(1);
  });

  it.each(['-', 'targets', 'targets.txt', '/dev/fd/63'])('is known by its first line where it comes as %s', (file) => {
    for (const delimiter of [',', ';', '\t'])
      expect(itemsOf(file, [head, row].map((cells) => cells.join(delimiter)).join('\n'))).toHaveLength(1);
    expect(itemsOf(file, 'version: 1\nflowLogs: [{ product: vpc, region: cn-hangzhou }]\n')).toHaveLength(1);
    expect(itemsOf(file, '{"version":1,"flowLogs":[{"product":"vpc","region":"x"}]}')).toHaveLength(1);
    expect(problemsOf(file, 'product, region and the rest\n')[0]).toContain('is no manifest');
  });

  it('takes a header that objects have by themselves as the name of a column', () => {
    const [problem, ...more] = problemsOf('logs.csv', 'product,__proto__\nvpc,x\n');
    expect(more).toEqual([]);
    expect(problem).toMatch(/^logs\.csv:1:2: __proto__: .*there is no such field/);
    expect(problemsOf('logs.csv', 'product,__proto__.polluted\nvpc,x\n')[0]).toContain('there is no such field');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('the name __proto__', () => {
  const tagged = (tags: string) =>
    `{"version":1,"flowLogs":[{"product":"vpc","region":"cn-hangzhou","resource":{"type":"VPC","id":"vpc-1"},"tags":${tags}}]}`;
  const rule = 'no field and no tag can have this name';
  it.each([
    ['m.json', tagged('{"__proto__":{"polluted":1}}'), 'flowLogs[0].tags.__proto__'],
    ['m.json', tagged('{"__proto__":"x"}'), 'flowLogs[0].tags.__proto__'],
    [
      'm.yaml',
      'version: 1\nflowLogs:\n  - product: vpc\n    tags:\n      __proto__: x\n',
      'flowLogs[0].tags.__proto__',
    ],
    [
      'm.yaml',
      'version: 1\ndefaults:\n  tags: { __proto__: { polluted: 1 } }\nflowLogs: []\n',
      'defaults.tags.__proto__',
    ],
    ['m.csv', `${head.join()},tags.__proto__\n${row.join()},x\n`, 'tags.__proto__'],
  ])('%#: is refused in %s, with the place', (file, text, path) => {
    const [problem, ...more] = problemsOf(file, text);
    expect(more).toEqual([]);
    expect(problem).toMatch(/^m\.\w+:\d+:\d+: /);
    expect(problem).toContain(`: ${path}: `);
    expect(problem).toContain(rule);
  });

  it('reaches no prototype by the leaves of an item', () => {
    const tree = treeOf([{ at: ['tags', '__proto__', 'polluted'], value: 1, from: 'item' }]);
    expect(JSON.stringify(tree)).toBe('{"tags":{"__proto__":{"polluted":1}}}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('a manifest nested ten thousand deep', () => {
  const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
  it.each([
    [
      'm.json',
      `{"version":1,"flowLogs":[{"product":"vpc","tags":${deep}}]}`,
      /: flowLogs\[0\]\.tags\.a\.a.*: is nested more/,
    ],
    ['m.json', `{"version":1,"nothing":${deep}}`, /: nothing\.a\.a.*: is nested more than 12 deep/],
    ['m.yaml', `version: 1\nflowLogs: [{ tags: ${deep} }]\n`, /is nested more than 12 deep/],
  ])('%#: is refused in %s', (file, text, says) => {
    const [problem, ...more] = problemsOf(file, text);
    expect(more).toEqual([]);
    expect(problem).toMatch(says);
  });
});

describe('a name that no field has', () => {
  it.each([
    { column: 'type', meant: 'resource.type' },
    { column: 'logstore', meant: 'destination.logStore' },
    { column: 'interval', meant: 'aggregationIntervalSeconds' },
    { column: 'traffic_type', meant: 'trafficType' },
  ])('is told with the one that is meant: column $column', ({ column, meant }) => {
    const told = `logs.csv:1:2: flowLogs[0].${column}: there is no such field; did you mean ${meant}?`;
    expect(problemsOf('logs.csv', `product,${column}\nvpc,x\n`)[0]).toBe(told);
  });

  it('also in the manifest itself', () =>
    expect(problemsOf('m.yaml', 'version: 1\nflowlogs: []\nselectors: []\n')).toContainEqual(
      expect.stringMatching(/^m\.yaml:2:1: flowlogs: .*did you mean flowLogs\?/),
    ));
});

describe('YAML that cannot be read is told in words for whoever wrote it', () => {
  it.each([
    { text: 'version: 1\nflowLogs:\n\t- product: vpc\n', says: 'indented with a tab' },
    { text: 'version: 1\nflowLogs: []\n---\nversion: 1\n', says: 'a second document begins here' },
    { text: 'version: 1\nflowLogs: []\nflowLogs: []\n', says: 'stands twice' },
    { text: `version: 1\na: &a [1]\nflowLogs: [${'*a,'.repeat(300)}]\n`, says: 'its aliases' },
  ])('$says', ({ text, says }) => expect(problemsOf('m.yaml', text)[0]).toContain(says));
});

describe('a manifest in JSON', () => {
  it('is told a key that stands twice, with its place', () => {
    expect(problemsOf('m.json', '{\n "version": 1,\n "version": 1,\n "flowLogs": []\n}')[0]).toMatch(/^m\.json:3:/);
  });

  it('is told a wrong field with its place', () => {
    const text = '{\n "version": 1,\n "flowLogs": [\n  { "product": "vpc",\n    "colour": 1 }\n ]\n}';
    expect(problemsOf('m.json', text)).toEqual(['m.json:5:5: flowLogs[0].colour: there is no such field']);
  });
});
