import { setTimeout as sleep } from 'node:timers/promises';
import { omitUndefined } from '../omit-undefined.js';
import { type Budget, BudgetWait, type Slot, TurnMissed } from './budget.js';
import type { CallOptions, CloudAnswer, CloudClient, CloudRequest } from './port.js';
import { CloudError } from '../errors/cloud-error.js';

/** The cloud within the budget: a call leaves at its slot, and the budget hears of every call that was throttled. */
export const budgeted = (client: CloudClient, budget: Budget): CloudClient => ({
  async call(request, { slot: reserved, ...options } = {}) {
    let slot = reserved ?? (await slotFor(budget, request, options));
    for (;;) {
      try {
        return await callAt(slot, { client, budget, request, options });
      } catch (error) {
        if (!(error instanceof TurnMissed)) throw error;
        slot = await slotFor(budget, request, { ...options, waited: true });
      }
    }
  },
});

/** The cloud for what is asked for by itself: its calls do not stand behind those of bulks. */
export const singleCalls = (cloud: CloudClient): CloudClient => ({
  call: (request, options) => cloud.call(request, { ...options, single: true }),
});

interface Departure {
  readonly client: CloudClient;
  readonly budget: Budget;
  readonly request: CloudRequest;
  readonly options: CallOptions;
}

async function callAt(slot: Slot, { client, budget, request, options }: Departure): Promise<CloudAnswer> {
  const { beforeSend, signal, window } = options;
  await slot.come(signal);
  const leave = (): void => {
    slot.leave();
    beforeSend?.();
  };
  try {
    return await client.call(request, {
      ...omitUndefined({ signal, window }),
      beforeSend: leave,
    });
  } catch (error) {
    if (error instanceof CloudError && error.kind === 'throttled')
      await budget.throttled(request, error.details.retryAfterMs);
    throw error;
  } finally {
    slot.answered();
  }
}

async function slotFor(budget: Budget, request: CloudRequest, options: CallOptions): Promise<Slot> {
  const { waited, single, patient, signal } = options;
  try {
    return await budget.reserve(request, omitUndefined({ waited, single }));
  } catch (error) {
    if (!patient || !(error instanceof BudgetWait)) throw error;
    await sleep(error.forMs, undefined, signal ? { signal } : {});
    return slotFor(budget, request, { ...options, waited: true });
  }
}
