import { describe, expect, it } from 'vitest';
import {
  OperationFailedError,
  type InspectedFlowLog,
  type OperationProgress,
  type QueueWorkers,
} from '../../client/index.js';
import { started, worldOf } from './fixtures/cli-world.js';

/** Text from a hostile cloud: it sets the title of the terminal, clears it, ends the line, turns letters around, and is a formula. */
const evil = '=\u001b]0;owned\u0007\u001b[2J\u009b1m\r\nwhat to do: nothing\u202e\u0000\ud800';

const workflowId = 'flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1';
const failed = new OperationFailedError(workflowId, 'run-1', {
  kind: 'denied',
  code: `Forbidden${evil}`,
  message: evil,
  action: 'CreateFlowLog',
  requestId: evil,
  advice: evil,
});
const flowLog: InspectedFlowLog = {
  product: 'vpc',
  whose: 'own',
  flowLogId: 'fl-1',
  name: evil,
  status: 'unknown',
  rawStatus: evil,
  delivery: { state: 'failed', message: evil },
  resource: { type: 'VPC', id: 'vpc-1' },
  region: 'cn-hangzhou',
  destination: { project: evil, logStore: evil },
  tags: { [evil]: evil },
  serviceManaged: false,
};
const progress: OperationProgress = {
  workflowId,
  runId: 'run-1',
  workflowType: 'enableFlowLog',
  state: 'running',
  startedAt: '2026-01-01T00:00:00Z',
  progress: { phase: 'waiting', rawStatus: evil, since: '2026-01-01T00:00:00Z', steps: [] },
  pending: [
    {
      activity: 'create',
      attempt: 2,
      running: false,
      lastFailure: { type: 'denied', message: evil },
      heartbeat: { rawStatus: evil, lastError: evil, notDelivering: evil },
    },
  ],
};
const handle = { ...started(() => Promise.reject(failed)), progress: () => Promise.resolve(progress) };
const workers = (): Promise<QueueWorkers[]> =>
  Promise.resolve([{ taskQueue: 'flow-log', kind: 'workflow', workers: [{ identity: evil, lastSeenAt: '' }] }]);
const trouble: { place: string; message: string }[] = [];
const flowLogs = {
  workers,
  inspect: () =>
    Promise.resolve({
      flowLogs: [flowLog],
      problems: trouble,
      readAt: '2026-01-01T00:00:00Z',
    }),
  diagnose: () => Promise.resolve({ checks: [{ name: evil, ok: false, detail: evil, advice: evil }] }),
  getHandleById: () => handle,
  operate: () => Promise.resolve(handle),
  listOperations: () =>
    Promise.resolve([
      {
        workflowId,
        runId: 'r',
        operation: 'enable' as const,
        state: 'completed' as const,
        outcome: evil,
        startedAt: '',
      },
    ]),
};

const enable = 'enable vpc-1 --region cn-hangzhou --project netlogs --log-store flow';

describe('what the cloud says', () => {
  it.each([
    `${enable} --wait`,
    'status vpc-1 --region cn-hangzhou',
    'list --region cn-hangzhou',
    'doctor',
    'operation list',
    'operation show vpc-1 --region cn-hangzhou',
    'operation wait vpc-1 --region cn-hangzhou',
  ])('does nothing to the terminal of `%s`, nor ends a line there', async (line) => {
    trouble.splice(0, 1, ...(line.startsWith('list') ? [{ place: evil, message: evil }] : []));
    for (const [way, terminal] of [
      ['', false],
      ['', true],
      [' --json', true],
    ] as const) {
      const { stdout, stderr } = await worldOf({ flowLogs, terminal, env: { NO_COLOR: '1' } }).run(`${line}${way}`);
      const said = stdout + stderr;
      expect(said.length).toBeGreaterThan(20);
      expect(said.replace(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cs}\u202e]/u);
      if (way === '') expect(said).not.toMatch(/^what to do: nothing/m);
    }
  });

  it('is not taken from an argument either', async () => {
    const { stderr } = await worldOf().run(`list --\u001b[2J --region cn-hangzhou`);
    expect(stderr).toContain('unknown option');
    expect(stderr).not.toContain('\u001b');
  });

  it('is shown as it is in a document', async () => {
    trouble.splice(0);
    const { stdout } = await worldOf({ flowLogs }).run('status vpc-1 --region cn-hangzhou --json');
    expect(JSON.parse(stdout)).toMatchObject({ flowLogs: [{ tags: { [evil]: evil } }] });
  });
});
