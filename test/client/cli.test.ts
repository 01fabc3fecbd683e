import { describe, expect, it } from 'vitest';
import {
  OperationFailedError,
  OperationInProgressError,
  OperationNotFoundError,
  UnreachableError,
} from '../../client/index.js';
import { report, started, worldOf } from './fixtures/cli-world.js';

const enable = 'enable vpc-1 --region cn-hangzhou --project netlogs --log-store flow';
const failed = (kind: string, code = kind) =>
  new OperationFailedError('flow-log/x', 'run-1', {
    kind,
    code,
    message: 'The cloud said no.',
    product: 'vpc',
    action: 'CreateFlowLog',
    requestId: 'REQ-9',
    advice: 'Do this one thing.',
  });
const endingIn = (error: Error) =>
  worldOf({ flowLogs: { operate: () => Promise.resolve(started(() => Promise.reject(error))) } });
const refusing = (error: Error) => worldOf({ flowLogs: { operate: () => Promise.reject(error) } });

const manifest = `version: 1
defaults: { region: cn-hangzhou, destination: { project: netlogs, logStore: flow } }
flowLogs:
  - { product: vpc, resource: { type: VPC, id: vpc-1 } }
  - { product: vpc, resource: { type: VPC, id: vpc-2 } }
`;

describe('exit codes', () => {
  it.each([
    { line: enable, world: worldOf(), code: 0, reason: 'started' },
    { line: `${enable} --wait`, world: worldOf(), code: 0, reason: 'done' },
    { line: '--help', world: worldOf(), code: 0, reason: 'help was asked for' },
    { line: `${enable} --wait`, world: endingIn(failed('invalid')), code: 1, reason: 'the item failed' },
    {
      line: 'operation show flow-log/x/y',
      world: worldOf({
        flowLogs: {
          getHandleById: () => ({
            ...started(() => Promise.resolve(report)),
            progress: () => Promise.reject(new OperationNotFoundError('flow-log/x/y')),
          }),
        },
      }),
      code: 1,
      reason: 'there is no such operation',
    },
    { line: '', world: worldOf(), code: 2, reason: 'no command' },
    { line: 'enabel vpc-1', world: worldOf(), code: 2, reason: 'no such command' },
    { line: `${enable} --colour red`, world: worldOf(), code: 2, reason: 'no such flag' },
    { line: 'enable', world: worldOf(), code: 2, reason: 'no target' },
    { line: 'enable thing-1 --region cn-hangzhou', world: worldOf(), code: 2, reason: 'an id that says nothing' },
    { line: 'enable tr-1 --region cn-hangzhou', world: worldOf(), code: 2, reason: 'a router without its CEN' },
    { line: 'enable flowlog-1 --region cn-hangzhou', world: worldOf(), code: 2, reason: 'an id of two products' },
    { line: 'enable vpc-1 --project netlogs --log-store flow', world: worldOf(), code: 2, reason: 'no region' },
    { line: `${enable} --deadline soon`, world: worldOf(), code: 2, reason: 'no duration' },
    { line: `${enable} --tag env`, world: worldOf(), code: 2, reason: 'a tag without a value' },
    { line: 'enable -f missing.yaml', world: worldOf(), code: 2, reason: 'no such file' },
    { line: 'enable vpc-1 -f logs.yaml', world: worldOf(), code: 2, reason: 'an id and a manifest' },
    { line: enable, world: worldOf({ unreachable: true }), code: 3, reason: 'Temporal does not answer' },
    {
      line: `${enable} --wait`,
      world: worldOf({ flowLogs: { operate: () => Promise.reject(new UnreachableError('a:1', 'gone')) } }),
      code: 3,
      reason: 'Temporal goes away before it is asked',
    },
    { line: `${enable} --wait`, world: endingIn(failed('unavailable')), code: 3, reason: 'the cloud does not answer' },
    {
      line: enable,
      world: refusing(new OperationInProgressError('flow-log/x', 'disableFlowLog')),
      code: 4,
      reason: 'in progress',
    },
    { line: `${enable} --wait`, world: endingIn(failed('Conflict')), code: 4, reason: 'a conflict' },
    { line: `${enable} --wait`, world: endingIn(failed('quota')), code: 4, reason: 'the quota' },
  ])('$code: $reason', async ({ line, world, code }) => {
    expect((await world.run(line)).exitCode).toBe(code);
  });

  it('130 when it is interrupted while it waits, and says that the operation goes on and how to look at it', async () => {
    const world = worldOf({
      flowLogs: { operate: () => Promise.resolve(started(() => new Promise(() => undefined))) },
    });
    const running = world.run(`${enable} --wait`);
    setTimeout(() => world.interrupt(), 50);
    const { exitCode, stdout, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stdout + stderr).toMatch(/go on without this command[\s\S]*npx flowlog operation show flow-log\/vpc/);
  });

  it('130 also where the command hangs elsewhere', async () => {
    const world = worldOf({ flowLogs: { listOperations: () => new Promise(() => undefined) } });
    const running = world.run('operation list');
    setTimeout(() => world.interrupt(), 50);
    expect((await running).exitCode).toBe(130);
  });

  it.each([
    { errors: [failed('quota'), failed('quota')], code: 4, reason: 'all refused' },
    { errors: [failed('quota'), failed('invalid')], code: 1, reason: 'not all for the same reason' },
    { errors: [failed('invalid'), undefined], code: 1, reason: 'one of two failed' },
  ])('of many items is what all failures agree on: $reason', async ({ errors, code }) => {
    let index = 0;
    const operate = () => {
      const error = errors[index++];
      return Promise.resolve(started(() => (error ? Promise.reject(error) : Promise.resolve(report))));
    };
    const { exitCode } = await worldOf({ flowLogs: { operate } }).run('enable -f logs.yaml --wait', {
      'logs.yaml': manifest,
    });
    expect(exitCode).toBe(code);
  });
});

