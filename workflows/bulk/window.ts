import { patched } from '@temporalio/workflow';
import { type Shares, sharesOf } from '../decide/page-order.js';

/** Operations at once, where the request names no number: measured, more is slower. */
const WINDOW = 200;

/** The window of a bulk, as its pages share it. */
export class PageWindow {
  /** A page has ended, and the others have its share. */
  wasHandedOn = false;

  /**
   * @param windowOf operations at once, as asked for by now; default 200
   * @param pages that share the window and have not ended
   * @param most operations of one page, at most
   */
  constructor(
    private readonly windowOf: () => number | undefined,
    private pages: number,
    private readonly most = Infinity,
  ) {}

  get shares(): Shares {
    const { pages, operations } = sharesOf(this.windowOf() ?? WINDOW, this.pages);
    return { pages, operations: Math.min(this.most, operations) };
  }

  /**
   * A page has ended. Its share goes to those that are left: the targets of the last ones would wait while the window is half empty.
   * @returns true where each of them may run more operations by it
   */
  handOn(): boolean {
    if (this.pages === 1 || !patched('shares-are-handed-on')) return false;
    const { operations } = this.shares;
    this.pages -= 1;
    if (this.shares.operations === operations) return false;
    this.wasHandedOn = true;
    return true;
  }
}
