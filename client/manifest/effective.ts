import { omitUndefined } from '../../cloud/omit-undefined.js';
import { workflowIdOf } from '../../cloud/target.js';
import { optionsOfOperation } from '../../workflows/contract/bulk-schema.js';
import type { BulkOptions } from '../../workflows/contract/bulk.js';
import type { Operation, OperationInput, OperationOptions } from '../../workflows/contract/operation.js';
import { specProblems } from '../../workflows/contract/input.js';
import { isTree, showPath } from '../../workflows/contract/problems.js';
import { takesSpec, takesSpecField } from '../../workflows/contract/spec-use.js';
import type { Accounts } from '../accounts.js';
import { checkRequest, type OperationRequest } from '../operations/request.js';
import { ManifestError, problemAt, withMistakes, type LocatedManifest } from './manifest.js';
import { accountOf, leafKey, mergeItem, placesForDefaults, type Leaf } from './merge.js';
import { specNamesOf, type ManifestItem } from './schema.js';
import { type ManifestProblem, type PathStep, type Position } from './source.js';
import { productNames } from '../../cloud/products/products.js';

/** One item of a manifest as it will be asked for, and who gave each of its values. */
export interface EffectiveItem {
  readonly index: number;
  readonly position: Position;
  readonly request: OperationRequest;
  /** Input as it is sent: account resolved, templates expanded. */
  readonly input: OperationInput;
  /** Each value by its path on the item, with its origin. */
  readonly values: readonly { readonly path: string; readonly value: unknown; readonly from: string }[];
}

/** Caller's part of a request: all that a manifest does not hold itself. */
export interface AskedBy {
  readonly accounts: Accounts;
  readonly requestedBy: string;
  readonly reason?: string;
  /** Beat the manifest's own. */
  readonly options?: OperationOptions;
}

/** Fields of an item that name the target; the rest is its spec, but for `product`, `account` and `options`. */
const targetFieldNames: ReadonlySet<string> = new Set([
  'product',
  'account',
  'accountId',
  'region',
  'resource',
  'flowLogId',
  'ecrId',
]);

type Tree = Record<string, unknown>;

/** A tree without prototype, so that no name of a field can reach one. */
const bareTree = (): Tree => Object.create(null) as Tree;

/** The tree that leaves hang on. */
export function treeOf(leaves: Iterable<Leaf>): Tree {
  const tree = bareTree();
  for (const { at, value } of leaves) {
    let inner = tree;
    for (const step of at.slice(0, -1))
      inner = (isTree(inner[step]) ? inner[step] : (inner[step] = bareTree())) as Tree;
    inner[at.at(-1) ?? ''] = value;
  }
  return tree;
}

function itemRequest(
  leaves: Map<string, Leaf>,
  account: string | undefined,
  options: Tree,
  asked: AskedBy,
): OperationRequest {
  const { product, options: ownOptions, ...fields } = treeOf(leaves.values());
  // An item that gives a uid needs no name; one it gives beside it is checked against the uid.
  const target: Tree = {
    product,
    ...omitUndefined({ account: fields['accountId'] === undefined && account !== undefined ? account : undefined }),
  };
  const spec: Tree = {};
  for (const [name, value] of Object.entries(fields)) (targetFieldNames.has(name) ? target : spec)[name] = value;
  const merged = { ...options, ...(isTree(ownOptions) ? ownOptions : undefined), ...asked.options };
  return {
    target,
    ...omitUndefined({ spec: Object.keys(spec).length > 0 ? spec : undefined }),
    requestedBy: asked.requestedBy,
    ...omitUndefined({
      reason: asked.reason || undefined,
      options: Object.keys(merged).length > 0 ? merged : undefined,
    }),
  } as unknown as OperationRequest;
}

/** Path of an input's field to the path of the item's value that made it, and from there to its place in the file. */
function placeOfField(path: string, index: number, leaves: Map<string, Leaf>): PathStep[] {
  const steps = path.split(/[.[\]]+/).filter(Boolean);
  const [top, ...below] = steps;
  const at = top === 'spec' || top === 'target' ? below : steps;
  const item: PathStep[] = ['flowLogs', index, ...at.map((step) => (/^\d+$/.test(step) ? Number(step) : step))];
  for (let length = at.length; length > 0; length--) {
    const leaf = leaves.get(leafKey(at.slice(0, length)));
    if (leaf?.path) return [...leaf.path, ...item.slice(2 + length)];
  }
  return item;
}

/** Sources from which every item of a manifest is made. */
interface Making {
  readonly located: LocatedManifest;
  readonly operation: Operation;
  readonly asked: AskedBy;
  readonly options: Tree;
}

const leavesOfItem = ({ located: { manifest }, operation, asked }: Making, index: number, item: ManifestItem) =>
  // The same file enables, disables and deletes. Only what cannot be changed and is written on the item itself is refused.
  mergeItem(manifest, asked.accounts, index, item, (name, from) =>
    from === 'item' ? takesSpec(operation) : takesSpecField(operation, item.product, name),
  );

