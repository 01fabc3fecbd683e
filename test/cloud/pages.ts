import { errorKinds, type ErrorKind } from '../../cloud/errors/cloud-error.js';
import { errorCatalogue, kindRules, proofOf } from '../../cloud/errors/catalogue.js';
import type { ErrorRow } from '../../cloud/errors/row.js';
import { lists } from '../../cloud/discovery/lists.js';
import type { Product } from '../../cloud/flow-log.js';
import type { ActionRow } from '../../cloud/products/product-row.js';
import { budgetPerSecond, products } from '../../cloud/products/products.js';

/** The pages in `docs/` that are the tables of `cloud/` in print. */

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const code = (text: string): string => `\`${text}\``;

const reactions: Readonly<Record<ErrorKind, string>> = {
  throttled: 'slower, and sent again until the deadline',
  unavailable: 'sent again until the deadline',
  busy: 'waits until settled, looks, sends again if still needed',
  ambiguous: 'may have happened: looks until the grace is over, and only then sends again if still needed',
  exists: 'looks; adopts what is there or reports the conflict',
  'not-found': 'looks: a young absence, or deleted by somebody; creates if the operation may',
  unknown: 'no row: treated as ambiguous, counted, reported',
  invalid: 'a person must act: the request',
  denied: 'a person must act: permission or credentials',
  quota: 'a person must act: the quota',
  unsupported: 'a person must act: leave it out',
  prerequisite: 'a person must act: arrears, role, service, log store',
};

const kindRow = (kind: ErrorKind): string[] => {
  const { maxRefusals, permanent } = kindRules[kind];
  const times = permanent
    ? 'never'
    : kindRules[kind].resend === 'never'
      ? 'no'
      : (maxRefusals?.toString() ?? 'until the deadline');
  return [code(kind), reactions[kind], times];
};

/** Proof that the row gives about a change that got its code. */
const proofs = {
  'not-sent': () => 'not sent',
  unanswered: () => 'no answer',
  answered: () => 'in doubt',
  refused: ([why, quote]: NonNullable<ErrorRow['refused']>) => `refused (${why}): “${quote}”`,
} as const;

const proofCell = (row: ErrorRow): string => proofs[proofOf(row)](row.refused ?? ['parameter', '']);

/** Counts the rows whose code is believed to say that the cloud did nothing. */
const countOfRefused = (): string => {
  const answers = errorCatalogue.filter(({ answer }) => answer === undefined);
  const refused = answers.filter((row) => proofOf(row) === 'refused');
  return `Of ${answers.length} rows of codes that the cloud answers with, ${refused.length} are refused and ${answers.length - refused.length} are in doubt.`;
};

const errorRow = (row: ErrorRow): string[] => {
  const { on, code: name, message, kind, scope = 'target', meaning, advice, source, untilDeadline } = row;
  return [
    [
      code(name),
      ...(on ? [`on ${on.join(', ')}`] : []),
      ...(message ? [`message with ${code(message.source)}`] : []),
    ].join(' '),
    untilDeadline ? `${code(kind)}, until the deadline` : code(kind),
    proofCell(row),
    scope,
    meaning,
    advice,
    source,
  ];
};

const services: readonly (readonly [service: Product | undefined, title: string])[] = [
  ['vpc', 'VPC'],
  ['cen', 'CEN'],
  ['ecr', 'ECR'],
  [undefined, 'Any service, and the way to it'],
];

/** The error catalogue as a page. */
export const errorsPage = (): string =>
  [
    '# Errors',
    'What the cloud answers when it does not do what it is asked, and what this service makes of it. The tables are generated from',
    '`cloud/errors/`: change them there and run `npx vitest run --project cloud pages -u`.\n',
    'A code is looked up by service, action, code and message; the most specific row wins. The HTTP status says little: nearly every',
    'failure of this cloud is a 400.\n',
    '## Kinds',
    table(['kind', 'what happens', 'how often in one step'], errorKinds.map(kindRow)),
    '\n## What a code proves',
    'Only a create can make a second flow log. It is known not to have been made where nothing was sent, and where a document words the code as a',
    'refusal to admit the request: for its signature, clock, credentials, permission, a parameter, a quota, or flow control. The row quotes those words.',
    'Any other code leaves it in doubt: commit delay and list lag are waited out, two filtered reads one lag apart look for it, and it is sent again only',
    'where both miss it, as often as its kind says. No answer at all leaves it in doubt for the whole grace. Other changes are looked for after one list',
    'lag and sent again where they are still needed; no other change is sent to that flow log until commit delay and list lag are over.\n',
    countOfRefused(),
    ...services.flatMap(([service, title]) => [
      `\n## ${title}`,
      table(
        ['code', 'kind', 'a create that got it', 'scope', 'meaning', 'what to do', 'source'],
        errorCatalogue.filter((row) => row.service === service).map(errorRow),
      ),
    ]),
  ].join('\n') + '\n';

const permissions = (actions: readonly ActionRow[]): string =>
  table(
    ['action', 'level', 'resource', 'verified', 'source', 'calls per second'],
    actions.map((action) => {
      const { ram } = action;
      const budget = Number(budgetPerSecond(action).toFixed(1));
      const limit = action.quotaPerMinute
        ? `${budget} (of ${action.quotaPerMinute} a minute)`
        : `${budget} (not documented)`;
      return [code(ram.action), ram.level, code(ram.resource), ram.verified ? 'yes' : 'no', ram.source, limit];
    }),
  );

/** Page of the permissions that a role needs. */
export const ramPage = (): string =>
  [
    '# Permissions',
    'The RAM actions that this service calls, with the access level and resource of their authorization tables. The tables are generated',
    'from the rows in `cloud/products/` and `cloud/discovery/lists.ts`: change them there and run `npx vitest run --project cloud pages -u`.\n',
    'Verified rows were read in the API documents this service was built from. The others were read at second hand or are named after',
    'their siblings: try a policy before it is relied on. `sts:GetCallerIdentity` needs no permission; accounts with a role need `sts:AssumeRole` on it.',
    ...(Object.keys(products) as Product[]).flatMap((product) => {
      const row = products[product];
      const actions = Object.values({ ...row.actions, ...row.serviceActions });
      return [`\n## ${product.toUpperCase()}`, permissions(actions)];
    }),
    '\n## Finding networks',
    'What `flowlog discover` and selectors read; a deployment without them needs none of it. They change nothing.\n',
    permissions([...new Map(Object.values(lists).map((row) => [row.ram.action, row])).values()]),
  ].join('\n') + '\n';
