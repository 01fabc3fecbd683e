import { describe, expect, it } from 'vitest';
import { SCAN_HOLDS_MS, createScans } from '../../cloud/lists/scans.js';
import { friendlySimulator } from './fixtures/wire-server.js';

/** One complete scan of a scope answers for all targets of a bulk, and for as long as absences may be believed. */

const targetOf = (id: string) =>
  ({ product: 'vpc', accountId: '1000000000000001', region: 'cn-hangzhou', resource: { type: 'VPC', id } }) as const;

const { simulator, cloud } = await friendlySimulator();

/** Scans under clocks that stand still until they are moved: all of them, or one alone. */
function scansAt(moving?: 'wall' | 'monotonic' | 'boot') {
  let nowMs = 0;
  const read = (name: typeof moving) => () => (moving === undefined || moving === name ? nowMs : 0);
  const scans = createScans({
    cloud,
    clock: { now: read('wall'), monotonicMs: read('monotonic'), bootMs: read('boot') },
    owner: 'test',
    listLagMs: 0,
  });
  return { scans, pass: (ms: number) => (nowMs += ms) };
}

describe('a scan of a scope', () => {
  it('is made once, whoever asks for whichever target, and says of each what is there', async () => {
    await simulator.seed({ flowLogs: [{ product: 'vpc', resource: { type: 'VPC', id: 'vpc-1' } }] });
    const { scans } = scansAt();
    const [one, other] = await Promise.all(['vpc-1', 'vpc-2'].map((id) => scans.look('bulk', targetOf(id))));
    expect(one?.flowLogs).toHaveLength(1);
    expect(other?.flowLogs).toEqual([]);
    expect(simulator.journal()).toHaveLength(1);
  });

  it('is at hand from its end until its time is up, for its own bulk alone, and asks nobody', async () => {
    const { scans, pass } = scansAt();
    const target = targetOf('vpc-1');
    expect(scans.atHand('bulk', target)).toBeUndefined();
    const looking = scans.look('bulk', target);
    expect(scans.atHand('bulk', target)).toBeUndefined();
    const scanned = await looking;
    expect(scans.atHand('bulk', target)).toEqual(scanned);
    expect(scans.atHand('another bulk', target)).toBeUndefined();
    pass(SCAN_HOLDS_MS - 1);
    expect(scans.atHand('bulk', target)).toEqual(scanned);
    pass(1);
    expect(scans.atHand('bulk', target)).toBeUndefined();
    expect(simulator.journal()).toHaveLength(1);
  });

  it.each(['wall', 'monotonic', 'boot'] as const)(
    'is too old as soon as the %s clock says so, though the others stand still',
    async (moving) => {
      const { scans, pass } = scansAt(moving);
      const target = targetOf('vpc-1');
      await scans.look('bulk', target);
      pass(SCAN_HOLDS_MS - 1);
      expect(scans.atHand('bulk', target)).toBeDefined();
      pass(1);
      expect(scans.atHand('bulk', target)).toBeUndefined();
    },
  );

  it('that failed is at hand for nobody, and is made anew for the next who asks', async () => {
    const { scans } = scansAt();
    const target = targetOf('vpc-1');
    simulator.faults([{ effect: 'code', code: 'Forbidden.RAM', status: 403, count: 1 }]);
    await expect(scans.look('bulk', target)).rejects.toMatchObject({ kind: 'denied' });
    expect(scans.atHand('bulk', target)).toBeUndefined();
    await scans.look('bulk', target);
    expect(scans.atHand('bulk', target)).toBeDefined();
  });
});