/** An item that keeps what is sent, and makes again what is seldom asked for: there may be a hundred thousand. */
class MadeItem implements EffectiveItem {
  constructor(
    private readonly making: Making,
    private readonly item: ManifestItem,
    readonly index: number,
    readonly input: OperationInput,
  ) {}

  get position(): Position {
    return this.making.located.source.positions.ofValue(['flowLogs', this.index]);
  }

  get request(): OperationRequest {
    return requestFrom(this.making, this.item, this.leaves);
  }

  get values(): EffectiveItem['values'] {
    return [...this.leaves.values()].map(({ at, value, from }) => ({ path: showPath(at), value, from }));
  }

  private get leaves(): Map<string, Leaf> {
    return leavesOfItem(this.making, this.index, this.item);
  }
}

const requestFrom = ({ located, asked, options }: Making, item: ManifestItem, leaves: Map<string, Leaf>) =>
  itemRequest(leaves, accountOf(located.manifest, asked.accounts, item), options, asked);

function locatedItems(located: LocatedManifest, operation: Operation, asked: AskedBy) {
  const { manifest, source } = located;
  const problems: ManifestProblem[] = [];
  const items: EffectiveItem[] = [];
  const options: Tree = { ...optionsOfOperation(manifest.options as BulkOptions) };
  const making: Making = { located, operation, asked, options };
  for (const [index, item] of (manifest.flowLogs ?? []).entries()) {
    if (located.skipped?.flowLogs.has(index)) continue;
    const leaves = leavesOfItem(making, index, item);
    const checked = checkRequest(operation, requestFrom(making, item, leaves), asked.accounts);
    if ('input' in checked) items.push(new MadeItem(making, item, index, checked.input));
    else
      for (const { path, message } of checked.problems)
        problems.push(problemAt(source, placeOfField(path, index, leaves), message));
  }
  return { items, problems };
}

/** Values of defaults that fit no product: wrong even where no item takes them. */
export function unusedDefaultProblems({ manifest, source }: LocatedManifest): ManifestProblem[] {
  return placesForDefaults(manifest).flatMap(({ path, product, values }) =>
    Object.entries(values).flatMap(([name, value]) => {
      const having = (product ? [product] : productNames).filter((one) => specNamesOf(one).has(name));
      if (having.length === 0) {
        const isField = product && productNames.some((one) => specNamesOf(one).has(name));
        return isField ? [problemAt(source, [...path, name], `${product} has no such field`, 'key')] : [];
      }
      const wrong = having.map((one) => specProblems(one, { [name]: value }, 'parts'));
      if (wrong.some((problems) => problems.length === 0)) return [];
      return (wrong[0] ?? []).map((problem) => {
        const steps = problem.path
          .split(/[.[\]]+/)
          .filter(Boolean)
          .slice(2);
        return problemAt(source, [...path, name, ...steps], problem.message);
      });
    }),
  );
}

/** Two items of one target: the second can only be a mistake. */
function duplicateProblems({ source }: LocatedManifest, items: readonly EffectiveItem[]): ManifestProblem[] {
  const first = new Map<string, EffectiveItem>();
  return items.flatMap((item) => {
    const id = workflowIdOf(item.input.target);
    const other = first.get(id);
    if (!other) {
      first.set(id, item);
      return [];
    }
    return [problemAt(source, ['flowLogs', item.index], `the same target as on line ${other.position.line}: ${id}`)];
  });
}

/** A manifest that asks for nothing, or for more than it allows. */
function countProblems({ manifest, source }: LocatedManifest): ManifestProblem[] {
  const { flowLogs = [], selectors = [], options = {} } = manifest;
  const { maxTargets } = options;
  return [
    ...(flowLogs.length === 0 && selectors.length === 0 ? [problemAt(source, ['flowLogs'], 'names no target')] : []),
    ...(maxTargets !== undefined && flowLogs.length > maxTargets
      ? [
          problemAt(
            source,
            ['options', 'maxTargets'],
            `${flowLogs.length} targets are more than maxTargets ${maxTargets}`,
          ),
        ]
      : []),
  ];
}

/**
 * Makes the items that a manifest asks for, defaults merged in.
 * @throws ManifestError with every problem, each with its place; then nothing is started
 */
export function effectiveItems(
  located: LocatedManifest,
  operation: Operation,
  asked: AskedBy,
): readonly EffectiveItem[] {
  const { items, problems } = locatedItems(located, operation, asked);
  const all = [
    ...countProblems(located),
    ...unusedDefaultProblems(located),
    ...problems,
    ...duplicateProblems(located, items),
  ];
  const told = withMistakes(located, all);
  if (told.length > 0) throw new ManifestError(told);
  return items;
}
