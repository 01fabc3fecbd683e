import { expect } from 'vitest';
import { runCrowdCampaign } from '../chaos/crowd/campaign.js';
import { showLines } from '../chaos/report.js';
import { needs } from '../languages/needs.js';

/** As large as `npm run chaos -- crowd`. Needs Java, and with it the other languages. */
const size = { callers: 201, targets: 5, slow: 51 };

(await needs('java'))(
  'callers in Python, Go and Java at once, then on a target whose workers stand still: each has a report or hears what runs, and there is one flow log each',
  async () => {
    const told: string[] = [];
    const lines = await runCrowdCampaign({ ...size, tell: (line) => void told.push(line) });
    expect(
      lines.flatMap(({ problems }) => problems),
      [...told, showLines(lines, [])].join('\n'),
    ).toEqual([]);
  },
  600_000,
);
