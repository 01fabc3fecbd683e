import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { taskQueues } from '../../../workflows/contract/operation.js';
import type { Call, Message } from './plan.js';
import type { RawPayload } from './values.js';

/** Sends what was planned, as payloads made by hand or as values through the SDK. */

/** Codes of gRPC. */
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const UNAVAILABLE = 14;

const payloadOf = ({ encoding, data }: RawPayload) => ({
  metadata: encoding === undefined ? {} : { encoding: Buffer.from(encoding) },
  ...omitUndefined({ data }),
});

/** Starts a call. @returns its run, or undefined where Temporal itself does not let it through */
export async function start(client: Client, call: Call): Promise<string | undefined> {
  const values = call.bySdk && Object.keys(call.beside).length === 0 ? valuesOf(call.payloads) : undefined;
  return letThrough(async () => {
    if (values) return (await client.workflow.start(call.type, { ...ids(call), args: values })).firstExecutionRunId;
    const { runId } = await client.workflowService.startWorkflowExecution({
      namespace: client.options.namespace,
      workflowId: call.workflowId,
      requestId: randomUUID(),
      workflowType: { name: call.type },
      taskQueue: { name: taskQueues.workflows },
      input: { payloads: call.payloads.map(payloadOf) },
      ...Object.fromEntries(
        Object.entries(call.beside).map(([name, payload]) => [name, { fields: { beside: payloadOf(payload) } }]),
      ),
    });
    return runId;
  });
}

const ids = ({ workflowId }: Call) => ({ workflowId, taskQueue: taskQueues.workflows });

/** As values that the SDK writes alike; undefined where one cannot be read as JSON, or is nested too deep to be written again. */
function valuesOf(payloads: readonly RawPayload[]): unknown[] | undefined {
  try {
    const values = payloads.map(({ data }) => JSON.parse(Buffer.from(data ?? []).toString()) as unknown);
    JSON.stringify(values);
    return values;
  } catch {
    return undefined;
  }
}

/** Fate of a message: `closed`, when the run had ended before. */
export type Fate = 'taken' | 'answered' | 'refused' | 'not let through' | 'closed' | 'unanswered';

/**
 * Sends a message.
 * @param patienceMs time after which an answer is taken for one that never comes
 * @returns also the bytes of the answer
 */
export async function send(
  client: Client,
  { workflowId }: Call,
  { kind, name, payloads }: Message,
  patienceMs: number,
): Promise<{ readonly fate: Fate; readonly bytes: number; readonly answer: string }> {
  const common = { namespace: client.options.namespace, workflowExecution: { workflowId } };
  const input = { payloads: payloads.map(payloadOf) };
  const { workflowService: service } = client;
  try {
    const answer = await client.connection.withDeadline(Date.now() + patienceMs, async () => {
      if (kind === 'signal')
        return void (await service.signalWorkflowExecution({
          ...common,
          signalName: name,
          input,
          requestId: randomUUID(),
        }));
      if (kind === 'query') {
        const query = { queryType: name, queryArgs: input };
        return service.queryWorkflow({ ...common, execution: { workflowId }, query });
      }
      const request = { meta: { updateId: randomUUID() }, input: { name, args: input } };
      const { outcome } = await service.updateWorkflowExecution({
        ...common,
        request,
        waitPolicy: { lifecycleStage: 3 },
      });
      if (outcome?.failure) throw new Refused(outcome.failure.message ?? '');
      return outcome;
    });
    const text = JSON.stringify(answer ?? null);
    return { fate: kind === 'signal' ? 'taken' : 'answered', bytes: text.length, answer: text };
  } catch (error) {
    return { fate: fateOf(error), bytes: String(error).length, answer: String(error) };
  }
}

class Refused extends Error {}

function fateOf(error: unknown): Fate {
  if (error instanceof Refused) return 'refused';
  const { code, message } = error as { code?: number; message: string };
  if (code === NOT_FOUND || (code === FAILED_PRECONDITION && /completed|closed/.test(message))) return 'closed';
  if (code === INVALID_ARGUMENT)
    return /there is no |not (found|exist)|unexpected/i.test(message) ? 'refused' : 'not let through';
  if (code === DEADLINE_EXCEEDED) return 'unanswered';
  throw error;
}

async function letThrough<Value>(call: () => Promise<Value>): Promise<Value | undefined> {
  for (let attempt = 1; ; attempt++)
    try {
      return await call();
    } catch (error) {
      const cause = isGrpcServiceError(error) ? error : (error as Error).cause;
      const { code } = (isGrpcServiceError(cause) ? cause : {}) as { code?: number };
      if (code === INVALID_ARGUMENT) return undefined;
      if (code !== UNAVAILABLE || attempt === 5) throw error;
      await sleep(500);
    }
}
