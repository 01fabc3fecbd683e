import type { Client } from '@temporalio/client';
import type { Ledger } from '../audit/index.js';
import type { Budget } from '../cloud/call/budget.js';
import type { Clock } from '../cloud/clock.js';
import type { CloudClient } from '../cloud/call/port.js';
import type { Product, ResourceTarget } from '../cloud/flow-log.js';
import type { Scans } from '../cloud/lists/scans.js';
import type { Watcher } from '../cloud/lists/watcher.js';
import type { Store } from '../store/index.js';

/** Times in ms on which the belief in a look rests. Checked in `worker/config.ts`. */
export interface Timing {
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  /** Time for which a list may still show the state before a change. */
  readonly listLagMs: number;
  /** Time that the cloud may take to begin a change it has accepted. */
  readonly commitDelayMs: number;
  /** After this long, a change of which nothing is seen has not happened and will not: send window + timeouts + lag + commit delay, at least. */
  readonly graceMs: number;
  readonly heartbeatMs: number;
  /** Time that an operation may take that names no deadline. */
  readonly deadlineMs: number;
}

/** A change leaves within this long of its intent's commit, by whichever clock says most, or not at all. */
export const SEND_WINDOW_MS = 2_000;

/** Time that an attempt may spend on the database. */
export const LEDGER_TIME_MS = 5_000;

/** Time for which a create waits for a scan under way to prove that its target is empty, before it reads the target itself. */
export const PROOF_WAIT_MS = 5_000;

/** All that activities may touch, built once by the worker. */
export interface Dependencies {
  readonly cloud: CloudClient;
  /** Turns of calls, shared by all workers. Reads take theirs by themselves; a change takes its own before its intent. */
  readonly budget: Budget;
  readonly ledger: Ledger;
  readonly store: Store;
  readonly watcher: Watcher;
  readonly scans: Scans;
  /** Other operations: to join them, and to learn who started this one. */
  readonly temporal: Client;
  /** This deployment's id, by which its flow logs are known as its own. */
  readonly owner: string;
  readonly workerBuild: string;
  readonly timing: Timing;
  /** `bootId` names this start of the machine: within it what its clocks said can be compared. */
  readonly clock: Clock & { readonly bootId: string };
  /** A bulk whose history has more events goes on in a new one, between two pages. */
  readonly longHistoryEvents: number;
  /** The worker runs also with a database that may lose what it has promised to keep. */
  readonly allowUnsafeDatabase: boolean;
  /** True where the namespace has our search attributes. */
  readonly searchAttributes: boolean;
  /** Accounts this worker has credentials for, by uid. */
  readonly accountIds: readonly string[];
  /** Flow logs that an account may have in one region, as configured or documented; undefined where that is not known. */
  readonly quotaOf: (accountId: string, product: Product) => number | undefined;
  /** Hears how many own flow logs a target has beyond the one that counts, at every complete look. */
  readonly surplusSeen: (target: ResourceTarget, count: number) => void;
  /** Finds the identity behind the credentials of an account, verified once; CloudError `denied` when they are another account's. */
  readonly principalOf: (accountId: string) => Promise<{ readonly accountId: string; readonly arn: string }>;
}
