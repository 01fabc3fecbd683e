import { fileURLToPath } from 'node:url';
import { DefaultLogger, type WorkflowBundleWithSourceMap, bundleWorkflowCode } from '@temporalio/worker';

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/**
 * The workflow code as one script, built once a process. The tables and schemas are loaded once for all workflows of a worker and not
 * once for each: they hold no state, and ten thousand copies of them would be most of its memory.
 */
export function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  bundle ??= bundleWorkflowCode({
    workflowsPath: path('../workflows/index.ts'),
    preloadModules: [
      path('../workflows/input.ts'),
      path('../workflows/request-hash.ts'),
      path('../workflows/retry.ts'),
    ],
    // It tells its life's story at level info.
    logger: new DefaultLogger('WARN'),
  });
  return bundle;
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