describe('wrong input', () => {
  it('is told before anything is connected to, in the words of the command line', async () => {
    const { exitCode, stderr, connected } = await worldOf().run(
      'enable vpc-1 --region cn-hangzhou --project N --log-store flow --interval 7',
    );
    expect({ exitCode, connected }).toEqual({ exitCode: 2, connected: false });
    expect(stderr).toMatch(/^--project: "N": /m);
    expect(stderr).toMatch(/^--interval: 7: /m);
    expect(stderr).toMatch(/2 problems; nothing was started/);
  });

  it('of a manifest is told with file, line and column', async () => {
    const { stderr, connected } = await worldOf().run('enable -f logs.yaml', {
      'logs.yaml': 'version: 1\nflowLogs:\n  - { product: oss }\n',
    });
    expect(connected).toBe(false);
    expect(stderr).toMatch(/^logs\.yaml:3:16: flowLogs\[0\]\.product: "oss": /);
  });

  it('is one JSON document on stdout where JSON is asked for', async () => {
    const { stdout, stderr } = await worldOf().run('enable vpc-1 --json');
    expect(JSON.parse(stdout)).toMatchObject({
      error: 'InvalidInputError',
      problems: expect.arrayContaining([expect.objectContaining({ path: 'target.region' })]) as unknown,
    });
    expect(stderr).toBe('');
  });
});

