import { run } from '../../client/cli/program.js';
import type { FlowLogsPort, Surroundings } from '../../client/cli/surroundings.js';
import type { LedgerDoor } from '../../client/cli/audit/ledger-door.js';
import { LedgerOutOfReachError } from '../../client/cli/audit/errors.js';
import { Writable } from 'node:stream';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { parseInspectInput } from '../../workflows/contract/read-input.js';
import {
  type Accounts,
  InvalidInputError,
  UnreachableError,
  type OperationReport,
  type StartedOperation,
} from '../../client/index.js';

/** A command line run without a server and without a process: what went in, what came out. */
export interface World {
  readonly asked: { readonly operation: string; readonly request: unknown }[];
  readonly run: (line: string, files?: Record<string, string>) => Promise<Outcome>;
  interrupt(): void;
}
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly connected: boolean;
}

export const report: OperationReport = {
  target: { product: 'vpc', accountId: '1', region: 'cn-hangzhou', resource: { type: 'VPC', id: 'vpc-1' } },
  flowLogId: 'fl-1',
  outcome: 'created',
  status: 'active',
  delivery: { state: 'ok' },
  steps: [{ step: 'create', at: '2026-01-01T00:00:00Z', requestId: 'REQ-1' }],
  apiCalls: 2,
  requestIds: ['REQ-1'],
  startedAt: '2026-01-01T00:00:00Z',
  endedAt: '2026-01-01T00:00:05Z',
  ledgerHead: 'abc',
};

/** An operation that was started, and ends as told. */
export const started = (
  result: () => Promise<OperationReport>,
  workflowId = 'flow-log/vpc/1/cn-hangzhou/VPC/vpc-1',
): StartedOperation => ({
  workflowId,
  runId: 'run-1',
  joined: false,
  result,
  progress: () =>
    Promise.resolve({
      workflowId,
      runId: 'run-1',
      workflowType: 'enableFlowLog',
      state: 'running',
      startedAt: '2026-01-01T00:00:00Z',
      pending: [],
    }),
  cancel: () => Promise.resolve(),
});

interface Settings {
  readonly flowLogs?: Partial<FlowLogsPort>;
  readonly terminal?: boolean;
  readonly env?: Record<string, string>;
  readonly unreachable?: boolean;
  readonly accounts?: Accounts;
  /** The ledger, or as much of it as the command asks; without one it is out of reach. */
  readonly ledger?: Partial<LedgerDoor>;
}

/** A world with a service of these answers; by default every operation is created well. */
export function worldOf(settings: Settings = {}): World {
  const { flowLogs = {}, terminal = false, env = {}, unreachable = false, ledger } = settings;
  const { accounts = { default: { uid: '1000000000000001' } } } = settings;
  const asked: World['asked'] = [];
  let interrupt = (): void => undefined;
  const port = {
    operate: (operation: string, request: unknown) => {
      asked.push({ operation, request });
      return Promise.resolve(started(() => Promise.resolve(report)));
    },
    reach: () => Promise.resolve(),
    ...flowLogs,
    inspect: (input: unknown) => {
      // As the workflow does: what a command sends has to pass its check.
      const checked = parseInspectInput(input);
      if ('problems' in checked) return Promise.reject(new InvalidInputError(checked.problems));
      return flowLogs.inspect?.(checked.input);
    },
  } as unknown as FlowLogsPort;
  const runLine: World['run'] = async (line, files = {}) => {
    const out = { stdout: '', stderr: '' };
    let connected = false;
    const surroundings: Surroundings = {
      env,
      stdout: { write: (text) => (out.stdout += text), isTTY: terminal, columns: 120 },
      stderr: { write: (text) => (out.stderr += text), isTTY: false },
      userName: 'mika',
      accounts: () => Promise.resolve(accounts),
      readFile: (path) =>
        path in files ? Promise.resolve(files[path] ?? '') : Promise.reject(new Error('no such file')),
      connect: ({ address = '127.0.0.1:7233' }) => {
        if (unreachable) return Promise.reject(new UnreachableError(address, 'nobody listens'));
        connected = true;
        return Promise.resolve({ flowLogs: port, address, namespace: 'default' });
      },
      openLedger: () =>
        ledger
          ? Promise.resolve({ place: 'db:5432/flowlog', close: () => Promise.resolve(), ...ledger } as LedgerDoor)
          : Promise.reject(new LedgerOutOfReachError('db:5432/flowlog', 'connect ECONNREFUSED')),
      openOutput: async (path) => {
        if (path === undefined)
          return new Writable({ write: (piece: Buffer, _, done) => ((out.stdout += piece.toString()), done()) });
        const file = createWriteStream(path);
        await once(file, 'open');
        return file;
      },
      onInterrupt: (listener) => {
        interrupt = listener;
        return () => undefined;
      },
    };
    const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
    const exitCode = await run(argv, surroundings);
    return { exitCode, connected, ...out };
  };
  return { asked, run: runLine, interrupt: () => interrupt() };
}
