import { Refusal } from '../../wire/refusal.js';
import type { FlowLog } from '../../world/flow-log.js';
import { finalOf } from '../../world/timeline.js';
import type { Action, Call } from '../action.js';
import { createFlowLog } from '../change.js';
import { idPattern, logStorePattern, notALink, projectPattern } from '../common-parameters.js';
import { givenFields } from '../fields.js';
import { tagRecord } from '../listing.js';
import { requireResource } from '../resources.js';
import { cenParameters, cenInterval } from './flow-log.js';

/** A format names its fields in braces and begins with these three. */
const logFormatPattern = /^\$\{srcaddr\}\$\{dstaddr\}\$\{bytes\}(\$\{[a-z0-9-]+\})*$/;

/** Starts logging a transit router or one of its attachments. Asynchronous; starts itself. */
export const createCenFlowLog: Action = {
  name: 'CreateFlowlog',
  kind: 'change',
  parameters: [
    ...cenParameters,
    { name: 'CenId', type: 'text', required: true, pattern: idPattern },
    {
      name: 'TransitRouterAttachmentId',
      type: 'text',
      pattern: idPattern,
      wrong: 'IllegalParam.TransitRouterAttachmentId',
    },
    { name: 'TransitRouterId', type: 'text', pattern: idPattern },
    // Created by the cloud where absent.
    { name: 'ProjectName', type: 'text', pattern: projectPattern, wrong: 'InvalidParameter.ProjectName' },
    { name: 'LogStoreName', type: 'text', pattern: logStorePattern },
    { name: 'FlowLogName', type: 'text', max: 128, pattern: notALink },
    { name: 'Description', type: 'text', max: 256, pattern: notALink },
    cenInterval,
    {
      name: 'LogFormatString',
      type: 'text',
      max: 1_000,
      pattern: logFormatPattern,
      wrong: 'InvalidParameter.LogFormatString',
    },
    { name: 'Tag', type: 'tags', max: 20, maxKeyLength: 64, wrong: 'IllegalParam.Tag*' },
  ],
  run(call) {
    checkRouter(call);
    const region = call.args.need('RegionId');
    // LogFormatString stays empty when omitted: filled in, it would look like drift to everyone who omits it.
    const fields = { RegionId: region, Interval: 600, FlowLogVersion: '3', ...givenFields(call.args, cenCreateFields) };
    const tags = tagRecord(call.args.tags('Tag'));
    const id = createFlowLog(call, { product: 'cen', region, fields, tags }, duplicate);
    return { RequestId: call.requestId, Success: 'true', FlowLogId: id };
  },
};

const cenCreateFields = [
  ...['CenId', 'TransitRouterAttachmentId', 'TransitRouterId', 'ProjectName', 'LogStoreName', 'FlowLogName'],
  ...['Description', 'Interval', 'LogFormatString'],
];

/** An attachment and a CEN instance have codes of their own for "there is one already". */
const duplicate = (existing: FlowLog): Refusal =>
  new Refusal(finalOf(existing).fields.TransitRouterAttachmentId ? 'Flowlog.AlreayExist' : 'InvalidFlowlogId.exist');

function checkRouter(call: Call): void {
  const region = call.args.need('RegionId');
  const attachmentId = call.args.text('TransitRouterAttachmentId');
  const routerId = call.args.text('TransitRouterId');
  if (attachmentId) {
    requireResource(
      call,
      'attachments',
      attachmentId,
      region,
      () => new Refusal('InvalidTransitRouterAttachmentId.NotFound'),
    );
  }
  if (!routerId) return;
  const absent = () => new Refusal('InvalidOperation.TransitRouterNotExist');
  const router = requireResource(call, 'transitRouters', routerId, region, absent);
  // Only Enterprise Edition routers have flow logs.
  if (router?.details.type === 'Basic') throw new Refusal('OperationUnsupported.action');
}
