import { setTimeout as sleep } from 'node:timers/promises';
import * as OpenApi from '@alicloud/openapi-core';
import * as Vpc from '@alicloud/vpc20160428';
import { defaultAccount } from '../simulator/index.js';

/**
 * A careful loop with the official SDK, as somebody would write it without this service: `sdk-loop.ts URL COUNT` creates so many flow logs, 100 at a
 * time, and describes each every second until it is Active. Prints `{ "wallMs": … }`.
 */

const IN_FLIGHT = 100;
const POLL_MS = 1_000;
const regionId = 'cn-hangzhou';

const [url = '', wanted = ''] = process.argv.slice(2);
// The package is CommonJS: its default export is one level deeper in plain Node.
const vpcExport: unknown = Vpc.default;
const VpcClient = (typeof vpcExport === 'function' ? vpcExport : Vpc.default.default) as typeof Vpc.default.default;
const sdk = new VpcClient(
  new OpenApi.$OpenApiUtil.Config({
    accessKeyId: defaultAccount.accessKeyId,
    accessKeySecret: defaultAccount.secret,
    endpoint: url.replace('http://', ''),
    protocol: 'http',
    regionId,
  }) as never,
);

async function enableOne(index: number): Promise<void> {
  const { body } = await sdk.createFlowLog(
    new Vpc.CreateFlowLogRequest({
      regionId,
      resourceType: 'VPC',
      resourceId: `vpc-loop-${index}`,
      trafficType: 'All',
      projectName: 'bench',
      logStoreName: 'flow',
      flowLogName: `loop-${index}`,
    }),
  );
  for (;;) {
    await sleep(POLL_MS);
    const { body: listed } = await sdk.describeFlowLogs(
      new Vpc.DescribeFlowLogsRequest({ regionId, flowLogId: body?.flowLogId }),
    );
    if (listed?.flowLogs?.flowLog?.[0]?.status === 'Active') return;
  }
}

const wantedCount = Number(wanted);
let next = 0;
const began = performance.now();
await Promise.all(
  Array.from({ length: IN_FLIGHT }, async () => {
    while (next < wantedCount) await enableOne(next++);
  }),
);
console.log(JSON.stringify({ wallMs: performance.now() - began }));
