/** The machine that a ledger is written from. */
export interface LedgerMachine {
  /** Names this start of this machine: in it the boot-time clock counts from one moment. */
  readonly bootId: string;
  /** Since the machine was started, its sleep included, in ms. */
  bootMs(): number;
}
