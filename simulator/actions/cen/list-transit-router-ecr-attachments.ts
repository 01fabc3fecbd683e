import { ownerNumber, textOf } from '../inventory.js';
import { attachmentList } from './attachments.js';

/** Express Connect Routers attached to transit routers. */
export const listEcrAttachments = attachmentList({
  name: 'ListTransitRouterEcrAttachments',
  resourceType: 'ECR',
  attached: 'ecrId',
  fields: (attachment) => ({
    EcrId: textOf(attachment, 'ecrId'),
    EcrOwnerId: ownerNumber(attachment.accountId),
    TransitRouterRegionId: attachment.region,
    OrderType: 'PayByCenOwner',
  }),
});
