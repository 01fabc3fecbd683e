import { ownerNumber, fieldText } from '../inventory.js';
import { attachmentList } from './attachments.js';

/** Virtual border routers attached to transit routers. */
export const listVbrAttachments = attachmentList({
  name: 'ListTransitRouterVbrAttachments',
  resourceType: 'VBR',
  attached: 'vbrId',
  fields: (attachment) => ({
    VbrId: fieldText(attachment, 'vbrId'),
    VbrOwnerId: ownerNumber(attachment.accountId),
    VbrRegionId: attachment.region,
    OrderType: 'PayByCenOwner',
  }),
});
