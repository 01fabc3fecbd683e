import {
  type WorkflowInterceptors,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { oneLine } from '../../cloud/text.js';
import { publicTypes } from '../contract/bulk.js';
import { operationFailure } from '../operation/failure.js';
import { invalidInput } from '../contract/invalid-input.js';
import { handlersDone } from './handlers-done.js';
import { ignoredSignals } from './ignored.js';
import { noSuch } from './no-such.js';
import { knownUpdates } from '../contract/request.js';
import { wrongSignal } from './signal-checks.js';

/**
 * Checks everything that reaches a workflow of this service: any client of Temporal may start anything here under any name, and send it
 * anything. A request by an unknown name is answered in one sentence; a signal that is wrong is ignored and counted; a workflow ends, or goes
 * on in a new history, only when what it has accepted is done.
 */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      async execute(input, next) {
        // A name of what every object has is found among the exports without being one.
        if (workflowInfo().workflowType in Object.prototype) return unknownWorkflow();
        const end = next(input);
        // After the handlers that the workflow has set by now: a default takes what no handler takes, and what came before it at once.
        answerUnknownNames();
        try {
          return await end;
        } finally {
          await handlersDone();
        }
      },
      async handleSignal(input, next) {
        const { signalName, args } = input;
        const problem = wrongSignal(signalName, args);
        if (problem === undefined) await next(input);
        else ignoredSignals().add(signalName, problem);
      },
      // Queries take no argument: one that comes with a query reaches no handler.
      handleQuery: (input, next) => next({ ...input, args: [] }),
      // Each checks its argument in its validator. One that is added is refused until its name stands in the contract.
      handleUpdate: (input, next) =>
        knownUpdates.has(input.name) ? next(input) : Promise.reject(noSuch('update', input.name)),
    },
  ],
  internals: [
    {
      activate(input, next) {
        input.activation.jobs?.forEach(withoutReservedName);
        next(input);
      },
    },
  ],
});

function answerUnknownNames(): void {
  setDefaultSignalHandler((name) => ignoredSignals().add(name, 'this workflow takes no such signal'));
  setDefaultUpdateHandler((name) => {
    throw noSuch('update', name);
  });
  setDefaultQueryHandler((name) => {
    throw noSuch('query', name);
  });
}

/** Names that the SDK keeps for itself. With a default handler it throws at one that it does not know, and the task would be tried again for ever. */
const RESERVED = '__temporal_';

/** The one query of such a name that the SDK answers itself, with the names that a workflow takes. */
const METADATA_QUERY = '__temporal_workflow_metadata';

/** Under another name it is as unknown as any. A name that is missing is one more at which the SDK throws. */
const unreserved = (name: string | null | undefined): string =>
  name?.startsWith(RESERVED) ? `reserved: ${name}` : name || '(no name)';

function withoutReservedName({ signalWorkflow, doUpdate, queryWorkflow }: Job): void {
  if (signalWorkflow) signalWorkflow.signalName = unreserved(signalWorkflow.signalName);
  if (doUpdate) doUpdate.name = unreserved(doUpdate.name);
  if (queryWorkflow && queryWorkflow.queryType !== METADATA_QUERY)
    queryWorkflow.queryType = unreserved(queryWorkflow.queryType);
}

/** Requests from outside, of all that a workflow task holds. */
interface Job {
  readonly signalWorkflow?: { signalName?: string | null } | null;
  readonly doUpdate?: { name?: string | null } | null;
  readonly queryWorkflow?: { queryType?: string | null } | null;
}

/** Answers a workflow type that does not exist: the run is closed with one sentence. */
export async function unknownWorkflow(): Promise<never> {
  const message = `there is no such workflow here; there are ${publicTypes.join(', ')}`;
  const advice = 'Correct the name of the workflow type; nothing was started.';
  throw operationFailure(
    invalidInput([{ path: '', message }], advice, oneLine(workflowInfo().workflowType.slice(0, 100))),
  );
}
