import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { StateLine, StateLog } from '../world/state-log.js';
import type { FaultEffect } from './faults.js';

/** One call, from its arrival on; the last four fields fill in as it proceeds. Holds no secret, no token, no signature. */
export interface JournalEntry {
  /** Order of arrival, from 1. */
  readonly seq: number;
  /** Arrival, ISO 8601 UTC. */
  readonly time: string;
  /** Arrival in epoch ms by a clock that does not jump while the simulator runs. */
  readonly monotonicMs: number;
  readonly requestId: string;
  readonly method: string;
  readonly action: string;
  product: string;
  /** Empty until the sender is proven. */
  accountId: string;
  /** Empty where the call names none. */
  region: string;
  /** Business parameters as sent. */
  readonly params: Readonly<Record<string, string>>;
  readonly clientToken?: string;
  kind: 'read' | 'change' | 'unknown';
  /** `pending`, `answered`, `dropped` (no sound answer left), or the error code answered. */
  outcome: string;
  code?: string;
  httpStatus?: number;
  /** The call changed the world, whatever was answered. */
  committed: boolean;
  flowLogId?: string;
  /** The fault that met it. */
  fault?: FaultEffect;
  /** Flow logs that another program, by a rule with `writes`, made and deleted while this page was being answered. */
  wrote?: { readonly created: readonly string[]; readonly deleted: readonly string[] };
  /** Repeated a client token and got the first answer again. */
  replayed?: boolean;
}

/** Parameters that are the protocol's, some of them secret. */
const notRecorded: ReadonlySet<string> = new Set([
  ...['Action', 'Version', 'Format', 'AccessKeyId', 'Signature', 'SignatureMethod', 'SignatureVersion'],
  ...['SignatureNonce', 'SignatureType', 'SecurityToken', 'Timestamp'],
]);

/** Every call since the last reset. Changes are kept on disk with the state. */
export class Journal {
  readonly #entries: JournalEntry[] = [];
  #lastSeq = 0;
  constructor(private readonly log: StateLog) {}

  /** Opens the entry of a call that has just arrived. */
  open(
    arrival: Pick<JournalEntry, 'time' | 'monotonicMs' | 'requestId' | 'method' | 'action'>,
    sent: ReadonlyMap<string, string>,
  ) {
    const clientToken = sent.get('ClientToken');
    const entry: JournalEntry = {
      seq: (this.#lastSeq += 1),
      ...arrival,
      product: '',
      accountId: '',
      region: sent.get('RegionId') ?? '',
      params: Object.fromEntries([...sent].filter(([name]) => !notRecorded.has(name))),
      ...omitUndefined({ clientToken: clientToken || undefined }),
      kind: 'unknown',
      outcome: 'pending',
      committed: false,
    };
    this.#entries.push(entry);
    return entry;
  }

  /** Queues an entry for the disk, if it is of a change. */
  save(entry: JournalEntry): void {
    if (entry.kind === 'change') this.log.write('journal', String(entry.seq), entry);
  }

  restore(lines: readonly StateLine[]): void {
    const found = new Map<string, JournalEntry>();
    for (const [table, key, row] of lines) if (table === 'journal') found.set(key, row as JournalEntry);
    this.#entries.push(...[...found.values()].sort((a, b) => a.seq - b.seq));
    this.#lastSeq = this.#entries.at(-1)?.seq ?? 0;
  }

  *lines(): Iterable<StateLine> {
    for (const entry of this.#entries) if (entry.kind === 'change') yield ['journal', String(entry.seq), entry];
  }

  entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  clear(): void {
    this.#entries.length = 0;
    this.#lastSeq = 0;
  }
}
