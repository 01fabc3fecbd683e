import type { Client } from '@temporalio/client';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { OperationRef } from '../../audit/index.js';
import type { CallersInput, CompareInput } from '../../workflows/contract/activities.js';
import { currentOperation } from './attempt.js';
import type { Dependencies } from '../dependencies.js';

/** Events of one answer of Temporal. */
const EVENTS_A_PAGE = 500;

/** Identities that Temporal has recorded in a run's history: of the client that started it, and of those that sent updates. */
interface Identities {
  readonly ofStart?: string;
  readonly ofUpdates: ReadonlyMap<string, string>;
}

/** Reads the history of a run as far as it has to: nothing else tells which client sent an update. */
async function identitiesIn(
  temporal: Client,
  { workflowId, runId }: OperationRef,
  updateIds: ReadonlySet<string>,
): Promise<Identities> {
  const ofUpdates = new Map<string, string>();
  let ofStart: string | undefined;
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await temporal.workflowService.getWorkflowExecutionHistory({
      namespace: temporal.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: EVENTS_A_PAGE,
      ...omitUndefined({ nextPageToken }),
    });
    for (const event of page.history?.events ?? []) {
      ofStart ??= event.workflowExecutionStartedEventAttributes?.identity ?? undefined;
      const meta = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.meta;
      if (meta?.updateId && meta.identity && updateIds.has(meta.updateId)) ofUpdates.set(meta.updateId, meta.identity);
    }
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken && ofUpdates.size < updateIds.size);
  return { ...omitUndefined({ ofStart }), ofUpdates };
}

/** Records what callers told the run by updates, each with the identity of its Temporal client: once for each caller, whatever is repeated. */
export async function recordCallers({ ledger, temporal }: Dependencies, { said, run }: CallersInput): Promise<void> {
  const own = currentOperation();
  const { ofUpdates } = await identitiesIn(temporal, own, new Set(said.map(({ updateId }) => updateId)));
  const operation = { ...own, ...omitUndefined({ runId: run || undefined }) };
  for (const { event, updateId, body } of said) {
    const clientIdentity = ofUpdates.get(updateId) ?? '';
    const once =
      event === 'joined' ? JSON.stringify([body.requestedBy, clientIdentity, body.workflowId ?? '']) : updateId;
    await ledger.recordEvent({
      operation,
      event,
      body: { ...body, ...omitUndefined({ clientIdentity: clientIdentity || undefined }) },
      once,
    });
  }
}

/** Tells whether the client that sent an update is the one that started the run. */
export async function compareCallers(
  { temporal }: Dependencies,
  { updateId }: CompareInput,
): Promise<{ readonly isSame: boolean }> {
  const { ofStart, ofUpdates } = await identitiesIn(temporal, currentOperation(), new Set([updateId]));
  return { isSame: ofStart !== undefined && ofStart === ofUpdates.get(updateId) };
}
