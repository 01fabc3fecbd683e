import type { Service } from '../call/port.js';
import type { ActionRow, PagingRow } from '../products/product-row.js';

/** The lists by which networks are found. */
export type ListName =
  | 'vpcRegions'
  | 'vpcs'
  | 'vSwitches'
  | 'networkInterfaces'
  | 'virtualBorderRouters'
  | 'cens'
  | 'transitRouters'
  | 'transitRoutersEverywhere'
  | 'vpcAttachments'
  | 'vbrAttachments'
  | 'vpnAttachments'
  | 'peerAttachments'
  | 'ecrAttachments'
  | 'ecrs'
  | 'ecrChildren';

/** One list of the cloud: the request for it, and the path of its rows in the answer. */
export interface ListRow extends ActionRow {
  readonly service: Service;
  /** Takes a RegionId, and must have one where we ask. */
  readonly regional: boolean;
  /** The list is read once for each row of another one, whose id goes into this parameter. */
  readonly below?: { readonly list: ListName; readonly param: string };
  /** Parameters that never vary. */
  readonly constants?: Readonly<Record<string, string>>;
  /** Dotted path to the rows. */
  readonly items: string;
  /** Path of a row's id. */
  readonly id: string;
  /** Absent: the whole list is one answer. */
  readonly paging?: PagingRow;
  /**
   * Parameters of one more call whose TotalCount is the number of all rows, for a list whose pages do not tell it.
   * Absent: `TotalCount` of every page.
   */
  readonly countedBy?: Readonly<Record<string, number>>;
}
