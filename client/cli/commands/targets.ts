import type { Command } from 'commander';
import { shortName } from '../../../workflows/contract/labels.js';
import { checkRequest, type OperationRequest, type TargetRequest } from '../../operations/request.js';
import { InvalidInputError, type InputProblem } from '../../errors.js';
import type { Operation, OperationInput } from '../../../workflows/contract/operation.js';
import { optionFlags, specFlags, type FieldFlag } from '../flags.js';
import { AmbiguousTargetError, targetOf, type TargetFlags } from '../resource-id.js';
import { UsageError } from '../exit-codes.js';
import type { Accounts } from '../../accounts.js';

/** The target that an id and flags name. @throws UsageError with what to add. */
export function namedTarget(id: string | undefined, flags: TargetFlags): TargetRequest {
  try {
    return targetOf(id, flags);
  } catch (error) {
    if (error instanceof AmbiguousTargetError) throw new UsageError(error.message);
    throw error;
  }
}

/** Target as it is shown, by its product and short name: `vpc VPC/vpc-1`. */
export const nameOf = ({ target }: Pick<OperationInput, 'target'>): string => `${target.product} ${shortName(target)}`;

/** Flags by the path of the field they fill, so that a problem can be told in the words of the command line. */
const flagOfPath = new Map<string, string>([
  ...[...specFlags, ...optionFlags].map(({ path, flags }: FieldFlag): [string, string] => [path.join('.'), flags]),
  ['target.account', '--account <name>'],
  ['target.region', '--region <region>'],
  ['target.ecrId', '--ecr <id>'],
]);

const inWordsOfFlags = (problem: InputProblem): InputProblem => {
  const flag = flagOfPath.get(problem.path)?.split(' ')[0];
  return flag ? { ...problem, message: `${problem.message} (${flag})` } : problem;
};

/** Checks a request made of flags. @throws InvalidInputError, each problem with the flag that fills the field. */
export function checkedInput(operation: Operation, request: OperationRequest, accounts: Accounts): OperationInput {
  const checked = checkRequest(operation, request, accounts);
  if ('problems' in checked) throw new InvalidInputError(checked.problems.map(inWordsOfFlags));
  return checked.input;
}

/** The flags that name a target, or a part of it. */
export function addTargetFlags(command: Command): void {
  command
    .option('--product <product>', 'vpc, cen or ecr, where the id does not tell')
    .option('--account <name>', 'account by name (default: default)')
    .option('--region <region>', 'region of the target, e.g. cn-hangzhou (not for ecr)')
    .option('--cen <id>', 'CEN instance')
    .option('--router <id>', 'transit router')
    .option('--attachment <id>', 'attachment of a transit router')
    .option('--ecr <id>', 'Express Connect Router')
    .option('--vbr <id>', 'VBR on it');
}
