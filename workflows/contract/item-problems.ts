import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Problem } from '../../cloud/effective-spec.js';
import type { BulkInput, BulkItem } from './bulk.js';
import { optionsOfOperation } from './bulk-schema.js';
import type { Operation } from './operation.js';
import { checkOperation } from './input.js';
import { isTree, shown } from './problems.js';

/** Finds the problems of items, each by its place in the list. */
export function itemProblems(
  operation: Operation,
  items: readonly BulkItem[],
  { options }: Pick<BulkInput, 'options'> = {},
): Problem[] {
  const common = optionsOfOperation(options);
  return items.flatMap((item: unknown, index) => {
    const path = `items[${index}]`;
    if (!isTree(item)) return [{ path, message: `${shown(item)}: must be an object with target, spec and options` }];
    const foreign = ['requestedBy', 'reason'].filter((name) => item[name] !== undefined);
    if (foreign.length > 0)
      return foreign.map((name) => ({
        path: `${path}.${name}`,
        message: `${shown(item[name])}: there is no such field in an item; it stands beside the items, for all of them`,
      }));
    const { options: own } = item;
    const asked = {
      ...item,
      requestedBy: 'bulk',
      ...omitUndefined({
        options:
          common || own !== undefined ? (isTree(own) || own === undefined ? { ...common, ...own } : own) : undefined,
      }),
    };
    const parsed = checkOperation(operation, asked);
    return 'problems' in parsed
      ? parsed.problems.map(({ path: inside, message }) => ({ path: inside ? `${path}.${inside}` : path, message }))
      : [];
  });
}
