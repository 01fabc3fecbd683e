import { ownerNumber, fieldText } from '../inventory.js';
import { attachmentList } from './attachments.js';

/** Express Connect Routers attached to transit routers. */
export const listEcrAttachments = attachmentList({
  name: 'ListTransitRouterEcrAttachments',
  resourceType: 'ECR',
  attached: 'ecrId',
  fields: (attachment) => ({
    EcrId: fieldText(attachment, 'ecrId'),
    EcrOwnerId: ownerNumber(attachment.accountId),
    TransitRouterRegionId: attachment.region,
    OrderType: 'PayByCenOwner',
  }),
});
