import type { Figure } from '../figure.js';
import type { Laboratory } from '../laboratory.js';
import { vpcRequest } from '../targets.js';

const MOST_EVENTS = 30;

/** History events that waiting adds: none. */
export const p5: Figure = {
  id: 'P5',
  what: 'history events of one enable, activation 5 s and 300 s',
  goal: `≤ ${MOST_EVENTS}, the same for both`,
  async measure(laboratory) {
    const [short, long] = [await eventsOf(laboratory, 5_000), await eventsOf(laboratory, 300_000)];
    return {
      result: `${short} and ${long}`,
      met: short === long && short <= MOST_EVENTS,
      detail: 'both waits were waited out',
    };
  },
};

async function eventsOf({ cloud, flowLogs, client }: Laboratory, activationMs: number): Promise<number> {
  await cloud({ progression: { mode: 'time', activationMs, settleMs: 0 } });
  const handle = await flowLogs.enable(vpcRequest(`p5-${activationMs}`));
  await handle.result();
  const { events } = await client.workflow.getHandle(handle.workflowId, handle.runId).fetchHistory();
  return events?.length ?? Number.NaN;
}
