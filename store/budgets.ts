import type { Database } from '../database/database.js';
import type { SlotAnswer, Slots } from '../cloud/call/slots.js';

/** The budgets of `migrations/0002_budgets.sql`, with the queues of `migrations/0100_single_calls.sql`: any number of workers, one statement each. */
export function budgetsOn(database: Database): Slots {
  return {
    async reserve(
      { accountId, place, api },
      { caller, perSecond, mostMs, waited = false, probe = false, single = false },
    ) {
      const asked = [accountId, place, api, caller, perSecond, mostMs, waited, probe, single];
      return database.call<SlotAnswer>('flowlog.reserve_slot', ...asked);
    },
    async announce(caller) {
      await database.call('flowlog.announce_caller', caller);
    },
    async leave(caller) {
      await database.query('delete from flowlog.callers where caller = $1', [caller]);
    },
    async slowDown({ accountId, place, api }, retryAfterMs = 0) {
      await database.call('flowlog.slow_down', accountId, place, api, retryAfterMs);
    },
  };
}
