import type { Database } from '../database/database.js';
import { type StoredState, targetState } from './changes.js';
import type { Ledger, PlaceRef } from './ledger.js';

/** Memory of whole places, for callers that read the cloud without a target at hand. */
export type PlaceMemory = Pick<Ledger, 'keyOfFlowLog' | 'memoryOf'>;

/** A place as the targets in it begin. */
const placePrefix = ({ owner, product, accountId, place }: PlaceRef): string =>
  `${[owner, product, accountId, place].join('/')}/`;

/** Over the functions of `migrations/0021_memory_of_places.sql`. */
export function memoryOn(database: Database): PlaceMemory {
  return {
    async keyOfFlowLog(place, flowLogId) {
      const prefix = placePrefix(place);
      const target = await database.call<string | null>('target_of_flow_log', prefix, flowLogId);
      return target?.slice(prefix.length);
    },
    async memoryOf(place, withinMs) {
      const prefix = placePrefix(place);
      const states = await database.call<readonly (StoredState & { target: string })[]>(
        'memory_of_place',
        prefix,
        withinMs,
      );
      return states.map(({ target, ...state }) => ({ key: target.slice(prefix.length), state: targetState(state) }));
    },
  };
}
