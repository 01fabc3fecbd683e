import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { FlowLogStatus, SeenFlowLog } from '../../cloud/flow-log.js';
import { type Desired, type Look, type Memory, nextStep } from '../../workflows/decide/next-step.js';
import { operations } from '../../workflows/contract/operation.js';
import { flowLog } from './fixtures/seen-flow-log.js';

const NOW = 1_000_000;

const look = (more: Partial<Look> & Partial<Look['observation']> = {}): Look => {
  const { own = [], foreign = [], managed = [], ...rest } = more;
  return { observation: { own, foreign, managed, readAt: '', complete: true }, unclear: [], ...rest };
};

const desired = (operation: Desired['operation'], more: Partial<Desired> = {}): Desired => ({
  operation,
  product: 'vpc',
  options: {},
  tellsDelivery: true,
  ...more,
});

const memory = (...verbs: Memory['changes'][number]['verb'][]): Memory => ({
  changes: verbs.map((verb) => ({ verb, flowLogId: 'fl-1' })),
  deadlineAt: NOW + 60_000,
});

interface Row {
  readonly reason: string;
  readonly desired: Desired;
  readonly look: Look;
  readonly memory?: Memory;
  readonly step: object;
}

const active = flowLog('fl-1', 'active');
const inactive = flowLog('fl-1', 'inactive');
const changing = flowLog('fl-1', 'changing');
const otherDestination = { drift: ['destination.project'] };
const otherInterval = { drift: ['aggregationIntervalSeconds'] };
const conflict = (code: string) => ({ do: 'fail', reason: { type: 'Conflict', code } });
const waitFor = (status: string) => ({ do: 'wait', until: { status } });

