import { Refusal } from '../wire/refusal.js';
import type { Action, SimulatedService } from './action.js';
import { cenActions } from './cen/index.js';
import { ecrActions } from './ecr/index.js';
import { ecsActions } from './ecs/index.js';
import type { ParameterErrors } from './parameters.js';
import { stsActions } from './sts/index.js';
import { vpcActions } from './vpc/index.js';

/** The imitated part of one service. */
export interface SimulatedServiceRow {
  readonly service: SimulatedService;
  /** The API version; a request names it, and by it the service. */
  readonly version: string;
  readonly methods: readonly string[];
  /** True where calls name a region; flow logs and limits are then separate per region. */
  readonly regional: boolean;
  readonly actions: readonly Action[];
  readonly errors: ParameterErrors;
}

const missingParameter = (name: string): Refusal =>
  new Refusal('MissingParameter', {
    message: `The input parameter "${name}" that is mandatory for processing this request is not supplied.`,
  });

/** Error wording for parameters without a code of their own: it is undocumented, so each product uses its nearest documented code. */
const errors = {
  vpc: { missing: missingParameter, wrong: (name) => withName('InvalidParameter', name) },
  cen: {
    missing: missingParameter,
    wrong: (name) => new Refusal(`IllegalParam.${name}`, { message: `The param of ${name} is illegal.` }),
  },
  ecr: {
    missing: (name) => new Refusal(`MissingParam.${name}`, { message: `The param of ${name} is missing.` }),
    wrong: (name) => withName('INVALID_PARAMETER', name),
  },
} as const satisfies Record<string, ParameterErrors>;

function withName(code: string, name: string): Refusal {
  return new Refusal(code, { message: `The parameter ${name} is invalid.` });
}

/** The services, one row each. */
export const serviceRows: readonly SimulatedServiceRow[] = [
  {
    service: 'vpc',
    version: '2016-04-28',
    methods: ['GET', 'POST'],
    regional: true,
    actions: vpcActions,
    errors: errors.vpc,
  },
  {
    service: 'cen',
    version: '2017-09-12',
    methods: ['GET', 'POST'],
    regional: true,
    actions: cenActions,
    errors: errors.cen,
  },
  {
    service: 'ecr',
    version: '2023-09-01',
    methods: ['POST'],
    regional: false,
    actions: ecrActions,
    errors: errors.ecr,
  },
  {
    service: 'ecs',
    version: '2014-05-26',
    methods: ['GET', 'POST'],
    regional: true,
    actions: ecsActions,
    errors: errors.vpc,
  },
  {
    service: 'sts',
    version: '2015-04-01',
    methods: ['GET', 'POST'],
    regional: false,
    actions: stsActions,
    errors: errors.vpc,
  },
];
