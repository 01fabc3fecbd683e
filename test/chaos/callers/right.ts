import { randomUUID } from 'node:crypto';
import { workflowIdOf } from '../../../cloud/target.js';
import { defaultAccount } from '../../../simulator/index.js';
import { bulkIdPrefix } from '../../../workflows/contract/bulk.js';
import * as registered from '../../../workflows/index.js';
import { region, targetNumber } from '../targets.js';

/** Right inputs of every workflow type, and the names under which everything is registered. */

/** Workflow types as the bundle offers them; the default takes every other name. */
export const registeredTypes: readonly string[] = Object.keys(registered).filter((name) => name !== 'default');

/** An input, the workflow id under which it may run, and the places that have one flow log when it is done. */
export interface RightInput {
  readonly input: unknown;
  readonly workflowId: string;
  readonly places: readonly string[];
}

/** Long enough for a busy machine. */
export const RIGHT_DEADLINE_MS = 60_000;

/** The field that `altered` leaves alone: input changed elsewhere still ends within seconds. */
export const DEADLINE = 'deadlineMs';

const requestedBy = 'someone';
const spec = { destination: { project: 'netlogs', logStore: 'flow' } };
const options = { [DEADLINE]: RIGHT_DEADLINE_MS };
const { uid } = defaultAccount;
const digest = '0'.repeat(64);
const selector = { product: 'vpc', accounts: [uid], regions: [region], resourceType: 'VPC' };

const operation =
  (fields: object) =>
  (number: number): RightInput => {
    const { target, place } = targetNumber(number);
    return { input: { target, requestedBy, options, ...fields }, workflowId: workflowIdOf(target), places: [place] };
  };

const look = (input: unknown) => (): RightInput => ({ input, workflowId: randomUUID(), places: [] });

const itemOf = (number: number) => ({ target: targetNumber(number).target, spec });

/** Right input of each public type. `number`: targets from this one on are used by no other call; at most {@link MOST_TARGETS}. */
export const rightInputs: Readonly<Record<string, (number: number) => RightInput>> = {
  enableFlowLog: operation({ spec }),
  disableFlowLog: operation({}),
  modifyFlowLog: operation({ spec: { description: 'modified' } }),
  deleteFlowLog: operation({}),
  bulkFlowLogs: (number) => ({
    input: { operation: 'enable', items: [0, 1].map((each) => itemOf(number + each)), requestedBy, options },
    workflowId: `${bulkIdPrefix}${randomUUID()}`,
    places: [0, 1].map((each) => targetNumber(number + each).place),
  }),
  planFlowLogs: (number) => look({ operation: 'enable', items: [itemOf(number)], requestedBy })(),
  discoverFlowLogs: look({ selectors: [selector] }),
  // A whole list, or one target.
  inspectFlowLogs: (number) =>
    look(
      number % 2 === 0
        ? { accountId: uid, product: 'vpc', region }
        : { accountId: uid, target: targetNumber(number).target },
    )(),
  diagnose: look({}),
  inspectBulks: look({ limit: 3 }),
  listDoubts: look({ limit: 3 }),
  readRows: look({ rows: 'bulk:none', after: 0 }),
  storeManifest: (number) => look({ sha256: digest, page: number, operation: 'enable', items: [itemOf(number)] })(),
};
export const MOST_TARGETS = 2;

/** Types that only workflows of ours start: nothing that a client sends them is right. */
export const innerTypes: readonly string[] = registeredTypes.filter((type) => !Object.hasOwn(rightInputs, type));

/** A workflow id that a type would take, so that its argument is what is looked at. */
export const idFor = (type: string, number: number): string =>
  rightInputs[type]?.(number).workflowId ?? workflowIdOf(targetNumber(number).target);
