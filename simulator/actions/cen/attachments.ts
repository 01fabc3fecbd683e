import { Refusal } from '../../wire/refusal.js';
import type { Json } from '../../wire/xml.js';
import type { Resource } from '../../world/world.js';
import type { Action } from '../action.js';
import { anyRegion, ownerParameters, words } from '../common-parameters.js';
import { inventory, seededTime, shownDetails, tagPairs, fieldText } from '../inventory.js';
import { tokenPage } from '../paging.js';

/** Differences between the lists of attachments. */
export interface AttachmentRow {
  /** The action. */
  readonly name: string;
  /** Type of the attachments in the list. */
  readonly resourceType: 'VPC' | 'VBR' | 'VPN' | 'TR' | 'ECR';
  /** The seed's word for the attached resource; a filter of the list too, where it has one. */
  readonly attached: string;
  readonly filter?: string;
  /** Fields beyond those that all have. */
  readonly fields: (attachment: Resource) => Readonly<Record<string, Json>>;
}

/** The page when none is asked for, and the largest: documented for peers, taken for the others. */
const attachmentsPageSize = 20;
const largestPage = 100;

/** The list of one sort of attachments of transit routers, by token. */
export function attachmentList(row: AttachmentRow): Action {
  return {
    name: row.name,
    kind: 'read',
    parameters: [
      anyRegion,
      ...words('CenId', 'TransitRouterId', 'TransitRouterAttachmentId', ...(row.filter ? [row.filter] : [])),
      { name: 'Status', type: 'text', allowed: ['Attached', 'Attaching', 'Detaching', 'Detached'] },
      { name: 'Tag', type: 'tags', max: 20, maxKeyLength: 64, wrong: 'IllegalParam.Tag*' },
      { name: 'NextToken', type: 'text' },
      { name: 'MaxResults', type: 'integer', min: 1, max: largestPage },
      ...ownerParameters,
    ],
    run(call) {
      const { args } = call;
      const all = inventory(call, 'attachments', {
        equal: {
          RegionId: 'region',
          CenId: 'cenId',
          TransitRouterId: 'transitRouterId',
          TransitRouterAttachmentId: 'id',
          ...(row.filter ? { [row.filter]: row.attached } : undefined),
        },
        tags: args.tags('Tag'),
        where: (attachment) =>
          attachmentType(attachment) === row.resourceType &&
          (args.text('Status') || attachmentStatus(attachment)) === attachmentStatus(attachment),
      });
      const size = args.integer('MaxResults') ?? attachmentsPageSize;
      const { page, nextToken, total } = tokenPage(call, all, {
        size,
        placeOf: ({ ordinal }) => ordinal,
        wrongToken: () => new Refusal('IllegalParam.NextToken', { message: 'The param of NextToken is illegal.' }),
      });
      return {
        RequestId: call.requestId,
        TotalCount: total,
        MaxResults: size,
        NextToken: nextToken,
        TransitRouterAttachments: page.map((attachment) => ({
          TransitRouterAttachmentId: attachment.id,
          TransitRouterAttachmentName: fieldText(attachment, 'name'),
          TransitRouterAttachmentDescription: fieldText(attachment, 'description'),
          ResourceType: row.resourceType,
          Status: attachmentStatus(attachment),
          ...shownDetails(attachment, { CenId: '', TransitRouterId: '', CreationTime: seededTime }),
          AutoPublishRouteEnabled: true,
          ...row.fields(attachment),
          Tags: tagPairs(attachment),
        })),
      };
    },
  };
}

const attachmentStatus = (attachment: Resource): string => fieldText(attachment, 'status') || 'Attached';

/** The seed's words for what is attached, and the sort each makes. */
const sorts = { vpcId: 'VPC', vbrId: 'VBR', vpnId: 'VPN', peerTransitRouterId: 'TR', ecrId: 'ECR' } as const;

/** As the seed says, else by what it says is attached, else a VPC. */
function attachmentType(attachment: Resource): string {
  const named = Object.entries(sorts).find(([word]) => fieldText(attachment, word) !== '');
  return fieldText(attachment, 'resourceType') || (named?.[1] ?? 'VPC');
}
