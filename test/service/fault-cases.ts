import type { Operation } from '../../client/index.js';
import type { ChangeVerb } from '../../cloud/flow-log.js';
import { errorCatalogue } from '../../cloud/errors/catalogue.js';
import { actionNamed } from '../../cloud/products/products.js';
import type { FaultRuleInput } from '../../simulator/index.js';
import { type ProductUnderTest, destination, productsUnderTest } from './targets.js';

/** Effect of one fault on one call. */
export type Injury = Pick<FaultRuleInput, 'when' | 'effect' | 'code' | 'status' | 'retryAfterMs'>;

/** Wait that throttled calls are told, where they are told, in ms. */
export const RETRY_AFTER_MS = 1_500;

const before = (injury: Omit<Injury, 'when'>): Injury => ({ when: 'before', ...injury });
const after = (injury: Omit<Injury, 'when'>): Injury => ({ when: 'after', ...injury });
const coded = (code: string, status = 400): Omit<Injury, 'when'> => ({ effect: 'code', code, status });
const bothSides = (name: string, injury: Omit<Injury, 'when'>) => ({
  [`${name}-before`]: before(injury),
  [`${name}-after`]: after(injury),
});

/** Faults that can meet any change of any product. */
const everywhere: Readonly<Record<string, Injury>> = {
  'error-before': before(coded('InternalError', 500)),
  ...bothSides('reset', { effect: 'reset' }),
  'timeout-after': after({ effect: 'timeout' }),
  'half-body-after': after({ effect: 'half-body' }),
  ...bothSides('html', { effect: 'html' }),
  ...bothSides('empty', { effect: 'empty' }),
  ...bothSides('codeless-500', { effect: 'codeless-500' }),
  ...bothSides('InternalErrorTemp', coded('InternalErrorTemp')),
  throttled: before(coded('Throttling.User')),
  'throttled-told': before({ ...coded('Throttling.User'), retryAfterMs: RETRY_AFTER_MS }),
};

/** The state conflicts that the catalogue has for this very action; patterns, which stand for codes not spelled out, are left out. */
function conflictsOf({ product }: ProductUnderTest, action: string): Readonly<Record<string, Injury>> {
  const name = actionNamed(product, action)?.name;
  const rows = errorCatalogue.filter(
    ({ kind, service, on, code }) =>
      kind === 'busy' &&
      (service ?? product) === product &&
      (on === undefined || (name !== undefined && on.includes(name))) &&
      !code.includes('*'),
  );
  return Object.fromEntries(rows.map(({ code }) => [code, before(coded(code))]));
}

/** An operation whose one change is the verb, from a state in which it is needed to the state that is wanted. */
export interface Task {
  readonly verb: Exclude<ChangeVerb, 'tag' | 'move'>;
  readonly operation: Operation;
  /** Status of our own flow log to begin with; absent: there is none. */
  readonly from?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly outcome: string;
  /** Status in the end; absent: there is no flow log. */
  readonly to?: string;
}

/** Every changing verb as the one change of an operation. */
export const tasks: readonly Task[] = [
  { verb: 'create', operation: 'enable', spec: { destination }, outcome: 'created', to: 'Active' },
  {
    verb: 'activate',
    operation: 'enable',
    spec: { destination },
    from: 'Inactive',
    outcome: 'activated',
    to: 'Active',
  },
  { verb: 'deactivate', operation: 'disable', from: 'Active', outcome: 'deactivated', to: 'Inactive' },
  {
    verb: 'modify',
    operation: 'modify',
    spec: { description: 'after', aggregationIntervalSeconds: 60 },
    from: 'Active',
    outcome: 'modified',
    to: 'Active',
  },
  { verb: 'delete', operation: 'delete', from: 'Active', outcome: 'deleted' },
];

/** One cell of the matrix. */
export interface FaultCase {
  /** Names it for good, e.g. `vpc create reset-after x3`. */
  readonly name: string;
  readonly product: ProductUnderTest;
  readonly task: Task;
  readonly injury: Injury;
  readonly times: 1 | 3;
}

/** Every changing action of every product × every fault × {once, three times}. */
export const faultCases: readonly FaultCase[] = productsUnderTest.flatMap((product) =>
  tasks.flatMap((task) =>
    Object.entries({ ...everywhere, ...conflictsOf(product, product[task.verb]) }).flatMap(([fault, injury]) =>
      ([1, 3] as const).map((times) => ({
        name: `${product.product} ${task.verb} ${fault} x${times}`,
        product,
        task,
        injury,
        times,
      })),
    ),
  ),
);
