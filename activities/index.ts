import type { FlowLogActivities } from '../workflows/contract/activities.js';
import { attemptChange } from './operation/change.js';
import type { Dependencies } from './dependencies.js';
import type { BulkActivities, BulkReads } from '../workflows/contract/bulk-activities.js';
import type { DoubtActivities } from '../workflows/contract/doubt-activities.js';
import { listDoubts } from './doubts/list.js';
import { settleDoubt } from './doubts/settle.js';
import {
  endBulkRows,
  finishBulk,
  inspectBulks,
  listRefusal,
  prepareBulk,
  readBulkPage,
  recordBulkEvent,
  storeManifestPage,
} from './bulk/bulk.js';
import { beginBulkPage } from './bulk/standing.js';
import { compareCallers, recordCallers } from './operation/callers.js';
import type { ActivityName } from './checks.js';
import { diagnoseWorker } from './reads/diagnose.js';
import { discoverPlaces } from './reads/discover.js';
import { failingTyped } from './failing-typed.js';
import { inspect } from './reads/inspect.js';
import { awaitOperation } from './operation/join.js';
import { observe, observeAtHand } from './operation/observe.js';
import { planBulk } from './plan/plan.js';
import { openService } from './operation/open-service.js';
import { closeOperation, recordJoin } from './operation/record.js';
import { resolveFlowLog } from './operation/resolve.js';
import { readRows } from './reads/rows.js';
import { waitUntilSettled } from './operation/wait.js';

export { proveByRuns } from './operation/beginning.js';
export type { Clock } from '../cloud/clock.js';
export type { Dependencies, Timing } from './dependencies.js';
export { SEND_WINDOW_MS } from './dependencies.js';
export type { FlowLogActivities } from '../workflows/contract/activities.js';

/** The activities of each task queue: a worker that polls the queue must have them all. */
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
    BulkReads &
    Pick<DoubtActivities, 'listDoubts'>;
  readonly wait: Pick<FlowLogActivities, 'waitUntilSettled'> & Pick<DoubtActivities, 'settleDoubt'>;
  readonly join: Pick<FlowLogActivities, 'awaitOperation' | 'recordCallers' | 'compareCallers'>;
}

/** All activities over one set of dependencies, built once by the worker. Everything they throw leaves as a typed failure. */
export function createActivities(deps: Dependencies): ActivitiesByQueue {
  const bound = <Input, Output>(name: ActivityName, activity: (deps: Dependencies, input: Input) => Promise<Output>) =>
    failingTyped(name, (input: Input) => activity(deps, input));
  return {
    workflows: {
      observeAtHand: bound('observeAtHand', observeAtHand),
      closeOperation: bound('closeOperation', closeOperation),
      recordJoin: bound('recordJoin', recordJoin),
      endBulkRows: bound('endBulkRows', endBulkRows),
      recordBulkEvent: bound('recordBulkEvent', recordBulkEvent),
      finishBulk: bound('finishBulk', finishBulk),
      listRefusal: bound('listRefusal', listRefusal),
    },
    cloud: {
      observe: bound('observe', observe),
      create: bound('create', attemptChange),
      activate: bound('activate', attemptChange),
      deactivate: bound('deactivate', attemptChange),
      modify: bound('modify', attemptChange),
      tag: bound('tag', attemptChange),
      move: bound('move', attemptChange),
      remove: bound('remove', attemptChange),
      openService: bound('openService', openService),
      resolveFlowLog: bound('resolveFlowLog', resolveFlowLog),
      inspect: bound('inspect', inspect),
      diagnose: () => bound('diagnose', diagnoseWorker)(undefined),
      prepareBulk: bound('prepareBulk', prepareBulk),
      beginBulkPage: bound('beginBulkPage', beginBulkPage),
      readBulkPage: bound('readBulkPage', readBulkPage),
      storeManifestPage: bound('storeManifestPage', storeManifestPage),
      readRows: bound('readRows', readRows),
      inspectBulks: bound('inspectBulks', inspectBulks),
      discover: bound('discover', discoverPlaces),
      planBulk: bound('planBulk', planBulk),
      listDoubts: bound('listDoubts', listDoubts),
    },
    wait: {
      waitUntilSettled: bound('waitUntilSettled', waitUntilSettled),
      settleDoubt: bound('settleDoubt', settleDoubt),
    },
    join: {
      awaitOperation: bound('awaitOperation', awaitOperation),
      recordCallers: bound('recordCallers', recordCallers),
      compareCallers: bound('compareCallers', compareCallers),
    },
  };
}
