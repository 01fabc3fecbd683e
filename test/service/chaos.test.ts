import { expect, test } from 'vitest';
import { runCampaign } from '../chaos/campaign.js';
import { problemsIn, showFindings } from '../chaos/report.js';

/** The small campaign of every test run; `npm run chaos` is the big one, and says what each line means. */
const size = { targets: 50, kills: 6, seed: Number(process.env['SEED'] ?? Date.now() % 1_000_000) };

test(
  'workers killed at every place of a change, Temporal killed, the database stopped, a tenth of all calls hurt: every invariant holds',
  { timeout: 420_000 },
  async () => {
    console.info(`SEED=${size.seed}`);
    const lines: string[] = [];
    const tell = (line: string) => void lines.push(line);
    const findings = await runCampaign({ ...size, window: 20, limitMs: 330_000, tell });
    expect(problemsIn(findings), [...lines, showFindings(findings, size)].join('\n')).toEqual([]);
  },
);
