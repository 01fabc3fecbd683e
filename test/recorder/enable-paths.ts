import { defaultAccount } from '../../simulator/index.js';
import { destination, enable, ended, seed } from './requests.js';
import { type Path, type World, withCloud } from './world.js';

/** A flow log that this deployment made, and whose tags a person has removed. */
async function madeAndUntagged(world: World, name: string): Promise<string> {
  const { flowLogId = '' } = await (await enable(world, name, { onExisting: 'alongside' })).result();
  await seed(world, name, { flowLogId, destination: { project: 'elsewhere', logStore: 'flow' } }, 'foreign');
  return flowLogId;
}

/** An enable in a cloud that behaves, whatever is there already. */
export const enablePaths: readonly Path[] = [
  {
    name: 'enable-created',
    reason: 'created, and waited for until Active',
    ends: 'created',
    walk: (world) => ended(enable(world, 'created')),
  },
  {
    name: 'enable-unchanged',
    reason: 'ours is Active already: one look',
    ends: 'unchanged',
    async walk(world) {
      await seed(world, 'unchanged', { status: 'Active' });
      return ended(enable(world, 'unchanged'));
    },
  },
  {
    name: 'enable-activated',
    reason: 'ours is Inactive: activated',
    ends: 'activated',
    async walk(world) {
      await seed(world, 'activated', { status: 'Inactive' });
      return ended(enable(world, 'activated'));
    },
  },
  {
    name: 'enable-created-then-activated',
    reason: 'what is created comes up Inactive: two changes in one operation',
    ends: 'created',
    walk: (world) => withCloud(world, { config: { createdAs: 'inactive' } }, () => ended(enable(world, 'two-steps'))),
  },
  {
    name: 'enable-adopted',
    reason: 'somebody else’s is there and as wished: nothing is sent',
    ends: 'adopted',
    async walk(world) {
      await seed(world, 'adopted', { status: 'Active' }, 'foreign');
      return ended(enable(world, 'adopted'));
    },
  },
  {
    name: 'enable-conflict',
    reason: 'somebody else’s is in the way: fails, nothing touched',
    ends: 'Conflict',
    async walk(world) {
      await seed(world, 'conflict', { destination: { project: 'elsewhere', logStore: 'flow' } }, 'foreign');
      return ended(enable(world, 'conflict'));
    },
  },
  {
    name: 'enable-surplus-removed',
    reason: 'two of ours, one of them surplus by the ledger: deleted',
    ends: 'unchanged',
    async walk(world) {
      const flowLogId = await madeAndUntagged(world, 'surplus');
      await seed(world, 'surplus', { flowLogId, destination });
      await seed(world, 'surplus', { status: 'Active', createdAt: '2020-01-01T00:00:00Z' });
      return ended(enable(world, 'surplus', { surplus: 'remove' }));
    },
  },
  {
    name: 'enable-service-opened',
    reason: 'the account’s flow log service is opened first',
    ends: 'created',
    async walk(world) {
      await world.simulator.seed({ accounts: [{ uid: defaultAccount.uid, flowLogService: 'closed' }] });
      return ended(enable(world, 'service', { openService: true }));
    },
  },
];
