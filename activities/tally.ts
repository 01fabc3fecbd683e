import { Context } from '@temporalio/activity';
import type { CloudClient } from '../cloud/cloud.js';
import { CloudError } from '../cloud/cloud-error.js';
import type { FailureDetails } from '../workflows/contract.js';
import type { Carried } from './send.js';
import type { Missed } from './pending.js';

/** What an attempt leaves to the next one, in its heartbeat. */
export interface Inheritance {
  apiCalls: number;
  requestIds: string[];
  /** An outcome the database would not take. */
  carried?: Carried;
  /** Effects looked for and missed once after the grace. */
  missed?: readonly Missed[];
  /** How the last send of this change ended, where it did not end well. */
  lastEnd?: FailureDetails;
}

/** What the attempts before this one left. */
export function inherit(): Inheritance {
  const left = (Context.current().info.heartbeatDetails ?? {}) as Partial<Inheritance>;
  return { ...left, apiCalls: left.apiCalls ?? 0, requestIds: [...(left.requestIds ?? [])] };
}

/** Leaves it to the next attempt. Heartbeat details outlive a failed attempt; its failure is shown to nobody but the workflow. */
export const bequeath = (inheritance: Inheritance): void => Context.current().heartbeat(inheritance);

/** A history of request ids longer than this says nothing more. */
const KEPT_REQUEST_IDS = 50;

/** The cloud, with every call of this operation counted and its request id kept, whether it went well or not. */
export function counted(cloud: CloudClient, inheritance: Inheritance): CloudClient {
  const keep = (requestId: string | undefined) => {
    inheritance.apiCalls += 1;
    if (requestId && inheritance.requestIds.length < KEPT_REQUEST_IDS) inheritance.requestIds.push(requestId);
  };
  return {
    async call(request, options) {
      try {
        const answer = await cloud.call(request, options);
        keep(answer.requestId);
        return answer;
      } catch (error) {
        if (error instanceof CloudError) keep(error.details.requestId);
        throw error;
      }
    },
  };
}
