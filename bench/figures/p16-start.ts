import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Connection } from '@temporalio/client';
import { build } from 'esbuild';
import { defaultAccount } from '../../simulator/index.js';
import { bundledRequire } from '../../tools/build/converters.js';
import { buildPackages } from '../../tools/build/packages.js';
import type { Figure, Result } from '../figure.js';
import type { Laboratory } from '../laboratory.js';
import { median, summary } from '../statistics.js';
import { vpcRequest } from '../targets.js';

const RUNS = 15;
const root = fileURLToPath(new URL('../..', import.meta.url));
const target = 'p17-standing';

/** The packed command, where Node finds its packages, and a folder that goes with it. */
async function withCommand(use: (command: string, folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(root, 'node_modules/.cache/flowlog-bench-'));
  try {
    await buildPackages(folder);
    return await use(join(folder, 'flowlog/bin/flowlog.mjs'), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Medians of both, alternating; the first run of each is not counted. */
async function compared(
  [ours, bare]: readonly [readonly string[], readonly string[]],
  env: Readonly<Record<string, string>>,
  goal: number,
): Promise<Result> {
  const took = { ours: [] as number[], bare: [] as number[] };
  for (let run = -1; run < RUNS; run++) {
    for (const [name, args] of [
      ['ours', ours],
      ['bare', bare],
    ] as const) {
      const began = performance.now();
      await promisify(execFile)(process.execPath, [...args], { env: { ...process.env, ...env } });
      if (run >= 0) took[name].push(performance.now() - began);
    }
  }
  const ratio = median(took.ours) / median(took.bare);
  return {
    result: ratio.toFixed(2),
    met: ratio <= goal,
    detail: `ours ${summary(took.ours)}; bare ${summary(took.bare)}`,
  };
}

/** Time until the packed command shows its help. */
export const p16: Figure = {
  id: 'P16',
  what: `flowlog --help ÷ node -e 0, medians of ${RUNS}, alternating`,
  goal: '≤ 2.5',
  measure: () =>
    withCommand((command) =>
      compared(
        [
          [command, '--help'],
          ['-e', '0'],
        ],
        {},
        2.5,
      ),
    ),
};

/** The calls that `flowlog status` makes, and nothing else. */
const bareStatus = (input: object, workflowId: string) => `
import { Client, Connection } from '@temporalio/client';
const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS });
const client = new Client({ connection });
for (const taskQueueType of [1, 2])
  await client.workflowService.describeTaskQueue({ namespace: 'default', taskQueue: { name: 'flow-log' }, taskQueueType });
await client.workflow.getHandle(${JSON.stringify(workflowId)}).describe();
console.log(JSON.stringify(await client.workflow.execute('inspectFlowLogs', {
  workflowId: 'inspectFlowLogs/' + crypto.randomUUID(), taskQueue: 'flow-log', args: [${JSON.stringify(input)}] })));
await connection.close();
`;

/** Time of a `status` beside that of its calls alone. */
export const p17: Figure = {
  id: 'P17',
  what: `flowlog status ÷ a bundled program that makes the same calls, medians of ${RUNS}, alternating`,
  goal: '≤ 1.3',
  async measure({ flowLogs, client, cloud }: Laboratory) {
    await cloud({});
    const request = vpcRequest(target);
    const { workflowId, result } = await flowLogs.enable(request);
    await result();
    const { region = '', resource } = request.target as { region?: string; resource: Readonly<Record<string, string>> };
    return withCommand(async (command, folder) => {
      const bare = join(folder, 'bare.mjs');
      const input = {
        product: 'vpc',
        accountId: defaultAccount.uid,
        region,
        target: { product: 'vpc', accountId: defaultAccount.uid, region, resource },
      };
      await build({
        stdin: { contents: bareStatus(input, workflowId), resolveDir: root },
        outfile: bare,
        bundle: true,
        format: 'esm',
        platform: 'node',
        target: 'node20.19',
        logLevel: 'error',
        banner: { js: bundledRequire },
      });
      const env = {
        TEMPORAL_ADDRESS: (client.connection as Connection).options.address ?? '',
        FLOWLOG_ACCOUNT_ID: defaultAccount.uid,
      };
      return compared([[command, 'status', resource['id'] ?? '', '--region', region], [bare]], env, 1.3);
    });
  },
};
