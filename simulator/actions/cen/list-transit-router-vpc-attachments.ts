import { ownerNumber, fieldText } from '../inventory.js';
import { attachmentList } from './attachments.js';

/** VPCs attached to transit routers. */
export const listVpcAttachments = attachmentList({
  name: 'ListTransitRouterVpcAttachments',
  resourceType: 'VPC',
  attached: 'vpcId',
  filter: 'VpcId',
  fields: (attachment) => ({
    VpcId: fieldText(attachment, 'vpcId'),
    VpcOwnerId: ownerNumber(attachment.accountId),
    VpcRegionId: attachment.region,
    ZoneMappings: [],
    OrderType: 'PayByCenOwner',
    ChargeType: 'POSTPAY',
  }),
});
