import { enable, ended, requestOf } from './requests.js';
import { type Path, type World, standstill, untilItWaits, withCloud } from './world.js';

/** Cancelled while it waits for the flow log it has created. */
const cancelled = (name: string, options?: object) => (world: World) =>
  withCloud(world, { config: standstill }, async () => {
    const operation = await enable(world, name, options);
    await untilItWaits(operation);
    await operation.cancel();
    const timer = setInterval(() => void world.simulator.settle(), 200);
    return ended(Promise.resolve(operation)).finally(() => clearInterval(timer));
  });

/** An enable that is interrupted: by a cancellation, a rollback, or a caller who joins. */
export const interruptedPaths: readonly Path[] = [
  {
    name: 'enable-cancelled',
    reason: 'cancelled while it waits: a last look, and a report',
    ends: 'cancelled',
    walk: cancelled('cancelled'),
  },
  {
    name: 'enable-rolled-back',
    reason: 'cancelled, and what it created deleted again',
    ends: 'cancelled',
    walk: cancelled('undone', { rollback: true }),
  },
  {
    name: 'enable-failed-and-rolled-back',
    reason: 'the deadline passed, and what it created deleted again',
    ends: 'DeadlineExceeded',
    walk: (world) =>
      withCloud(world, { config: standstill }, async () => {
        const operation = await enable(world, 'undone-late', { rollback: true, deadlineMs: 3_000 });
        const timer = setInterval(() => Date.now() > deadlineAt && void world.simulator.settle(), 200);
        const deadlineAt = Date.now() + 3_500;
        return ended(Promise.resolve(operation)).finally(() => clearInterval(timer));
      }),
  },
  {
    name: 'enable-joined',
    reason: 'somebody else asks for the same meanwhile: a signal, and a row of the ledger',
    ends: 'created',
    walk: (world) =>
      withCloud(world, { config: standstill }, async () => {
        const operation = await enable(world, 'joined');
        await untilItWaits(operation);
        await world.flowLogs.enable({ ...requestOf('joined'), requestedBy: 'another' });
        await world.simulator.settle();
        return ended(Promise.resolve(operation));
      }),
  },
];
