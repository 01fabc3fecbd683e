import { Refusal } from '../../wire/refusal.js';
import { centralRegion } from '../../world/identity.js';
import type { Action } from '../action.js';
import { createFlowLog } from '../change.js';
import { logStorePattern, notALink, projectPattern } from '../common-parameters.js';
import { givenFields } from '../fields.js';
import { tagRecord } from '../listing.js';
import { requireResource } from '../resources.js';
import { checkEcr, ecrAnswer, ecrParameters, ecrInterval, samplingRate } from './router.js';

/** Starts logging a virtual border router of an Express Connect Router; delivery is on by default. */
export const createEcrFlowLog: Action = {
  name: 'CreateFlowLog',
  kind: 'change',
  parameters: [
    ...ecrParameters,
    { name: 'InstanceType', type: 'text', required: true, allowed: ['VBR'] },
    {
      name: 'InstanceId',
      type: 'text',
      required: true,
      pattern: /^vbr-[A-Za-z0-9*-]{1,60}$/,
      wrong: 'IllegalParamFormat.InstanceId',
    },
    // Created by the cloud where absent.
    { name: 'ProjectName', type: 'text', required: true, pattern: projectPattern },
    { name: 'LogStoreName', type: 'text', required: true, pattern: logStorePattern },
    { name: 'FlowLogName', type: 'text', max: 128, pattern: notALink },
    { name: 'Description', type: 'text', max: 256, pattern: notALink },
    ecrInterval,
    samplingRate,
    { name: 'TargetSlsRegionId', type: 'text', pattern: /^[a-z0-9-]*$/ },
    { name: 'ResourceGroupId', type: 'text', pattern: /^(rg-[A-Za-z0-9*]{1,64})?$/ },
    { name: 'Tag', type: 'tags', max: 20, maxKeyLength: 128 },
  ],
  run(call) {
    const { args } = call;
    checkEcr(call, 'change');
    requireResource(call, 'vbrs', args.need('InstanceId'), '', () => new Refusal('ResourceNotFound.InstanceId'));
    const target = args.text('TargetSlsRegionId');
    if (target && !call.config.regions.includes(target)) throw new Refusal('UnsupportedRegion');
    const fields = {
      RegionId: centralRegion,
      Interval: 600,
      SamplingRate: '1:4096',
      SlsRegionId: target || centralRegion,
      ResourceGroupId: 'rg-default',
      ...givenFields(args, ecrCreateFields),
    };
    const tags = tagRecord(args.tags('Tag'));
    const id = createFlowLog(call, { product: 'ecr', region: '', fields, tags }, (existing) => {
      const message = `The specified resource of FlowLogId[${existing.id}] already exists.`;
      return new Refusal('ResourceAlreadyExist.FlowLogId', { message });
    });
    return ecrAnswer(call, { FlowLogId: id });
  },
};

const ecrCreateFields = [
  ...['EcrId', 'InstanceType', 'InstanceId', 'ProjectName', 'LogStoreName', 'FlowLogName', 'Description'],
  ...['Interval', 'SamplingRate', 'ResourceGroupId'],
];
