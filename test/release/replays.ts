import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { workflowBundle } from '../../worker/bundle.js';
import { readHistory } from '../recorder/history-file.js';

/**
 * Replays recorded histories through the workflows of today; no server is asked.
 * @returns one sentence for each that does not replay
 */
export async function replayProblems(names: readonly string[]): Promise<readonly string[]> {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  const histories = names.map((name) => {
    const history = readHistory(name);
    const workflowId = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? 'replayed';
    return { name, history, workflowId };
  });
  const problems: string[] = [];
  const bundle = await workflowBundle();
  for (const { name, history, workflowId } of histories) {
    const problem = await Worker.runReplayHistory(
      { workflowBundle: bundle, replayName: name },
      history,
      workflowId,
    ).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)),
    );
    if (problem !== undefined)
      problems.push(`test/histories/${name}.json does not replay through the workflows of today: ${problem}`);
  }
  return problems;
}
