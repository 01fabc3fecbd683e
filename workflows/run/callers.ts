import { CancellationScope, condition, currentUpdateInfo } from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { callerRecords } from '../activities.js';
import type { CallerSaid } from '../contract/request.js';

/** Id of the update whose handler runs. */
export const currentUpdateId = (): string => currentUpdateInfo()?.id ?? '';

/** Rows that one activity writes, at most. */
const AT_ONCE = 100;

/** Puts on the record what callers said by updates. Their handlers have answered by then: ten updates at most are in flight in a run. */
export class Callers {
  private readonly waiting: CallerSaid[] = [];
  private isWriting = false;

  /** Call it from the handler of the update. @param run the first run of a bulk; absent: this run */
  record({ event, body }: Omit<CallerSaid, 'updateId'>, run?: string): void {
    this.waiting.push({ event, updateId: currentUpdateId(), body });
    if (this.isWriting) return;
    this.isWriting = true;
    // Whatever becomes of the run: what was answered is on the record.
    void CancellationScope.nonCancellable(() => this.write(run));
  }

  get areRecorded(): boolean {
    return !this.isWriting;
  }

  private async write(run?: string): Promise<void> {
    // Updates of the same task are written together.
    await condition(() => true);
    while (this.waiting.length > 0)
      await callerRecords.recordCallers({
        said: this.waiting.splice(0, AT_ONCE),
        ...omitUndefined({ run: run || undefined }),
      });
    this.isWriting = false;
  }
}

/** Of this run: each workflow has its own copy of this module's state. A function, because Temporal freezes what shared modules export. */
const ofThisRun = new Callers();
export const callers = (): Callers => ofThisRun;
