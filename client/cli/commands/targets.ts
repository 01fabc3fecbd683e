import type { Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { valueAt } from '../../../workflows/contract/problems.js';
import { shortName } from '../../../workflows/contract/labels.js';
import { checkRequest, type OperationRequest, type TargetRequest } from '../../operations/request.js';
import type { InputProblem } from '../../errors.js';
import type { Operation, OperationInput } from '../../../workflows/contract/operation.js';
import { optionFlags, specFlags, type FieldFlag } from '../flags.js';
import { products } from '../../../cloud/products/products.js';
import { addUnlistedRegion, refuseMisspeltDefault } from '../region-check.js';
import { type FlagProblem, InvalidFlagsError } from '../invalid-flags.js';
import { AmbiguousTargetError, type NamedTarget, targetOf, type TargetFlags } from '../resource-id.js';
import type { Session } from '../session.js';
import { UsageError } from '../exit-codes.js';
import type { Accounts } from '../../accounts.js';

/** The target that an id and flags name, with the defaults for what they leave open. @throws UsageError with what to add. */
export async function namedTarget(
  id: string | undefined,
  flags: TargetFlags,
  session: Pick<Session, 'defaults'>,
): Promise<TargetRequest> {
  let named: NamedTarget;
  try {
    named = targetOf(id, flags);
  } catch (error) {
    if (error instanceof AmbiguousTargetError) throw new UsageError(error.message);
    throw error;
  }
  const isInRegion = !products[named.product].central;
  const isWhole = named.account !== undefined && (named.region !== undefined || !isInRegion);
  const { account, region } = isWhole ? {} : await session.defaults();
  if (isInRegion && named.region === undefined) refuseMisspeltDefault(region, flags);
  const target: NamedTarget = {
    ...omitUndefined({ account, region: region === undefined || !isInRegion ? undefined : region }),
    ...named,
  };
  // A uid names an account too.
  if (target.account === undefined || !/^\d+$/.test(target.account)) return target;
  const { account: accountId, ...rest } = target;
  return { ...rest, accountId };
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

const firstFlag = (flags: string): string => flags.split(' ')[0] ?? flags;

/** Flags by the top field of the spec that they fill. */
const flagsOfField = (field: string): string[] =>
  specFlags.filter(({ path }) => path[1] === field).map(({ flags }) => firstFlag(flags));

/** Fields that can be modified, as the flags that change them. */
const modifiableByFlags = (message: string): string =>
  message.replace(/(can be modified: )(.*)$/, (_, says: string, fields: string) => {
    const flags = fields.split(', ').flatMap(flagsOfField);
    return `${says}${flags.join(', ')}`;
  });

/** A problem with the flag that fills the field, or with those that fill the spec. */
function inWordsOfTargetFlags(problem: InputProblem, { spec }: OperationRequest): FlagProblem {
  const { path } = problem;
  const flag = flagOfPath.get(path);
  const message = modifiableByFlags(problem.message);
  if (flag) return { ...problem, message, flag: firstFlag(flag) };
  if (path !== 'spec') {
    const ofField = /^spec\.(\w+)/.exec(path);
    const flags = ofField ? flagsOfField(ofField[1] ?? '') : [];
    return flags.length > 0 ? { ...problem, message, flag: flags.join(', ') } : { ...problem, message };
  }
  if (spec === undefined) {
    const isWhole = message.includes('what should be true');
    return isWhole
      ? { path, message: 'are missing: say where the records go', flag: '--project, --log-store' }
      : { path, message: message.replace('is missing', 'nothing to modify is named'), flag: 'modify' };
  }
  const used = Object.keys(spec).flatMap((field) =>
    specFlags
      .filter(({ path: at }) => at[1] === field && valueAt(spec, at.slice(1)) !== undefined)
      .map(({ flags }) => firstFlag(flags)),
  );
  return {
    path,
    message: message.replace(/^.*names no field that can be modified/, 'cannot be modified'),
    flag: used.join(', '),
  };
}

/**
 * Checks a request made of flags.
 * @param beside problems of the flags themselves
 * @throws InvalidInputError, each problem with the flag that fills the field
 */
export function checkedInput(
  operation: Operation,
  request: OperationRequest,
  accounts: Accounts,
  beside: readonly InputProblem[] = [],
): OperationInput {
  const checked = checkRequest(operation, request, accounts);
  const problems =
    'problems' in checked ? checked.problems.map((problem) => inWordsOfTargetFlags(problem, request)) : [];
  if (!('input' in checked) || beside.length > 0) throw new InvalidFlagsError([...beside, ...problems]);
  return checked.input;
}

/** The flags that name a target, or a part of it. */
export function addTargetFlags(command: Command): void {
  addUnlistedRegion(command)
    .option('--product <product>', 'vpc, cen or ecr, where the id does not tell')
    .option('--account <name>', 'account by name or uid (default: FLOWLOG_ACCOUNT, `flowlog config`, else default)')
    .option(
      '--region <region>',
      'region of the target, e.g. cn-hangzhou, not for ecr (default: FLOWLOG_REGION, else `flowlog config`)',
    )
    .option('--cen <id>', 'CEN instance')
    .option('--router <id>', 'transit router')
    .option('--attachment <id>', 'attachment of a transit router')
    .option('--ecr <id>', 'Express Connect Router')
    .option('--vbr <id>', 'VBR on it');
}
