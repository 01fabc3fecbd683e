import type { ObservedFlowLog, Product, ResourceTarget, SeenFlowLog, Spec } from './flow-log.js';
import { fieldsOf, fieldValue, type FieldValue } from './fields.js';
import type { FieldRow, SpecField } from './product-row.js';
import { isOwn } from './ownership.js';
import { resourceKey, targetKey } from './target.js';

/** Who asks: a modification also compares what enabling sets once and then leaves alone (name, tags, resource group). */
export type AskedBy = 'enable' | 'modify';

/**
 * Names of the fields in which a flow log differs from what is asked; `[]` when none. Only fields present in `spec` are compared.
 * A field that the cloud does not show cannot differ. Tags differ when a wished one is missing or has another value.
 * @param spec the effective spec, so that the traffic default and the expanded destination take part
 */
export function driftOf(
  spec: Spec | undefined,
  flowLog: ObservedFlowLog,
  product: Product,
  askedBy: AskedBy = 'enable',
): SpecField[] {
  if (!spec) return [];
  return fieldsOf(product)
    .filter(([field, row]) => {
      if (row.comparedOnlyByModify && askedBy !== 'modify') return false;
      const wished = fieldValue(spec, field);
      return wished !== undefined && differs(row, wished, fieldValue(flowLog, field));
    })
    .map(([field]) => field);
}

function differs(row: FieldRow, wished: FieldValue, seen: FieldValue | undefined): boolean {
  if (seen === undefined && !row.emptyWhenAbsent) return false;
  switch (row.rule.kind) {
    case 'tags':
      return Object.entries(wished).some(
        ([key, value]) => (seen as Record<string, string> | undefined)?.[key] !== value,
      );
    case 'choices':
      return sorted(wished) !== sorted(seen);
    case 'text':
    case 'choice':
    case 'seconds':
      return wished !== (seen ?? '');
  }
}

const sorted = (list: FieldValue | undefined): string => JSON.stringify([...(list as readonly string[])].sort());

/** Flow logs of one target by whose they are. */
export interface SortedFlowLogs {
  readonly own: readonly SeenFlowLog[];
  readonly foreign: readonly SeenFlowLog[];
  readonly managed: readonly SeenFlowLog[];
}

/**
 * Picks from a list the flow logs of one target, by exact comparison of every identifying field, and sorts them by owner.
 * A list that ignores its filter, or answers with a neighbour first, does no harm.
 */
export function sortOut(
  target: ResourceTarget,
  owner: string,
  spec: Spec | undefined,
  flowLogs: readonly ObservedFlowLog[],
  askedBy: AskedBy = 'enable',
): SortedFlowLogs {
  const key = targetKey(target);
  // Pages shift while they are read: a flow log listed twice is one, as it was seen last.
  const byId = new Map(flowLogs.map((flowLog) => [flowLog.flowLogId, flowLog]));
  const seen = [...byId.values()]
    .filter((flowLog) => resourceKey(target.product, flowLog.resource) === key && isInRegion(target, flowLog))
    .map((flowLog) => ({ ...flowLog, drift: driftOf(spec, flowLog, target.product, askedBy) }));
  const users = seen.filter((flowLog) => !flowLog.serviceManaged);
  return {
    own: users.filter((flowLog) => isOwn(owner, target, flowLog)),
    foreign: users.filter((flowLog) => !isOwn(owner, target, flowLog)),
    managed: seen.filter((flowLog) => flowLog.serviceManaged),
  };
}

const isInRegion = (target: ResourceTarget, flowLog: ObservedFlowLog): boolean =>
  target.region === undefined || flowLog.region === undefined || flowLog.region === target.region;