const enableRows: Row[] = [
  { reason: 'nothing is there, so it is created', desired: desired('enable'), look: look(), step: { do: 'create' } },
  {
    reason: 'our own create was accepted lately and may not be listed yet: a young absence is no absence',
    desired: desired('enable'),
    look: look({ recent: { verb: 'create', flowLogId: 'fl-1' } }),
    step: waitFor('active'),
  },
  {
    reason: 'our own is Active and as wished: nothing was sent, nothing changed',
    desired: desired('enable'),
    look: look({ own: [active] }),
    step: { do: 'done', outcome: 'unchanged' },
  },
  {
    reason: 'our own is Inactive: activated',
    desired: desired('enable'),
    look: look({ own: [inactive] }),
    step: { do: 'activate', flowLogId: 'fl-1' },
  },
  {
    reason: 'our activate was accepted lately: the old state is not believed yet',
    desired: desired('enable'),
    look: look({ own: [inactive], recent: { verb: 'activate', flowLogId: 'fl-1' } }),
    memory: memory('activate'),
    step: waitFor('active'),
  },
  {
    reason: 'a created one that comes up Inactive has to be activated',
    desired: desired('enable'),
    look: look({ own: [inactive], recent: { verb: 'create', flowLogId: 'fl-1' } }),
    memory: memory('create'),
    step: { do: 'activate' },
  },
  {
    reason: 'it is on its way: waited for',
    desired: desired('enable'),
    look: look({ own: [changing] }),
    step: waitFor('active'),
  },
  {
    reason: 'an unknown word is waited on, never acted on',
    desired: desired('enable'),
    look: look({ own: [flowLog('fl-1', 'unknown', { rawStatus: 'Frobnicating' })] }),
    step: waitFor('active'),
  },
  {
    reason: 'drift in what the product can modify is mended',
    desired: desired('enable'),
    look: look({ own: [flowLog('fl-1', 'active', otherInterval)] }),
    step: { do: 'modify', flowLogId: 'fl-1' },
  },
  {
    reason: 'drift that cannot be modified is a conflict, never a second flow log',
    desired: desired('enable'),
    look: look({ own: [flowLog('fl-1', 'active', otherDestination)] }),
    step: conflict('Conflict(drift)'),
  },
  {
    reason: 'created by us and now Active: created, whatever else was needed',
    desired: desired('enable'),
    look: look({ own: [active] }),
    memory: memory('create', 'activate'),
    step: { do: 'done', outcome: 'created' },
  },
  {
    reason: 'the ghost of one deleted lately is neither ours to keep nor a reason to create',
    desired: desired('enable'),
    look: look({ own: [active], recent: { verb: 'delete', flowLogId: 'fl-1' } }),
    step: waitFor('absent'),
  },
  {
    reason: 'a foreign one with the same destination and traffic, Active: adopted, nothing sent',
    desired: desired('enable'),
    look: look({ foreign: [active] }),
    step: { do: 'done', outcome: 'adopted' },
  },
  {
    reason: 'a foreign one that is Inactive is not ours to activate',
    desired: desired('enable'),
    look: look({ foreign: [inactive] }),
    step: conflict('Conflict(foreign)'),
  },
  {
    reason: 'with adopt it is',
    desired: desired('enable', { options: { adopt: true } }),
    look: look({ foreign: [inactive] }),
    step: { do: 'activate', flowLogId: 'fl-1' },
  },
  {
    reason: 'named by its id it is too',
    desired: desired('enable', { pinned: 'fl-1' }),
    look: look({ foreign: [inactive] }),
    step: { do: 'activate', flowLogId: 'fl-1' },
  },
  {
    reason: 'a foreign one to another destination is a conflict by default',
    desired: desired('enable'),
    look: look({ foreign: [flowLog('fl-9', 'active', otherDestination)] }),
    step: conflict('Conflict(foreign)'),
  },
  {
    reason: 'alongside it, when asked',
    desired: desired('enable', { options: { onExisting: 'alongside' } }),
    look: look({ foreign: [flowLog('fl-9', 'active', otherDestination)] }),
    step: { do: 'create' },
  },
  {
    reason: 'a managed one that is right and Active is adopted',
    desired: desired('enable'),
    look: look({ managed: [flowLog('fl-m', 'active', { serviceManaged: true })] }),
    step: { do: 'done', outcome: 'adopted' },
  },
  {
    reason: 'a managed one is never changed, not even with adopt',
    desired: desired('enable', { options: { adopt: true } }),
    look: look({ managed: [flowLog('fl-m', 'inactive', { serviceManaged: true })] }),
    step: conflict('Conflict(managed)'),
  },
  {
    reason: 'by id it never creates',
    desired: desired('enable', { pinned: 'fl-1' }),
    look: look(),
    step: { do: 'fail', reason: { type: 'not-found' } },
  },
  {
    reason: 'by id it touches no other flow log of the target',
    desired: desired('enable', { pinned: 'fl-1' }),
    look: look({ own: [active, flowLog('fl-2', 'inactive')] }),
    step: { do: 'done', outcome: 'unchanged' },
  },
  {
    reason: 'of several own ones the Active one is the flow log of the target; the rest is reported, not touched',
    desired: desired('enable'),
    look: look({ own: [flowLog('fl-2', 'inactive'), active] }),
    step: { do: 'done', outcome: 'unchanged', subject: { flowLogId: 'fl-1' } },
  },
  {
    reason: 'surplus is removed only where asked and only what the ledger shows to be made here',
    desired: desired('enable', { options: { surplus: 'remove' } }),
    look: look({ own: [active, flowLog('fl-2', 'inactive'), flowLog('fl-3', 'inactive')], createdHere: ['fl-3'] }),
    step: { do: 'delete', flowLogId: 'fl-3' },
  },
  {
    reason: 'surplus is not removed beside one that does not deliver',
    desired: desired('enable', { options: { surplus: 'remove' } }),
    look: look({
      own: [flowLog('fl-1', 'active', { delivery: { state: 'failed' } }), flowLog('fl-3', 'inactive')],
      createdHere: ['fl-3'],
    }),
    step: { do: 'done', outcome: 'unchanged' },
  },
  {
    reason: 'Active is not delivering: waited for where asked and where the cloud tells',
    desired: desired('enable', { options: { requireDelivery: true } }),
    look: look({ own: [active] }),
    step: { do: 'wait', until: { status: 'active', delivered: true } },
  },
  {
    reason: 'where the cloud does not tell of delivery, nobody waits for it',
    desired: desired('enable', { options: { requireDelivery: true }, tellsDelivery: false }),
    look: look({ own: [active] }),
    step: { do: 'done', outcome: 'unchanged' },
  },
  {
    reason: 'a change of unknown end could still undo what is seen: not done before it is clear',
    desired: desired('enable'),
    look: look({ own: [active], unclear: [{ verb: 'delete', flowLogId: 'fl-1' }] }),
    step: { do: 'wait' },
  },
  {
    reason: 'somebody keeps deleting it: after nine creates that is the answer',
    desired: desired('enable'),
    look: look(),
    memory: memory(...Array<'create'>(9).fill('create')),
    step: { do: 'fail', reason: { code: 'FlowLogVanishes' } },
  },
];

