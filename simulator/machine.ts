import type { Clock } from './clock.js';
import type { SimulatorConfig } from './config.js';
import type { Barriers } from './control/barriers.js';
import type { Faults } from './control/faults.js';
import type { Journal, JournalEntry } from './control/journal.js';
import type { Limits } from './limits.js';
import type { Nonces } from './wire/nonces.js';
import type { StateLog } from './world/state-log.js';
import type { World } from './world/world.js';

/** The parts one simulator is made of. Only the configuration and the era are ever replaced. */
export interface Machine {
  readonly clock: Clock;
  readonly log: StateLog;
  readonly world: World;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly barriers: Barriers<JournalEntry>;
  readonly limits: Limits;
  readonly nonces: Nonces;
  config: SimulatorConfig;
  /** Aborted by a reset and by the end: calls that wait then are dropped. */
  era: AbortController;
}
