import type { Budget, Slot } from './budget.js';
import { BudgetWait } from './budget.js';
import type { CallOptions, CloudClient, CloudRequest } from './cloud.js';
import { CloudError } from './cloud-error.js';
import { setTimeout as sleep } from 'node:timers/promises';

/** The cloud within the budget: a call leaves at its slot, and the budget hears of every call that was throttled. */
export const budgeted = (client: CloudClient, budget: Budget): CloudClient => ({
  async call(request, { slot: reserved, waited, patient, ...options } = {}) {
    const slot = reserved ?? (await slotFor(budget, request, { waited, patient, signal: options.signal }));
    await slot.come(options.signal);
    const beforeSend = (): void => {
      options.beforeSend?.();
      slot.left();
    };
    try {
      return await client.call(request, { ...options, beforeSend });
    } catch (error) {
      if (error instanceof CloudError && error.kind === 'throttled')
        await budget.throttled(request, error.details.retryAfterMs);
      throw error;
    } finally {
      slot.answered();
    }
  },
});

type Patience = { readonly [Name in 'waited' | 'patient' | 'signal']: CallOptions[Name] | undefined };

async function slotFor(budget: Budget, request: CloudRequest, { waited, patient, signal }: Patience): Promise<Slot> {
  try {
    return await budget.reserve(request, waited ? { waited } : {});
  } catch (error) {
    if (!patient || !(error instanceof BudgetWait)) throw error;
    await sleep(error.forMs, undefined, signal ? { signal } : {});
    return slotFor(budget, request, { waited: true, patient, signal });
  }
}
