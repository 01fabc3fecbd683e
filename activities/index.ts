import type { FlowLogActivities } from './api.js';
import { attemptChange } from './change.js';
import type { Dependencies } from './dependencies.js';
import type { BulkActivities } from './bulk-api.js';
import {
  endBulkRows,
  finishBulk,
  inspectBulks,
  listRefusal,
  prepareBulk,
  readBulkPage,
  recordBulkEvent,
  storeManifestPage,
} from './bulk.js';
import { diagnose } from './diagnose.js';
import { discover } from './discover.js';
import { failingTyped } from './failures.js';
import { inspect } from './inspect.js';
import { awaitOperation } from './join.js';
import { observe, observeAtHand } from './observe.js';
import { planBulk } from './plan.js';
import { openService } from './open-service.js';
import { closeOperation, recordJoin } from './record.js';
import { resolveFlowLog } from './resolve.js';
import { readRows } from './rows.js';
import { waitUntilSettled } from './wait.js';

export type { Clock, Dependencies, Timing } from './dependencies.js';
export { SEND_WINDOW_MS } from './dependencies.js';
export type { FlowLogActivities } from './api.js';

/** The activities of each task queue: what a worker that polls it must be able to do. */
export interface ActivitiesByQueue {
  readonly workflows: Pick<FlowLogActivities, 'observeAtHand' | 'closeOperation' | 'recordJoin'> &
    Pick<BulkActivities, 'endBulkRows' | 'recordBulkEvent' | 'finishBulk' | 'listRefusal'>;
  readonly cloud: Pick<
    FlowLogActivities,
    | 'observe'
    | 'create'
    | 'activate'
    | 'deactivate'
    | 'modify'
    | 'tag'
    | 'move'
    | 'remove'
    | 'openService'
    | 'resolveFlowLog'
    | 'inspect'
    | 'diagnose'
  > &
    Pick<
      BulkActivities,
      'prepareBulk' | 'readBulkPage' | 'storeManifestPage' | 'readRows' | 'inspectBulks' | 'discover' | 'planBulk'
    >;
  readonly wait: Pick<FlowLogActivities, 'waitUntilSettled'>;
  readonly join: Pick<FlowLogActivities, 'awaitOperation'>;
}

/** All activities over one set of dependencies, built once by the worker. Everything they throw leaves as a typed failure. */
export function createActivities(deps: Dependencies): ActivitiesByQueue {
  const bound = <Input, Output>(activity: (deps: Dependencies, input: Input) => Promise<Output>) =>
    failingTyped((input: Input) => activity(deps, input));
  const change = bound(attemptChange);
  return {
    workflows: {
      observeAtHand: bound(observeAtHand),
      closeOperation: bound(closeOperation),
      recordJoin: bound(recordJoin),
      endBulkRows: bound(endBulkRows),
      recordBulkEvent: bound(recordBulkEvent),
      finishBulk: bound(finishBulk),
      listRefusal: bound(listRefusal),
    },
    cloud: {
      observe: bound(observe),
      create: change,
      activate: change,
      deactivate: change,
      modify: change,
      tag: change,
      move: change,
      remove: change,
      openService: bound(openService),
      resolveFlowLog: bound(resolveFlowLog),
      inspect: bound(inspect),
      diagnose: () => bound(diagnose)(undefined),
      prepareBulk: bound(prepareBulk),
      readBulkPage: bound(readBulkPage),
      storeManifestPage: bound(storeManifestPage),
      readRows: bound(readRows),
      inspectBulks: bound(inspectBulks),
      discover: bound(discover),
      planBulk: bound(planBulk),
    },
    wait: { waitUntilSettled: bound(waitUntilSettled) },
    join: { awaitOperation: bound(awaitOperation) },
  };
}
