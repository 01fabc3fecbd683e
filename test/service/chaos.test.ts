import { expect, test } from 'vitest';
import { runCampaign } from '../chaos/campaign.js';
import { cloud } from '../chaos/cloud.js';
import { problemsIn, showFindings } from '../chaos/report.js';

/** The small campaign of every test run; `npm run chaos` has the big ones, and says what each line means. */
const size = { targets: 24, kills: 4, seed: Number(process.env['SEED'] ?? Date.now() % 1_000_000) };

test(
  'workers killed at every place of a change and suspended between intent and send, Temporal killed, the database stopped and its clock moved both ways, another program replacing flow logs, three of ten answers lost, codes after the act: every invariant holds',
  { timeout: 420_000 },
  async () => {
    console.info(`SEED=${size.seed}`);
    const lines: string[] = [];
    const tell = (line: string) => void lines.push(line);
    const findings = await runCampaign({ ...size, window: 16, limitMs: 330_000, tell, kind: cloud });
    expect(problemsIn(findings), [...lines, showFindings(findings, size)].join('\n')).toEqual([]);
  },
);
