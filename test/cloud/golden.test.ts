import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CloudRequest } from '../../cloud/call/port.js';
import type { Product } from '../../cloud/flow-log.js';
import { createdFlowLogId } from '../../cloud/lists/parse.js';
import { changeRequest } from '../../cloud/lists/wire.js';
import { against, answering, cloudErrorOf } from './fixtures/wire-server.js';

const golden = (file: string): string => readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8');

/** The parameters of a sample request; it is written over several lines and ends with a hint. */
function sampleParams(file: string): Record<string, string> {
  const query = golden(file).split('?')[1] ?? '';
  const pairs = query
    .split('&')
    .map((pair) => pair.trim().split('='))
    .filter((pair) => pair.length === 2);
  return Object.fromEntries(pairs) as Record<string, string>;
}

async function exchange(request: CloudRequest, body: string) {
  const { server, client } = await against(answering(200, body));
  const call = client.call(request);
  await call.catch(() => undefined);
  return { call, form: Object.fromEntries(server.received[0]?.form ?? []) };
}

const accountId = '1000000000000001';
const place = { accountId, region: 'cn-qingdao' };
const flowLogId = 'fl-m5e8vhz2t21sel1nq****';

const activateVpc = changeRequest('activate', { target: { product: 'vpc', ...place, flowLogId } });

/** One call for each document, aimed and wished as its examples are. */
const samples: { sample: string; action: string; request: CloudRequest; requestId: string; createdId?: string }[] = [
  {
    sample: 'vpc-active-flow-log',
    action: 'ActiveFlowLog',
    request: activateVpc,
    requestId: 'F7DDDC17-FA06-4AC2-8F35-59D2470FCFC1',
  },
  {
    sample: 'cen-active-flow-log',
    action: 'ActiveFlowLog',
    request: changeRequest('activate', {
      target: { product: 'cen', accountId, region: 'cn-hangzhou', resource: { cenId: 'cen-7qthudw0ll6jmc****' } },
      flowLogId: 'flowlog-m5evbtbpt****',
      clientToken: '123e4567-e89b-12d3-a456-42665544****',
    }),
    requestId: 'F7DDDC17-FA06-4AC2-8F35-59D2470FCFC1',
  },
  {
    sample: 'vpc-create-flow-log',
    action: 'CreateFlowLog',
    request: changeRequest('create', {
      target: { product: 'vpc', ...place, resource: { type: 'NetworkInterface', id: 'eni-askldfas****' } },
      spec: {
        destination: { project: 'FlowLogProject', logStore: 'FlowLogStore' },
        name: 'myFlowlog',
        description: 'This is my Flowlog.',
        trafficType: 'All',
      },
    }),
    requestId: '54B48E3D-DF70-471B-AA93-08E683A1B457',
    createdId: flowLogId,
  },
  {
    sample: 'ecr-create-flow-log',
    action: 'CreateFlowLog',
    request: changeRequest('create', {
      target: { product: 'ecr', accountId, resource: { ecrId: 'ecr-mezk2idmsd0vx2****', instanceId: 'vbr-xxx' } },
      spec: {
        destination: { project: 'flowlog-project', logStore: 'flowlog-logstore', region: 'cn-hangzhou' },
        name: 'myFlowlog',
        description: 'myFlowlog',
        aggregationIntervalSeconds: 60,
        samplingRate: '1:4096',
        tags: { TestKey: 'TestValue' },
        resourceGroupId: 'rg-aek2aq7f4va****',
      },
      clientToken: '02fb3da4-130e-11e9-8e44-00****',
      dryRun: false,
    }),
    requestId: '6FABF516-FED3-5697-BDA2-B18C5D9A****',
    createdId: 'ecr-flog-m5evbtbpt****',
  },
];

/** Parameters that every request has; the samples call them "common request parameters". */
const common = /^(Format|Version|Timestamp|AccessKeyId|SecurityToken|Signature.*)$/;

describe('the sample requests and responses of the documents', () => {
  it.each(samples)('$sample is what is sent', async ({ sample, request }) => {
    const { form } = await exchange(request, golden(`${sample}.response.json`));
    const own = Object.fromEntries(Object.entries(form).filter(([name]) => !common.test(name)));
    // No caller gives an owner id; and the interval, which the sample leaves to the cloud, is always sent.
    const expected = sampleParams(`${sample}.request.txt`);
    delete expected['ResourceOwnerId'];
    const added = sample === 'vpc-create-flow-log' ? { AggregationInterval: '10' } : {};
    expect(own).toEqual({ ...expected, ...added });
  });

  it.each(samples)('$sample is accepted', async ({ sample, action, request, requestId, createdId }) => {
    const { call } = await exchange(request, golden(`${sample}.response.json`));
    const answer = await call;
    expect([request.action, answer.requestId]).toEqual([action, requestId]);
    if (createdId) expect(createdFlowLogId(request.service as Product, answer.body)).toBe(createdId);
  });

  it('ecr CreateFlowLog is accepted although its dynamic fields are filled, and its line ends are trimmed', async () => {
    const { call } = await exchange(samples[3]?.request ?? activateVpc, golden('ecr-create-flow-log.response.json'));
    const { body } = await call;
    expect(body['DynamicCode']).toBe('IllegalParamFormat.EcrId');
    expect(body['AccessDeniedDetail']).toBe('Authentication is failed for ****');
  });

  it.each(['vpc-active-flow-log', 'vpc-create-flow-log'])(
    '%s in XML, which is never asked for, is no clear answer: it may have happened',
    async (sample) => {
      const { call, form } = await exchange(activateVpc, golden(`${sample}.response.xml`));
      expect(form['Format']).toBe('JSON');
      expect((await cloudErrorOf(call)).details).toMatchObject({ kind: 'ambiguous', code: 'NotJson' });
    },
  );
});
