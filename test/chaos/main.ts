import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runBulkCampaign } from './bulk/campaign.js';
import { runCallersCampaign } from './callers/campaign.js';
import { runCampaign } from './campaign.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { cloud } from './cloud.js';
import { runCrowdCampaign } from './crowd/campaign.js';
import { killPlaces } from './plan.js';
import { isSound, showFindings, showLines } from './report.js';

/** `npm run chaos -- [operations|bulk|cloud|callers|crowd] …`: exit 0 when every invariant held and every blow and scenario really happened. */
const usage = `usage: npm run chaos -- [operations|bulk|cloud|callers|crowd] [--targets N] [--kills N] [--inputs N] [--window N] [--seed N] [--logs FOLDER]
  operations  single operations, workers killed at every place of a change; 200 targets, 20 kills, window 40
  cloud       single operations and bulks beside another program, three of ten answers lost, codes after the act, workers killed and
              suspended, the database restarted and its clock moved; 200 targets, 8 kills, window 40
  bulk        bulks that overlap, a schedule, and places that are wrong; 1000 targets, 10 kills, window 100
  callers     random inputs on everything registered, wrong and right; 10000 inputs, window 8
  crowd       callers in Python, Go and Java at once, and a quarter as many on one target whose workers stand still; 200 inputs, 5 targets`;

/** Each campaign's usual size, and its least. */
const campaigns = {
  operations: {
    targets: '200',
    kills: '20',
    window: '40',
    leastTargets: 10,
    leastKills: killPlaces.length,
    inputs: '0',
  },
  cloud: { targets: '200', kills: '8', window: '40', leastTargets: 20, leastKills: killPlaces.length, inputs: '0' },
  bulk: { targets: '1000', kills: '10', window: '100', leastTargets: 90, leastKills: 1, inputs: '0' },
  callers: { targets: '0', kills: '0', window: '8', leastTargets: 0, leastKills: 0, inputs: '10000' },
  crowd: { targets: '5', kills: '0', window: '1', leastTargets: 1, leastKills: 0, inputs: '200' },
} as const;

/** Longer than any campaign on a slow machine: per target, and for starting and ending. */
const limitMs = (targets: number): number => 180_000 + targets * 5_000;

function read() {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    options: { targets: text, kills: text, inputs: text, window: text, seed: text, logs: text },
    allowPositionals: true,
  });
  const [name = 'operations', ...more] = positionals;
  if (more.length > 0 || !Object.hasOwn(campaigns, name)) throw new Error(`${positionals.join(' ')}: no such campaign`);
  const campaign = name as keyof typeof campaigns;
  const usual = { seed: String(Date.now() % 1_000_000), ...campaigns[campaign] };
  const number = (option: 'targets' | 'kills' | 'inputs' | 'window' | 'seed', least: number): number => {
    const value = Number(values[option] ?? usual[option]);
    if (Number.isInteger(value) && value >= least) return value;
    throw new Error(`--${option} ${values[option]}: must be a whole number from ${least}`);
  };
  const size = {
    targets: number('targets', usual.leastTargets),
    kills: number('kills', usual.leastKills),
    inputs: number('inputs', campaign === 'callers' ? 1 : campaign === 'crowd' ? 6 : 0),
    window: number('window', 1),
    seed: number('seed', 0),
  };
  return { campaign, size, logs: values.logs };
}

async function main(): Promise<number> {
  let options: ReturnType<typeof read>;
  try {
    options = read();
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    return 2;
  }
  const { campaign, size, logs } = options;
  const folder = logs ? resolve(logs) : await mkdtemp(join(tmpdir(), 'flowlog-chaos-'));
  await mkdir(folder, { recursive: true });
  const what =
    campaign === 'callers' || campaign === 'crowd'
      ? `${size.inputs} inputs`
      : `${size.targets} targets, ${size.kills} kills`;
  console.log(`chaos, ${campaign}: ${what}, --seed ${size.seed}; logs in ${folder}`);
  const tell = (line: string) => console.log(line);
  const { sound, report } = await run[campaign]({ ...size, limitMs: limitMs(size.targets), tell, folder });
  console.log(report);
  if (sound && !logs) await rm(folder, { recursive: true, force: true });
  else console.log(`What the processes said: ${folder}`);
  return sound ? 0 : 1;
}

type Options = Parameters<typeof runCampaign>[0] & Parameters<typeof runCallersCampaign>[0];

async function single(options: Options) {
  const findings = await runCampaign(options);
  return { sound: isSound(findings), report: showFindings(findings, options) };
}

const run = {
  operations: single,
  cloud: (options: Options) => single({ ...options, kind: cloud }),
  bulk: (options: Options) =>
    reported(`${options.targets} targets, ${options.kills} kills`, options, runBulkCampaign(options)),
  callers: (options: Options) => reported(`${options.inputs} inputs`, options, runCallersCampaign(options)),
  crowd: (options: Options) => {
    const { inputs: callers, targets, tell, folder } = options;
    const crowd = runCrowdCampaign({
      callers,
      targets,
      slow: Math.ceil(callers / 4),
      tell,
      ...omitUndefined({ folder }),
    });
    return reported(`${callers} callers`, options, crowd);
  },
};

async function reported(what: string, { seed }: Options, running: ReturnType<typeof runBulkCampaign>) {
  const beganMs = performance.now();
  const lines = await running;
  const tookS = ((performance.now() - beganMs) / 1_000).toFixed(0);
  const below = [`${what}, ${tookS} s, again with --seed ${seed}`];
  return { sound: lines.every(({ problems }) => problems.length === 0), report: showLines(lines, below) };
}

process.exit(await main());
