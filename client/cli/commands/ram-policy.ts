import { type Command, Option } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { Product } from '../../../cloud/flow-log.js';
import { productNames } from '../../../cloud/products/products.js';
import { type RamPolicy, ramPolicy } from '../../../cloud/ram-policy.js';
import type { Answer } from '../answer.js';
import { UsageError } from '../exit-codes.js';
import type { Session } from '../session.js';

interface Flags {
  readonly product?: readonly Product[];
  readonly account?: string;
  readonly readOnly?: boolean;
  readonly discovery: boolean;
}

/** Characters of a custom policy, as RAM counts them: without white space. */
const longestPolicy = 6_144;

const lengthOf = (policy: RamPolicy): number => JSON.stringify(policy).length;

async function policy({ product, account, readOnly, discovery }: Flags, session: Session): Promise<Answer> {
  const accounts = account === undefined ? {} : await session.surroundings.accounts();
  const own = account === undefined ? undefined : accounts[account];
  if (account !== undefined && !own)
    throw new UsageError(`no account is named "${account}": see \`flowlog accounts list\``);
  // An account without a role of its own is the one that assumes the roles of the others.
  const roleArns = own && !own.roleArn ? Object.values(accounts).flatMap(({ roleArn }) => roleArn ?? []) : [];
  const { policy: document, unverified } = ramPolicy({
    ...omitUndefined({ products: product, accountId: own ? own.uid : undefined, readOnly: readOnly || undefined }),
    discovery,
    roleArns,
  });
  const long = lengthOf(document) > longestPolicy;
  return {
    document,
    text: JSON.stringify(document, null, 2)
      .split('\n')
      .map((line) => [line]),
    notes: [
      `${unverified.length} of these actions are not in an API document of their own: try the policy before it is relied on (docs/ram.md).`,
      ...(long
        ? [`It is longer than the ${longestPolicy} characters of one policy: make one for each --product.`]
        : []),
    ],
  };
}

/** `ram-policy`: what RAM has to allow, as the document that it takes. */
export function addRamPolicyCommand(program: Command, session: Session): void {
  program
    .command('ram-policy')
    .description('the least that a RAM user or role must be allowed, as the policy document that RAM takes')
    .addOption(new Option('--product <names...>', 'only for these; default: all').choices(productNames))
    .option('--account <name>', 'in the account of this name only, with the roles of others where it assumes them')
    .option('--read-only', 'for status, list, plan and discover; nothing that changes')
    .option('--no-discovery', 'without the lists that selectors and discover read')
    .action(async (flags: Flags) => session.answer(await policy(flags, session)));
}
