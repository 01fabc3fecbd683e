import type { BulkRow } from '../../../workflows/bulk-contract.js';
import type { BulkHandle, BulkRequest } from '../../bulk.js';
import type { Answer } from '../answer.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';
import { followBulk } from './follow.js';
import { bulkAnswer } from './report.js';

/** Starts a bulk, and with `wait` follows it to its end. */
export async function runBulk(request: BulkRequest, wait: boolean, session: Session): Promise<Answer> {
  const { flowLogs } = await session.service();
  const handle = await flowLogs.bulks.start(request);
  return wait ? endedAnswer(handle, session) : startedAnswer(handle);
}

const follow = (workflowId: string): string[] => [
  `how it goes: npx flowlog bulk status ${workflowId}`,
  `stop it: npx flowlog bulk cancel ${workflowId}`,
];

const startedAnswer = ({ workflowId, runId }: BulkHandle): Answer => ({
  document: { bulk: workflowId, run: runId },
  text: [[workflowId, { text: 'started', tone: 'good' }]],
  notes: follow(workflowId),
});

/** How a bulk ended, whoever started it. */
export async function endedAnswer(handle: BulkHandle, session: Session): Promise<Answer> {
  const report = await followBulk(handle, session);
  const { workflowId } = handle;
  if (!report)
    return {
      document: { bulk: workflowId, run: handle.runId },
      notes: [`interrupted; ${workflowId} goes on without this command`, ...follow(workflowId)],
      exitCode: exitCodes.interrupted,
    };
  const { flowLogs } = await session.service();
  const bad: BulkRow[] = [];
  const { failed = 0, skipped = 0, cancelled = 0 } = report.tally;
  if (failed + skipped + cancelled > 0)
    for await (const row of flowLogs.bulks.rows(report.rows.replace(/^bulk:/, '')))
      if (row.state === 'failed' || row.state === 'skipped' || row.state === 'cancelled') bad.push(row);
  return bulkAnswer(report, bad);
}