const otherRows: Row[] = [
  {
    reason: 'Active: deactivated',
    desired: desired('disable'),
    look: look({ own: [active] }),
    step: { do: 'deactivate' },
  },
  {
    reason: 'Inactive already',
    desired: desired('disable'),
    look: look({ own: [inactive] }),
    step: { do: 'done', outcome: 'unchanged' },
  },
  {
    reason: 'nothing to disable',
    desired: desired('disable'),
    look: look(),
    step: { do: 'done', outcome: 'unchanged' },
  },
  {
    reason: 'a foreign one is not ours to disable',
    desired: desired('disable'),
    look: look({ foreign: [active] }),
    step: conflict('Conflict(foreign)'),
  },
  {
    reason: 'the old state is not believed within the lag',
    desired: desired('disable'),
    look: look({ own: [active], recent: { verb: 'deactivate', flowLogId: 'fl-1' } }),
    step: waitFor('inactive'),
  },
  {
    reason: 'nothing to modify',
    desired: desired('modify'),
    look: look(),
    step: { do: 'fail', reason: { type: 'not-found' } },
  },
  {
    reason: 'differs in what was asked',
    desired: desired('modify'),
    look: look({ own: [flowLog('fl-1', 'active', otherInterval)] }),
    step: { do: 'modify' },
  },
  {
    reason: 'modified and now as asked',
    desired: desired('modify'),
    look: look({ own: [active] }),
    memory: memory('modify'),
    step: { do: 'done', outcome: 'modified' },
  },
  { reason: 'there: deleted', desired: desired('delete'), look: look({ own: [inactive] }), step: { do: 'delete' } },
  {
    reason: 'a deletion is finished when absence is seen',
    desired: desired('delete'),
    look: look({ own: [active], recent: { verb: 'delete', flowLogId: 'fl-1' } }),
    memory: memory('delete'),
    step: waitFor('absent'),
  },
  {
    reason: 'gone',
    desired: desired('delete'),
    look: look(),
    memory: memory('delete'),
    step: { do: 'done', outcome: 'deleted' },
  },
  { reason: 'was not there', desired: desired('delete'), look: look(), step: { do: 'done', outcome: 'unchanged' } },
  {
    reason: 'by id and not there: nothing to delete',
    desired: desired('delete', { pinned: 'fl-1' }),
    look: look(),
    step: { do: 'done', outcome: 'unchanged' },
  },
  {
    reason: 'our own deleted beside a foreign one: done, the foreign one was never meant',
    desired: desired('delete'),
    look: look({ foreign: [flowLog('fl-9', 'active')] }),
    memory: memory('delete'),
    step: { do: 'done', outcome: 'deleted' },
  },
  {
    reason: 'a foreign one is not ours to delete',
    desired: desired('delete'),
    look: look({ foreign: [active] }),
    step: conflict('Conflict(foreign)'),
  },
  {
    reason: 'the deadline passed over a word nobody knows',
    desired: desired('enable'),
    look: look({ own: [flowLog('fl-1', 'unknown', { rawStatus: 'Frobnicating' })] }),
    memory: { changes: [], deadlineAt: NOW },
    step: { do: 'fail', reason: { type: 'UnexpectedStatus' } },
  },
];

describe('the one next step', () => {
  test.each(enableRows)('of enable: $reason', ({ desired: wish, look: seen, memory: past = memory(), step }) => {
    expect(nextStep(wish, seen, past, NOW)).toMatchObject(step);
  });

  test.each(otherRows)(
    'of $desired.operation: $reason',
    ({ desired: wish, look: seen, memory: past = memory(), step }) => {
      expect(nextStep(wish, seen, past, NOW)).toMatchObject(step);
    },
  );
});

