import type { SimulatedProduct, SimulatedVerb } from './flow-log.js';

/** One row of a product's state machine. */
export interface Transition {
  /** Settled states it may start from; `create` starts from nothing. */
  readonly from: readonly string[];
  /** The word shown while it is under way. */
  readonly through: string;
  /** State at its end; `same` is the state at its start. */
  readonly to: 'Active' | 'Inactive' | 'same' | 'gone';
  /** The configured duration that it takes. */
  readonly pace: 'activationMs' | 'settleMs';
}

const settledStates = ['Active', 'Inactive'] as const;

const machine = (through: Readonly<Record<SimulatedVerb, string>>): Readonly<Record<SimulatedVerb, Transition>> => ({
  create: { from: [], through: through.create, to: 'Active', pace: 'activationMs' },
  activate: { from: ['Inactive'], through: through.activate, to: 'Active', pace: 'activationMs' },
  deactivate: { from: ['Active'], through: through.deactivate, to: 'Inactive', pace: 'settleMs' },
  modify: { from: settledStates, through: through.modify, to: 'same', pace: 'settleMs' },
  delete: { from: settledStates, through: through.delete, to: 'gone', pace: 'settleMs' },
});

/**
 * The state machines. VPC and CEN are documented: VPC has a word for each direction, CEN says `Modifying` for all three.
 * ECR documents only Active and Inactive; its words under way are a guess by analogy, and a client must not rely on them.
 */
export const lifecycles: Readonly<Record<SimulatedProduct, Readonly<Record<SimulatedVerb, Transition>>>> = {
  vpc: machine({
    create: 'Activating',
    activate: 'Activating',
    deactivate: 'Deactivating',
    modify: 'Modifying',
    delete: 'Deleting',
  }),
  cen: machine({
    create: 'Creating',
    activate: 'Modifying',
    deactivate: 'Modifying',
    modify: 'Modifying',
    delete: 'Deleting',
  }),
  ecr: machine({
    create: 'Creating',
    activate: 'Activating',
    deactivate: 'Deactivating',
    modify: 'Modifying',
    delete: 'Deleting',
  }),
};

/** Final state, once settled, of a flow log that was seeded in the middle of a change. */
export const endOfSeeded: Readonly<Record<string, 'Active' | 'Inactive' | 'gone'>> = {
  Creating: 'Active',
  Activating: 'Active',
  Modifying: 'Active',
  Deactivating: 'Inactive',
  Deleting: 'gone',
};
