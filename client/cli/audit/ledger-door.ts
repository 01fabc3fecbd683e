import type { Anchor, Auditor, Verification } from '../../../audit/index.js';

/**
 * The ledger as the commands see it. Types only: the one file beside it that loads the database driver, `open-door.ts`, is loaded when a
 * command asks for it, so that the rest of the command line never is any slower for it.
 */
export interface LedgerDoor extends Pick<Auditor, 'show' | 'export' | 'freeze' | 'thaw' | 'freezes' | 'close'> {
  /** Which ledger this is, `host:port/database`. */
  readonly place: string;
  /**
   * Recomputes the record.
   * @param outside an anchor kept elsewhere, `<count>:<head>`
   * @throws UsageError when that is no anchor
   */
  verify(outside?: string): Promise<Verification>;
  /** Anchors all there is; the anchor and its one word to keep outside. Undefined where nothing was ever recorded. */
  anchor(): Promise<(Anchor & { readonly text: string }) | undefined>;
}
