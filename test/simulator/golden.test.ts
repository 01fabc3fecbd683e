import { XMLParser } from 'fast-xml-parser';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { call, type Called, type Service } from './fixtures/caller.js';

/** The sample requests and answers of the five API documents, word for word in `test/golden`. */

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({
    profile: 'friendly',
    seed: [
      {
        region: 'cn-qingdao',
        flowLogs: [
          {
            product: 'vpc',
            flowLogId: 'fl-m5e8vhz2t21sel1nq****',
            resource: { type: 'VPC', id: 'vpc-1' },
            status: 'Inactive',
          },
        ],
      },
      {
        region: 'cn-hangzhou',
        flowLogs: [
          {
            product: 'cen',
            flowLogId: 'flowlog-m5evbtbpt****',
            resource: { cenId: 'cen-7qthudw0ll6jmc****', transitRouterId: 'tr-1' },
            status: 'Inactive',
          },
        ],
      },
    ],
  });
});
afterEach(() => simulator.close());

const golden = (name: string): string => readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8');

/** Sends the sample request as it is printed; the documents' "common request parameters" are ours to add. */
function send(service: Service, sample: string, format: 'JSON' | 'XML'): Promise<Called> {
  const printed =
    golden(sample)
      .split('/?')[1]
      ?.split('\n')
      .map((line) => line.replace(/^&/, '')) ?? [];
  const pairs = printed.filter((line) => line.includes('=')).map((line) => line.split(/=(.*)/s) as [string, string]);
  const { Action = '', ...params } = Object.fromEntries(pairs);
  return call(simulator.url, service, Action, params, { format });
}

/** Request ids and generated flow log ids are never the same twice. */
const normal = (text: string): string =>
  text.replace(/\s+/g, '').replace(/((?:RequestId|FlowLogId)(?:":"|>))[^<"]+/g, '$1(id)');

const activations: readonly [string, Service, string, string, 'JSON' | 'XML'][] = [
  ['000', 'vpc', 'vpc-active-flow-log.request.txt', 'vpc-active-flow-log.response.json', 'JSON'],
  ['000', 'vpc', 'vpc-active-flow-log.request.txt', 'vpc-active-flow-log.response.xml', 'XML'],
  ['001', 'vpc', 'vpc-active-flow-log.request.txt', 'vpc-active-flow-log-2026.response.json', 'JSON'],
  ['002', 'cen', 'cen-active-flow-log.request.txt', 'cen-active-flow-log.response.json', 'JSON'],
];
test.each(activations)('document %s: %s answers %s with %s', async (_number, service, request, response, format) => {
  const answer = await send(service, request, format);
  expect(answer.status).toBe(200);
  expect(normal(answer.text)).toBe(normal(golden(response)));
});

test('document 003: the sample create is answered with the sample fields, the newer resource group beside them', async () => {
  const { body } = await send('vpc', 'vpc-create-flow-log.request.txt', 'JSON');
  const { RequestId, Success, FlowLogId, ...newer } = body;
  expect(normal(JSON.stringify({ RequestId, Success, FlowLogId }))).toBe(
    normal(golden('vpc-create-flow-log.response.json')),
  );
  expect(FlowLogId).toMatch(/^fl-/);
  expect(newer).toEqual({ ResourceGroupId: 'rg-default' });
  expect(simulator.flowLogs().at(-1)?.fields).toMatchObject({
    ProjectName: 'FlowLogProject',
    Description: 'This is my Flowlog.',
  });
});

test('document 003: the sample create is answered in XML', async () => {
  const { text } = await send('vpc', 'vpc-create-flow-log.request.txt', 'XML');
  const parse = (xml: string) => new XMLParser({ parseTagValue: false }).parse(normal(xml));
  expect(parse(text)).toMatchObject(parse(golden('vpc-create-flow-log.response.xml')));
});

test('document 004: the sample create is answered with every sample field in its type', async () => {
  const { body } = await send('ecr', 'ecr-create-flow-log.request.txt', 'JSON');
  const sample = JSON.parse(golden('ecr-create-flow-log.response.json'));
  const types = (value: object) => Object.entries(value).map(([name, field]) => [name, typeof field]);
  expect(types(body)).toEqual(types(sample));
  const { Success, Code, Message, HttpStatusCode } = sample;
  expect(body).toMatchObject({
    Success,
    Code,
    Message,
    HttpStatusCode,
    FlowLogId: expect.stringMatching(/^ecr-flog-/),
  });
});
