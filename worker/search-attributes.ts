import type { NativeConnection } from '@temporalio/worker';
import { searchAttributes } from '../workflows/contract/operation.js';

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;

/**
 * Registers the search attributes the namespace lacks, where the worker may.
 * @returns the names still missing: operations then run without search attributes
 */
export async function registerSearchAttributes(
  connection: NativeConnection,
  namespace: string,
): Promise<readonly string[]> {
  const { operatorService } = connection;
  const missing = async () => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    return Object.values(searchAttributes).filter((name) => !(name in (customAttributes ?? {})));
  };
  try {
    const absent = await missing();
    if (absent.length === 0) return [];
    const keywords = Object.fromEntries(absent.map((name) => [name, KEYWORD]));
    // Another worker may be registering the same ones: only the list read afterwards counts.
    await operatorService.addSearchAttributes({ namespace, searchAttributes: keywords }).catch(() => undefined);
    return await missing();
  } catch {
    return Object.values(searchAttributes);
  }
}
