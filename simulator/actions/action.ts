import type { SimulatorConfig } from '../config.js';
import type { World } from '../world/world.js';
import type { Json } from '../wire/xml.js';
import type { Lie } from './paging.js';
import type { Arguments, Parameter } from './parameters.js';

/** The services imitated. */
export const simulatedServices = ['vpc', 'cen', 'ecr', 'ecs', 'sts'] as const;
export type SimulatedService = (typeof simulatedServices)[number];

/** One authenticated, well-formed call, with all an action may use. */
export interface Call {
  readonly world: World;
  readonly config: SimulatorConfig;
  readonly service: SimulatedService;
  readonly accountId: string;
  readonly accessKeyId: string;
  /** ARN of the principal that signed. */
  readonly principal: string;
  readonly requestId: string;
  readonly args: Arguments;
  /** Epoch ms; one moment for the whole call. */
  readonly now: number;
  /** Epoch ms from which the effect of this call holds. */
  readonly commitAt: number;
  /** Order of arrival of the call: the seed of all random draws for it. */
  readonly seq: number;
  /** Takes the ids of the flow logs that a list shows. */
  readonly showed: (flowLogIds: readonly string[]) => void;
  /** The error that this call's page shall have, and a callback for when it has it. */
  readonly lie?: { readonly about: Lie; readonly told: () => void };
  /** Tells the journal that this call changed the world, and which flow log. */
  readonly committed: (flowLogId?: string) => void;
}

/** An answer's body. */
export type AnswerBody = Readonly<Record<string, Json>>;

/** One API action. A new one is a file with such a value and a line in the list of its service. */
export interface Action {
  readonly name: string;
  /** `change` may commit something; only those carry client tokens and are kept on disk. */
  readonly kind: 'read' | 'change';
  readonly parameters: readonly Parameter[];
  /**
   * Does it, in one synchronous step, so that no other call sees half of it.
   * @throws {@link Refusal} with the documented code.
   */
  readonly run: (call: Call) => AnswerBody;
}