describe('what is asked for', () => {
  it.each([
    { line: 'vpc-1 --region r', target: { product: 'vpc', region: 'r', resource: { type: 'VPC', id: 'vpc-1' } } },
    { line: 'vsw-1 --region r', target: { product: 'vpc', region: 'r', resource: { type: 'VSwitch', id: 'vsw-1' } } },
    {
      line: 'eni-1 --region r',
      target: { product: 'vpc', region: 'r', resource: { type: 'NetworkInterface', id: 'eni-1' } },
    },
    { line: 'fl-1 --region r', target: { product: 'vpc', region: 'r', flowLogId: 'fl-1' } },
    {
      line: 'tr-1 --cen cen-1 --region r',
      target: { product: 'cen', region: 'r', resource: { cenId: 'cen-1', transitRouterId: 'tr-1' } },
    },
    {
      line: 'tr-attach-1 --cen cen-1 --region r',
      target: { product: 'cen', region: 'r', resource: { cenId: 'cen-1', transitRouterAttachmentId: 'tr-attach-1' } },
    },
    {
      line: '--cen cen-1 --router tr-1 --attachment tr-attach-1 --region r',
      target: {
        product: 'cen',
        region: 'r',
        resource: { cenId: 'cen-1', transitRouterId: 'tr-1', transitRouterAttachmentId: 'tr-attach-1' },
      },
    },
    { line: 'flowlog-1 --product cen --region r', target: { product: 'cen', region: 'r', flowLogId: 'flowlog-1' } },
    { line: 'vbr-1 --ecr ecr-1', target: { product: 'ecr', resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' } } },
    { line: '--ecr ecr-1 --vbr vbr-1', target: { product: 'ecr', resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' } } },
    { line: 'flowlog-1 --ecr ecr-1', target: { product: 'ecr', ecrId: 'ecr-1', flowLogId: 'flowlog-1' } },
    { line: 'ecr-flog-1 --ecr ecr-1', target: { product: 'ecr', ecrId: 'ecr-1', flowLogId: 'ecr-flog-1' } },
  ])('delete $line', async ({ line, target }) => {
    const world = worldOf();
    const { exitCode, stderr } = await world.run(`delete ${line}`);
    expect(stderr).not.toMatch(/problem/);
    expect(exitCode).toBe(0);
    expect(world.asked).toMatchObject([{ operation: 'delete', request: { target, requestedBy: 'mika' } }]);
  });

  it('holds every flag', async () => {
    const world = worldOf();
    const line =
      `${enable} --name edge --description "all edges" --interval 300 --traffic Drop --path natGateway --path vbr --ip-version IPv4 ` +
      '--tag env=prod --tag note=a=b --resource-group rg-1 --adopt --on-existing alongside --surplus remove --require-delivery --rollback ' +
      '--open-service --deadline 90s --requested-by network-team --reason "CIS 3.3"';
    expect((await world.run(line)).exitCode).toBe(0);
    expect(world.asked[0]?.request).toEqual({
      target: { product: 'vpc', region: 'cn-hangzhou', resource: { type: 'VPC', id: 'vpc-1' } },
      spec: {
        destination: { project: 'netlogs', logStore: 'flow' },
        name: 'edge',
        description: 'all edges',
        aggregationIntervalSeconds: 300,
        trafficType: 'Drop',
        trafficPath: ['natGateway', 'vbr'],
        ipVersion: 'IPv4',
        tags: { env: 'prod', note: 'a=b' },
        resourceGroupId: 'rg-1',
      },
      options: {
        adopt: true,
        onExisting: 'alongside',
        surplus: 'remove',
        requireDelivery: true,
        rollback: true,
        openService: true,
        deadlineMs: 90_000,
      },
      requestedBy: 'network-team',
      reason: 'CIS 3.3',
    });
  });

  it('of a small manifest is one operation an item, so many at once as it says and not more', async () => {
    let running = 0;
    let most = 0;
    const operate = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      return started(() => {
        running--;
        return Promise.resolve(report);
      });
    };
    const items = Array.from({ length: 20 }, (_, n) => `  - { product: vpc, resource: { type: VPC, id: vpc-${n} } }\n`);
    const text = `${manifest.split('  - ')[0]}${items.join('')}options: { window: 5 }\n`;
    const { exitCode, stdout } = await worldOf({ flowLogs: { operate } }).run('enable -f logs.yaml --wait', {
      'logs.yaml': text,
    });
    expect({ exitCode, most, rows: stdout.trim().split('\n').length }).toEqual({ exitCode: 0, most: 5, rows: 21 });
  });
});

describe('what is printed', () => {
  it('is one JSON document with --json, wherever it stands on the line', async () => {
    for (const line of [`--json ${enable} --wait`, `${enable} --wait --json`]) {
      const { stdout } = await worldOf({ terminal: true }).run(line);
      expect(JSON.parse(stdout)).toMatchObject({
        operation: 'enable',
        succeeded: 1,
        failed: 0,
        items: [{ report: { outcome: 'created', flowLogId: 'fl-1' } }],
      });
    }
  });

  it('is plain lines with tabs in a pipe, without colours', async () => {
    const { stdout } = await worldOf().run(`${enable} --wait`);
    expect(stdout).toMatch(
      /^target\toutcome\tflowLogId\tstatus\t.*\tseconds\nvpc VPC\/vpc-1\tcreated\tfl-1\tactive\t\t\t\tREQ-1\tflow-log\/\S+\t\d+\n$/,
    );
  });

  it('is a table on a terminal, coloured unless NO_COLOR', async () => {
    const coloured = await worldOf({ terminal: true }).run(`${enable} --wait`);
    const plain = await worldOf({ terminal: true, env: { NO_COLOR: '1' } }).run(`${enable} --wait`);
    expect(coloured.stdout).toContain('\u001b[32mcreated');
    expect(plain.stdout).toMatch(/^target +outcome +flow log .*\nvpc VPC\/vpc-1 +created +fl-1 +active +\d+ s\n/);
    expect(plain.stdout).not.toContain('\u001b[');
  });

  it('says of a failure what was done, the code, the request id and the one thing to do', async () => {
    const { stdout, stderr } = await endingIn(failed('denied', 'Forbidden.RAM')).run(`${enable} --wait`);
    expect(stdout).toContain(
      '\tfailed\t\t\tForbidden.RAM\tvpc CreateFlowLog: Forbidden.RAM: The cloud said no. (request REQ-9)\tDo this one thing.\tREQ-9\t',
    );
    expect(stderr).toContain(
      'vpc CreateFlowLog: Forbidden.RAM: The cloud said no. (request REQ-9)\n  what to do: Do this one thing.',
    );
  });

  it('keeps control characters of strangers off the terminal', async () => {
    const evil = { ...report, flowLogId: 'fl-\u001b[2J1' };
    const world = worldOf({ flowLogs: { operate: () => Promise.resolve(started(() => Promise.resolve(evil))) } });
    expect((await world.run(`${enable} --wait`)).stdout).not.toContain('\u001b');
  });

  it('says with an unreachable Temporal which address was tried and what to do', async () => {
    const { stderr } = await worldOf({ unreachable: true }).run(`${enable} --address 10.0.0.1:7233`);
    expect(stderr).toMatch(/Temporal at 10\.0\.0\.1:7233 is out of reach[\s\S]*npm start/);
  });
});
