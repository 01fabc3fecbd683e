import type { Database } from '../audit/index.js';
import type { SlotAnswer, Slots } from '../cloud/slots.js';

/** The budgets of `migrations/0002_budgets.sql`: any number of workers, one statement each. */
export function budgetsOn(database: Database): Slots {
  return {
    async reserve({ accountId, place, api }, { caller, perSecond, mostMs, waited = false, probe = false }) {
      const [row] = await database.query<{ answer: SlotAnswer }>(
        'select flowlog.reserve_slot($1, $2, $3, $4, $5, $6, $7, $8) as answer',
        [accountId, place, api, caller, perSecond, mostMs, waited, probe],
      );
      return (row as { answer: SlotAnswer }).answer;
    },
    async announce(caller) {
      await database.query('select flowlog.announce_caller($1)', [caller]);
    },
    async leave(caller) {
      await database.query('delete from flowlog.callers where caller = $1', [caller]);
    },
    async slowDown({ accountId, place, api }, retryAfterMs = 0) {
      await database.query('select flowlog.slow_down($1, $2, $3, $4)', [accountId, place, api, retryAfterMs]);
    },
  };
}
