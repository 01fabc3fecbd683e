import { ownerNumber, fieldText } from '../inventory.js';
import { attachmentList } from './attachments.js';

/** IPsec connections attached to transit routers. */
export const listVpnAttachments = attachmentList({
  name: 'ListTransitRouterVpnAttachments',
  resourceType: 'VPN',
  attached: 'vpnId',
  fields: (attachment) => ({
    VpnId: fieldText(attachment, 'vpnId'),
    VpnOwnerId: ownerNumber(attachment.accountId),
    VpnRegionId: attachment.region,
    Zones: [],
    OrderType: 'PayByCenOwner',
    ChargeType: 'POSTPAY',
  }),
});
