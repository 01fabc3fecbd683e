import { enableAll, vpcItems } from '../bulk-run.js';
import type { Figure } from '../figure.js';
import { PAGE_SIZE } from '../targets.js';

const TARGETS = 500;

/** Calls of a drift check that finds nothing changed. */
export const p8: Figure = {
  id: 'P8',
  what: `API calls of a drift check of one scope with ${TARGETS} flow logs, all as wished`,
  goal: `≤ ⌈${TARGETS} ÷ ${PAGE_SIZE}⌉ + 1`,
  async measure(laboratory) {
    await laboratory.cloud({});
    const items = vpcItems('p8', TARGETS);
    await enableAll(laboratory, items);
    const { calls, report } = await enableAll(laboratory, items);
    const most = Math.ceil(TARGETS / PAGE_SIZE) + 1;
    return {
      result: String(calls),
      met: calls <= most && report.tally.unchanged === TARGETS,
      detail: `at most ${most}; a second bulk over the same targets, ${report.tally.unchanged ?? 0} unchanged`,
    };
  },
};
