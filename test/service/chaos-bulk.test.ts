import { expect, test } from 'vitest';
import { runBulkCampaign } from '../chaos/bulk/campaign.js';
import { showLines } from '../chaos/report.js';

/** The small one of every test run; `npm run chaos -- bulk` has 1,000 targets. */
const size = { targets: 90, kills: 2, window: 30, seed: Number(process.env['SEED'] ?? Date.now() % 1_000_000) };

test(
  'bulks, callers and a schedule that overlap, with poisoned targets, lying lists, a revoked role, lost and full regions, and workers and servers killed: every invariant and scenario holds',
  { timeout: 480_000 },
  async () => {
    console.info(`SEED=${size.seed}`);
    const told: string[] = [];
    const tell = (line: string) => void told.push(line);
    const lines = await runBulkCampaign({ ...size, limitMs: 400_000, tell });
    const problems = lines.flatMap((line) => line.problems);
    expect(problems, [...told, showLines(lines, [])].join('\n')).toEqual([]);
  },
);
