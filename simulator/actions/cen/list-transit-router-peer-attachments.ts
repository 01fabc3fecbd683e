import { ownerNumber, fieldText } from '../inventory.js';
import { attachmentList } from './attachments.js';

/** Connections of transit routers in two regions, each listed in the region it was made from. */
export const listPeerAttachments = attachmentList({
  name: 'ListTransitRouterPeerAttachments',
  resourceType: 'TR',
  attached: 'peerTransitRouterId',
  fields: (attachment) => ({
    RegionId: attachment.region,
    PeerTransitRouterId: fieldText(attachment, 'peerTransitRouterId'),
    PeerTransitRouterOwnerId: ownerNumber(attachment.accountId),
    PeerTransitRouterRegionId: fieldText(attachment, 'peerTransitRouterRegionId'),
    BandwidthType: 'DataTransfer',
    Bandwidth: 2,
  }),
});
