import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, type WorkflowBundle, bundleWorkflowCode } from '@temporalio/worker';
import { cachedBundle } from './bundle-cache.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const converters = path('../workflows/data-converter.cjs');

/** Converters with which workers read and write payloads and failures, inside workflows and outside: they never throw, and never write too much. */
export const dataConverter = { payloadConverterPath: converters, failureConverterPath: converters } as const;

/** Name of the workflow bundle beside a worker that was compiled by `npm run build`. */
export const BUILT_BUNDLE = 'workflow-bundle.js';

/** The workflow code as one script. */
type WorkflowScript = Extract<WorkflowBundle, { readonly code: string }>;

let loadedBundle: Promise<WorkflowScript> | undefined;

/**
 * The workflow code as one script, loaded once a process: the one made with a compiled worker, or else built once for a version of its
 * sources where `node_modules` can be written. The tables and schemas are loaded once for all workflows of a worker and not once for each:
 * they hold no state, and ten thousand copies of them would be most of its memory.
 */
export function workflowBundle(): Promise<WorkflowScript> {
  loadedBundle ??= loadBundle();
  return loadedBundle;
}

const loadBundle = async () => ({
  code:
    (await builtBundle()) ??
    (await cachedBundle({
      // All that workflow code may import, the packages it takes, and the way they are put together.
      sources: [
        '../workflows',
        '../cloud',
        '../package.json',
        '../package-lock.json',
        '../tsconfig.json',
        './bundle.ts',
      ].map(path),
      folder: path('../node_modules/.cache/flowlog'),
      build: async () => (await bundleWorkflowCode(bundleOptions)).code,
    })),
});

/** The bundle that was made by `npm run build`; undefined where the worker runs from its sources, which have none beside them. */
const builtBundle = () => readFile(path(`../${BUILT_BUNDLE}`), 'utf8').catch(() => undefined);

const bundleOptions = {
  workflowsPath: path('../workflows/index.ts'),
  preloadModules: [
    path('../workflows/contract/input.ts'),
    path('../workflows/contract/request-hash.ts'),
    path('../workflows/retry.ts'),
    path('../workflows/run/signal-checks.ts'),
  ],
  workflowInterceptorModules: [path('../workflows/run/door.ts')],
  ...dataConverter,
  // The bundler logs every step at level info.
  logger: new DefaultLogger('WARN'),
};
