import { surplusOf } from '../../cloud/subject.js';
import { resourceKey } from '../../cloud/target.js';
import type { InspectedFlowLog } from '../../workflows/contract/operation.js';

/** Own flow logs beyond the one that counts, of the resource that these flow logs are of. */
export function surplusBeside(all: readonly InspectedFlowLog[], shown: readonly InspectedFlowLog[]): readonly string[] {
  const [first] = shown;
  if (!first) return [];
  const key = resourceKey(first.product, first.resource);
  const own = all.filter(
    ({ whose, product, resource }) =>
      whose === 'own' && product === first.product && resourceKey(product, resource) === key,
  );
  const named = shown.length === 1 ? { ...first, drift: [] } : undefined;
  return surplusOf({ own: own.map((flowLog) => ({ ...flowLog, drift: [] })) }, named).map(({ flowLogId }) => flowLogId);
}

/** Own flow logs beyond the one that counts: the ids of each resource that has any. */
export function surplusAmong(all: readonly InspectedFlowLog[]): readonly (readonly string[])[] {
  const byResource = new Map<string, InspectedFlowLog[]>();
  for (const flowLog of all) {
    const { whose, product, region = '', resource } = flowLog;
    if (whose !== 'own') continue;
    const key = [product, region, resourceKey(product, resource) ?? ''].join(' ');
    byResource.set(key, [...(byResource.get(key) ?? []), flowLog]);
  }
  return [...byResource.values()].filter(({ length }) => length > 1).map((own) => surplusBeside(own, own));
}
