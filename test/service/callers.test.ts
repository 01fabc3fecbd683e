import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type RawCall, type WrongCall, rawCalls, wrongCalls } from '../chaos/callers/cases.js';
import { playInputs } from '../chaos/callers/campaign.js';
import { showLines } from '../chaos/report.js';
import { hostile } from './fixtures/scenario.js';
import { type Service, type WorkerProcess, historyOf, startService } from './fixtures/service.js';
import { taskQueues } from '../../workflows/contract/operation.js';

/** Input of callers must neither stop a worker nor leave a run open, whatever it is. The worker is a process of its own: it could die. */

let service: Service;
let worker: WorkerProcess;
let workerEnded = false;

beforeAll(async () => {
  service = await startService(hostile({}, { workers: 0 }));
  worker = await service.spawnWorker();
  void worker.ended.then(() => (workerEnded = true));
}, 120_000);

afterAll(() => service.stop());

/** Bytes of the whole failure, causes and stack included. */
const MOST_BYTES = 64 * 1_024;
const TASK_FAILED = 9;
const RUN_FAILED = 3;

/** Ids as each type asks for them, so that the argument is what is refused. */
const idFor = (type: string): string =>
  type === 'bulkFlowLogs'
    ? `flow-log-bulk/${randomUUID()}`
    : type.endsWith('FlowLog')
      ? `flow-log/vpc/1000000000000001/cn-hangzhou/VPC/${randomUUID()}`
      : randomUUID();

const jsonPayload = (text: string) => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(text),
});

async function startRaw({ type, encoding, data, memo }: RawCall): Promise<string> {
  const workflowId = idFor(type);
  await service.client.workflowService.startWorkflowExecution({
    namespace: service.namespace,
    workflowId,
    requestId: randomUUID(),
    workflowType: { name: type },
    taskQueue: { name: taskQueues.workflows },
    ...omitUndefined({ memo: memo === undefined ? undefined : { fields: { memo: jsonPayload(memo) } } }),
    input: {
      payloads: [
        {
          metadata: encoding === undefined ? {} : { encoding: Buffer.from(encoding) },
          ...omitUndefined({ data: data === undefined ? undefined : Buffer.from(data as string) }),
        },
      ],
    },
  });
  return workflowId;
}

async function startWrong({ type, args }: WrongCall): Promise<string> {
  const workflowId = idFor(type);
  await service.client.workflow.start(type, { workflowId, taskQueue: taskQueues.workflows, args: [...args] });
  return workflowId;
}

/** State of the run after its end, or after half a minute. */
async function endOf(workflowId: string) {
  const handle = service.client.workflow.getHandle(workflowId);
  await Promise.race([handle.result().catch(() => undefined), new Promise((done) => setTimeout(done, 30_000))]);
  const events = await historyOf(service.client, workflowId);
  const last = events.at(-1);
  const failure = last?.workflowExecutionFailedEventAttributes?.failure;
  return {
    closed: last?.eventType === RUN_FAILED,
    failedTasks: events.filter(({ eventType }) => eventType === TASK_FAILED).length,
    kind: failure?.applicationFailureInfo?.type,
    nonRetryable: failure?.applicationFailureInfo?.nonRetryable,
    message: failure?.message ?? '',
    size: JSON.stringify(failure ?? null).length,
  };
}

const refusal = { closed: true, failedTasks: 0, kind: 'InvalidInput', nonRetryable: true };

describe('an argument that is wrong is refused at once, and in few words', () => {
  test.each(wrongCalls)('$type: $reason', { timeout: 60_000 }, async (call) => {
    const end = await endOf(await startWrong(call));
    expect(end).toMatchObject(refusal);
    expect(end.size).toBeLessThan(MOST_BYTES);
    expect(workerEnded).toBe(false);
  });

  test.each(rawCalls)('$type, as a payload made by hand: $reason', { timeout: 60_000 }, async (call) => {
    const end = await endOf(await startRaw(call));
    expect(end).toMatchObject(refusal);
    expect(end.size).toBeLessThan(MOST_BYTES);
    expect(workerEnded).toBe(false);
  });
});

/** The small one of every test run; `npm run chaos -- callers` has 10,000. A machine that does other things refuses late. */
const small = {
  inputs: 250,
  window: 8,
  refusedMs: 60_000,
  seed: Number(process.env['SEED'] ?? Date.now() % 1_000_000),
};

test(
  'random inputs on everything registered, by the SDK and by hand: what is wrong is refused, what is right is done, and every signal is on the record',
  { timeout: 240_000 },
  async () => {
    console.info(`SEED=${small.seed}`);
    service.simulator.config({ progression: { mode: 'time', activationMs: 500, settleMs: 100 } });
    const told: string[] = [];
    const { client, simulator, query } = service;
    const place = { client, simulator, query, deserters: [] };
    const lines = await playInputs(place, { ...small, tell: (line) => void told.push(line) });
    const problems = lines.flatMap((line) => line.problems);
    expect(problems, [...told, showLines(lines, [])].join('\n')).toEqual([]);
    expect(workerEnded).toBe(false);
  },
);