const anyFlowLog = fc.record({
  id: fc.constantFrom('fl-1', 'fl-2', 'fl-3'),
  status: fc.constantFrom<FlowLogStatus>('active', 'inactive', 'changing', 'unknown'),
  drift: fc.subarray(['destination.project', 'trafficType', 'aggregationIntervalSeconds', 'name']),
  delivery: fc.constantFrom('ok', 'failed', 'unknown'),
});
type Any = typeof anyFlowLog extends fc.Arbitrary<infer T> ? T : never;
const named = (whose: string, list: readonly Any[]): SeenFlowLog[] =>
  list.map(({ id, status, drift, delivery }, index) =>
    flowLog(`${id}-${whose}${index}`, status, { drift, delivery: { state: delivery } as SeenFlowLog['delivery'] }),
  );
const anyLook = fc
  .record({
    own: fc.array(anyFlowLog, { maxLength: 3 }),
    foreign: fc.array(anyFlowLog, { maxLength: 2 }),
    managed: fc.array(anyFlowLog, { maxLength: 1 }),
    recent: fc.option(fc.constantFrom('create', 'activate', 'deactivate', 'modify', 'delete')),
    unclear: fc.array(fc.constantFrom('create', 'activate', 'delete'), { maxLength: 1 }),
  })
  .map(({ own, foreign, managed, recent, unclear }): Look => {
    const seen = { own: named('o', own), foreign: named('f', foreign), managed: named('m', managed) };
    const flowLogId = seen.own[0]?.flowLogId;
    return {
      observation: { ...seen, readAt: '', complete: true },
      unclear: unclear.map((verb) => ({ verb }) as Look['unclear'][number]),
      ...omitUndefined({
        recent: recent
          ? ({ verb: recent, ...omitUndefined({ flowLogId: flowLogId || undefined }) } as NonNullable<Look['recent']>)
          : undefined,
      }),
    };
  });
const anyDesired = fc.record({
  operation: fc.constantFrom(...operations),
  product: fc.constant('vpc'),
  tellsDelivery: fc.boolean(),
  options: fc.record({
    onExisting: fc.constantFrom('conflict', 'alongside'),
    requireDelivery: fc.boolean(),
    surplus: fc.constantFrom('report', 'remove'),
  }),
}) as fc.Arbitrary<Desired>;

describe('whatever is seen', () => {
  test('there is a step, it never creates beside our own, and never touches what is foreign or managed', () => {
    fc.assert(
      fc.property(anyDesired, anyLook, (wish, seen) => {
        const step = nextStep(wish, seen, memory(), NOW);
        expect(step.do).toMatch(/^(create|activate|deactivate|modify|tag|move|delete|wait|done|fail)$/);
        if (step.do === 'create') expect(seen.observation.own).toEqual([]);
        if (step.do === 'create') expect(seen.recent?.verb).not.toBe('create');
        if ('flowLogId' in step)
          expect(seen.observation.own.map(({ flowLogId }) => flowLogId)).toContain(step.flowLogId);
      }),
      { numRuns: 2_000 },
    );
  });
  test('a managed flow log is never changed, even when it is named or adoption is asked for', () => {
    fc.assert(
      fc.property(anyDesired, anyLook, fc.boolean(), (wish, seen, adopt) => {
        const [managed] = seen.observation.managed;
        const pinned = managed && !adopt ? { pinned: managed.flowLogId } : {};
        const step = nextStep({ ...wish, ...pinned, options: { ...wish.options, adopt } }, seen, memory(), NOW);
        if ('flowLogId' in step) expect(step.flowLogId).not.toBe(managed?.flowLogId);
      }),
      { numRuns: 2_000 },
    );
  });
  test('past the deadline it fails, whatever stands', () => {
    fc.assert(
      fc.property(anyDesired, anyLook, (wish, seen) => {
        expect(nextStep(wish, seen, { changes: [], deadlineAt: NOW }, NOW).do).toBe('fail');
      }),
    );
  });
});
