import type { Accounts } from '../accounts.js';
import type { Answer, Screen } from './answer.js';
import type { Defaults } from './defaults.js';
import type { LedgerConnection } from './audit/ledger-door.js';
import type { ServiceConnection, Surroundings } from './surroundings.js';

/** One run of the command: what it needs, and what it found. */
export interface Session {
  readonly surroundings: Surroundings;
  /** The words behind `flowlog`; absent where only the command line itself is asked for. */
  readonly argv?: readonly string[];
  readonly screen: Screen;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  /**
   * Account names and uids, for a command of the service. If none is known it connects first, to report a service that does not run before a missing name.
   * @throws UnreachableError
   */
  accounts(): Promise<Accounts>;
  /** The region and the account that are meant where a target names none. @throws UsageError */
  defaults(): Promise<Defaults>;
  /** Connects when first asked for; the same connection afterwards. */
  service(): Promise<ServiceConnection>;
  /** Opens the ledger, runs `use` on it and closes it again. */
  withLedger<Result>(use: (ledger: LedgerConnection) => Promise<Result>): Promise<Result>;
  /** Takes the result of the command. */
  answer(answer: Answer): void;
}
