import { vi } from 'vitest';
import type { BulkHandle, OperationReport, StartedOperation } from '../../client/index.js';
import type { BulkRow } from '../../workflows/contract/bulk.js';
import type { ConfigPatch, SimulatorOptions } from '../../simulator/index.js';
import { type Service, type ServiceOptions, startService } from './service.js';
import { type ProductUnderTest, destination, productsUnderTest, requestedBy } from './targets.js';

/** The hostile cloud with shorter times, and a service set to them. */
export function hostile(
  config: ConfigPatch = {},
  options: ServiceOptions & { clock?: NonNullable<SimulatorOptions['clock']> } = {},
): ServiceOptions {
  const { clock, ...rest } = options;
  const progression = { mode: 'time', activationMs: 500, settleMs: 300 } as const;
  const simulator = { profile: 'hostile', config: { listLagMs: 1_000, progression, ...config } } as const;
  const times = { FLOWLOG_LIST_LAG_MS: '1000', FLOWLOG_READ_TIMEOUT_MS: '2000', FLOWLOG_GRACE_MS: '5500' };
  return {
    ...rest,
    simulator: { ...simulator, ...(clock ? { clock } : {}), ...rest.simulator },
    env: { ...times, ...rest.env },
  };
}

/** Of one scenario, in ms: it may have to wait for room. */
export const PATIENCE_MS = 300_000;

/** Services of one file at a time: more of them starve each other, and time out of themselves. */
let vacancies = 2;
const line: (() => void)[] = [];

/** Runs a scenario in a service of its own, when there is room for one. */
export async function inService<Result>(
  options: ServiceOptions,
  scenario: (service: Service) => Promise<Result>,
): Promise<Result> {
  if (vacancies > 0) vacancies -= 1;
  else await new Promise<void>((resolve) => line.push(resolve));
  try {
    const service = await startService(options);
    try {
      return await scenario(service);
    } finally {
      await service.stop();
    }
  } catch (error) {
    // Said at once: of several tests at a time, one that hangs must not hide why it came to that.
    console.error(error);
    throw error;
  } finally {
    const next = line.shift();
    if (next) next();
    else vacancies += 1;
  }
}

/** A target by its product and its name. */
export interface Named {
  readonly product: ProductUnderTest;
  readonly name: string;
}

/** Targets of these names on every product. */
export const onEveryProduct = (...names: readonly string[]): readonly Named[] =>
  productsUnderTest.flatMap((product) => names.map((name) => ({ product, name })));

/** `n0`, `n1`, … */
export const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word}${index}`);

/** Starts an enable. */
export const enable = (
  { flowLogs }: Pick<Service, 'flowLogs'>,
  { product, name }: Named,
  options: object = {},
): Promise<StartedOperation> =>
  flowLogs.enable({ target: product.target(name), spec: { destination }, requestedBy, options });

/** Enables all of them at once and waits for the ends. */
export const enableAll = (service: Service, all: readonly Named[]): Promise<OperationReport[]> =>
  Promise.all(all.map(async (one) => (await enable(service, one)).result()));

/** Rows of a bulk's report, in order. */
export async function rowsOf(
  { flowLogs }: Pick<Service, 'flowLogs'>,
  { runId = '' }: Pick<BulkHandle, 'runId'>,
): Promise<BulkRow[]> {
  const rows: BulkRow[] = [];
  for await (const row of flowLogs.bulks.rows(runId)) rows.push(row);
  return rows;
}

/** Starts a delete. */
export const remove = (
  { flowLogs }: Pick<Service, 'flowLogs'>,
  { product, name }: Named,
  options: object = {},
): Promise<StartedOperation> => flowLogs.delete({ target: product.target(name), requestedBy, options });

/** Looks until it is so; a poll of its own, since `expect.poll` does not know which of several tests at once it is in. */
export const until = (isSo: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<unknown> =>
  vi.waitUntil(isSo, { timeout: timeoutMs, interval: 200 });

/** Until the operation waits for its flow log to settle. */
export const untilItWaits = (operation: StartedOperation): Promise<unknown> =>
  until(async () =>
    (await operation.progress()).pending.some(({ activity, running }) => running && activity === 'waitUntilSettled'),
  );

/** A change of a flow log by hand, behind everybody's back. */
export async function byHand(
  { simulator }: Pick<Service, 'simulator'>,
  { product, name }: Named,
  flowLogId: string,
  change: { readonly status?: string; readonly deleted?: boolean },
): Promise<void> {
  const { region = 'cn-hangzhou', resource } = product.target(name);
  await simulator.seed({ region, flowLogs: [{ product: product.product, flowLogId, resource, ...change }] });
}
