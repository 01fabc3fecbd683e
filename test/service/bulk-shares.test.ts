import { afterAll, beforeAll, expect, test } from 'vitest';
import { settling, until } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** The window of a bulk as its pages share it: one for each place, and some end long before others. */

let service: Service;
beforeAll(async () => {
  const config = { limits: {}, quotas: {}, progression: { mode: 'explicit' } } as const;
  service = await startService({ simulator: { profile: 'friendly', config } });
});
afterAll(() => service.stop());

const itemsIn = (region: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    target: { ...vpc.target(`${region}-${index}`), region },
    spec: { destination },
  }));

/** Flow logs that were asked for in a region. */
const madeIn = (region: string) => service.simulator.flowLogs().filter((flowLog) => flowLog.region === region);

test(
  'the page that is left has the share of the one that ended: the window is never half empty',
  { timeout: 60_000 },
  async () => {
    const items = [...itemsIn('cn-hangzhou', 1), ...itemsIn('cn-beijing', 4)];
    const options = { window: 2 };
    const bulk = await service.flowLogs.bulks.start({ operation: 'enable', items, requestedBy, options });
    await until(() => madeIn('cn-hangzhou').length === 1 && madeIn('cn-beijing').length === 1);
    await service.simulator.settle(madeIn('cn-hangzhou')[0]?.flowLogId);
    // Nothing has ended in Beijing: a second one is under way there only in the place of the one in Hangzhou.
    await until(() => madeIn('cn-beijing').length === 2);
    expect(madeIn('cn-beijing').map(({ status }) => status)).toEqual(['Activating', 'Activating']);
    const report = await settling(service, bulk.result());
    expect(report).toMatchObject({ end: 'completed', tally: { total: 5, succeeded: 5 } });
  },
);
