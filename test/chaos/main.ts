import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.js';
import { killPlaces } from './plan.js';
import { isSound, showFindings } from './report.js';

/** `npm run chaos -- [--targets 200] [--kills 20] [--seed N] [--logs FOLDER]`: exit 0 when every invariant held and every blow fell. */
const usage = 'usage: npm run chaos -- [--targets 200] [--kills 20] [--window 40] [--seed N] [--logs FOLDER]';

/** Longer than any campaign on a slow machine: per target, and for starting and ending. */
const limitMs = (targets: number): number => 180_000 + targets * 5_000;

function read() {
  const { values } = parseArgs({
    options: {
      targets: { type: 'string', default: '200' },
      kills: { type: 'string', default: '20' },
      window: { type: 'string', default: '40' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      logs: { type: 'string' },
    },
  });
  const number = (name: 'targets' | 'kills' | 'window' | 'seed', least: number): number => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= least) return value;
    throw new Error(`--${name} ${values[name]}: must be a whole number from ${least}`);
  };
  const size = {
    targets: number('targets', 10),
    kills: number('kills', killPlaces.length),
    window: number('window', 1),
    seed: number('seed', 0),
  };
  return { size, logs: values.logs };
}

async function main(): Promise<number> {
  let options: ReturnType<typeof read>;
  try {
    options = read();
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    return 2;
  }
  const { size, logs } = options;
  const folder = logs ? resolve(logs) : await mkdtemp(join(tmpdir(), 'flowlog-chaos-'));
  await mkdir(folder, { recursive: true });
  console.log(`chaos: ${size.targets} targets, ${size.kills} kills, --seed ${size.seed}; logs in ${folder}`);
  const tell = (line: string) => console.log(line);
  const findings = await runCampaign({ ...size, limitMs: limitMs(size.targets), tell, folder });
  console.log(showFindings(findings, size));
  const sound = isSound(findings);
  if (sound && !logs) await rm(folder, { recursive: true, force: true });
  else console.log(`What the processes said: ${folder}`);
  return sound ? 0 : 1;
}

process.exit(await main());
