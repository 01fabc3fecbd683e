import type { Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { products } from '../../../cloud/products/products.js';
import { centralPlace } from '../../../cloud/target.js';
import type { DoubtLook, DoubtPlace, DoubtRow, SettledDoubt, Verdict } from '../../../workflows/contract/doubts.js';
import { verdicts } from '../../../workflows/contract/doubts.js';
import type { Answer, Cell } from '../answer.js';
import { exitCodes, type ExitCode, UsageError } from '../exit-codes.js';
import { neededReason, regionFlag } from '../flags.js';
import { addLimit, limited, moreThan } from '../limit.js';
import { liveDisplay } from '../live.js';
import { addOutputFlags } from '../output.js';
import { addUnlistedRegion } from '../region-check.js';
import { accountIdOf, checkedProduct, regionDoubt } from '../scope-flags.js';
import type { Session } from '../session.js';
import { localTime, utcTime } from '../words.js';

interface PlaceFlags {
  readonly account?: string;
  readonly region?: string;
  readonly product?: string;
}

interface ResolveFlags extends PlaceFlags {
  readonly as?: string;
  readonly reason?: string;
  readonly requestedBy?: string;
  readonly all?: boolean;
}

/** An intent's id is told by its beginning: so much of it is enough among thousands. */
const SHORT = 8;
const MAX_WIDE = 3;

async function placeOfDoubt({ account, region, product }: PlaceFlags, session: Session): Promise<DoubtPlace> {
  return omitUndefined({
    accountId: account === undefined ? undefined : accountIdOf(account, await session.accounts()),
    region,
    product: product === undefined ? undefined : checkedProduct(product),
  });
}

/** The account's flow log service is a target without a resource. */
const doubtTarget = ({ product = 'vpc', region = '', key = '' }: Partial<DoubtRow>): string =>
  `${product} ${products[product].central ? '' : `${region} `}${key}`;

/** Hour, minute and second on this machine's clock. */
const clockOf = (iso: string): string => localTime(iso).slice(11);
type ClockOf = typeof clockOf;

/** Describes in a few words what a look saw. */
function seenText(look: DoubtLook | undefined, clock: ClockOf): string {
  if (!look) return 'nobody has looked yet';
  const at = clock(look.readAt);
  if ('problem' in look) return `${at} could not look: ${look.problem}`;
  if ('service' in look) return `${at} service ${look.service}`;
  const told = look.flowLogs
    .slice(0, MAX_WIDE)
    .map(({ flowLogId, status, whose }) => `${flowLogId} ${status} (${whose})`);
  const more = look.flowLogs.length - told.length + (look.more ?? 0);
  return `${at} ${told.join(', ') || 'no flow log'}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Tells when the service decides by itself: at a look of the operation that waits, else when it is next asked. */
function decidesText({ decidesAt, waiting }: Pick<DoubtRow, 'decidesAt' | 'waiting'>, clock: ClockOf): string {
  const isPast = Date.parse(decidesAt) <= Date.now();
  if (waiting === undefined) return isPast ? 'when next asked' : `when next asked, from ${clock(decidesAt)}`;
  return isPast ? 'at its next look' : clock(decidesAt);
}

const answerText = ({ answer, lost }: DoubtRow): string =>
  answer?.code ? `, answered ${answer.code}` : `, no answer${lost ? ` (${lost})` : ''}`;

/** One change in doubt, as lines that fit a terminal of 80 columns: a table of so many columns would not. */
function doubtLines(row: DoubtRow): Cell[][] {
  const { intentId, action, flowLogId, since, requestedBy, reason, lastLook } = row;
  const line = (label: string, text: string): Cell[] => [{ text: `  ${label.padEnd(9)}`, tone: 'dim' }, text];
  return [
    [{ text: intentId.slice(0, SHORT), tone: 'busy' }, doubtTarget(row)],
    line('sent', `${action}${flowLogId ? ` ${flowLogId}` : ''} at ${localTime(since)}${answerText(row)}`),
    line('asked by', `${requestedBy ?? 'nobody on the record'}${reason ? `: ${reason}` : ''}`),
    line('last look', seenText(lastLook, clockOf)),
    line('decides', decidesText(row, clockOf)),
  ];
}

const doubtHead = [
  'intent',
  'product',
  'account',
  'region',
  'target',
  'action',
  'flow log',
  'sent',
  'by',
  'seen',
  'decides',
];

/** One change in doubt in a pipe: a line with the whole id. */
const doubtCells = (row: DoubtRow): Cell[] => [
  row.intentId,
  row.product,
  row.accountId,
  row.region,
  row.key,
  row.action,
  row.flowLogId ?? '',
  { at: row.since },
  row.requestedBy ?? '',
  seenText(row.lastLook, utcTime),
  decidesText(row, utcTime),
];

async function listDoubtRows(flags: PlaceFlags & { readonly limit?: number }, session: Session): Promise<Answer> {
  const place = await placeOfDoubt(flags, session);
  const all = await (await session.service()).flowLogs.doubts.list(place);
  const doubts = limited(all, flags.limit);
  const isOnTerminal = Boolean(session.screen.stdout.isTTY);
  const [first] = doubts;
  return {
    document: { doubts },
    ...(isOnTerminal
      ? { text: doubts.flatMap(doubtLines) }
      : { table: { head: doubtHead, rows: doubts.map(doubtCells) } }),
    notes: [
      all.length === 0 ? 'nothing is in doubt' : `${all.length} in doubt`,
      ...moreThan(doubts.length, all.length, 'change in doubt', 'changes in doubt'),
      ...(first ? [howToSettle(first)] : []),
      ...(doubts.length === 0 ? regionDoubt(flags.region) : []),
    ],
  };
}

const howToSettle = ({ intentId }: DoubtRow): string =>
  `settle one: npx flowlog doubt resolve ${intentId.slice(0, SHORT)} --as done|not-done --reason "…"`;

function parseVerdict(text: string | undefined): Verdict {
  const verdict = verdicts.find((each) => each === text);
  if (verdict) return verdict;
  throw new UsageError(`--as ${text ?? ''}: say done (it took effect) or not-done (it did not happen)`);
}

async function resolve(intent: string | undefined, flags: ResolveFlags, session: Session): Promise<Answer> {
  const { requestedBy = session.surroundings.userName, all } = flags;
  const as = parseVerdict(flags.as);
  const reason = neededReason(flags.reason);
  const place = await placeOfDoubt(flags, session);
  const hasPlace = Object.keys(place).length > 0;
  if (intent === undefined && !hasPlace && !all)
    throw new UsageError('name one change in doubt (flowlog doubt list), or --account, --region, --product, or --all');
  if (intent !== undefined && (hasPlace || all)) throw new UsageError('name one change in doubt or a place, not both');
  if (all && hasPlace) throw new UsageError('--all means every place: leave --account, --region and --product away');
  const { flowLogs } = await session.service();
  const scope = intent === undefined ? (all ? { everything: true } : place) : { intentId: intent };
  const live = liveDisplay(session.screen);
  const rows: SettledDoubt[] = [];
  let total: number | undefined;
  try {
    live.show([], 0, 1);
    for await (const page of flowLogs.doubts.resolve({ ...scope, as, requestedBy, reason }, session.signal)) {
      total ??= page.total;
      rows.push(...page.rows);
      live.show([], rows.length, total);
    }
  } finally {
    live.end();
  }
  return doubtsAnswer(rows, intent !== undefined);
}

function doubtsAnswer(rows: readonly SettledDoubt[], isOne: boolean): Answer {
  const settled = rows.filter((row) => row.settled);
  const refused = rows.length - settled.length;
  return {
    document: { settled: settled.length, refused, rows },
    text: rows.map(resultLine),
    sheet: { head: resultHead, rows: rows.map(resultCells) },
    notes: [
      ...(rows.length === 0 ? ['nothing is in doubt there'] : []),
      ...(isOne ? [] : [`${settled.length} settled, ${refused} refused`]),
      ...(settled.some(({ woken }) => woken) ? ['operations that waited go on now'] : []),
    ],
    exitCode: codeOf(rows, isOne),
  };
}

const resultHead = ['intent', 'state', 'verb', 'target', 'why'];
const resultCells = (row: SettledDoubt): Cell[] => [
  row.intentId,
  row.settled ? { text: 'settled', tone: 'good' } : { text: 'refused', tone: 'bad' },
  row.verb ?? '',
  row.key === undefined ? '' : doubtTarget(row),
  row.message,
];

const resultLine = (row: SettledDoubt): Cell[] => {
  const { intentId, settled, key, verb, message } = row;
  return [
    { text: settled ? 'settled' : 'refused', tone: settled ? 'good' : 'bad' },
    intentId.slice(0, SHORT),
    ...(key === undefined ? [] : [`${verb} ${doubtTarget(row)}:`]),
    message,
  ];
};

/** One: refused is "right as asked, but not now or not so". Of many, some may be: that is a failure, as of any many. */
function codeOf(rows: readonly SettledDoubt[], isOne: boolean): ExitCode {
  const [refused] = rows.filter((row) => !row.settled);
  if (!refused) return exitCodes.done;
  if (!isOne) return exitCodes.failed;
  const codes: Partial<Record<NonNullable<SettledDoubt['why']>, ExitCode>> = {
    'not-in-doubt': exitCodes.failed,
    several: exitCodes.usage,
    unreadable: exitCodes.unreachable,
  };
  return codes[refused.why ?? 'grace'] ?? exitCodes.refused;
}

const addPlace = (command: Command): Command =>
  addUnlistedRegion(command)
    .option('--account <name>', 'only of this account, by name or uid')
    .option(
      '--region <region>',
      `only in this region; ${centralPlace}: products without regions`,
      regionFlag('--region'),
    )
    .option('--product <product>', 'only of this product');

/** `doubt`: changes whose end is unknown, and their settling by a person's word. */
export function addDoubtGroup(program: Command, session: Session): void {
  const doubt = program
    .command('doubt')
    .description('changes that were sent and of which nobody knows whether they happened');
  const listCommand = doubt
    .command('list')
    .description('what was sent and when, who asked, what was seen last, when it is decided');
  addOutputFlags(addLimit(addPlace(listCommand))).action(async (flags: PlaceFlags & { limit?: number }) =>
    session.answer(await listDoubtRows(flags, session)),
  );
  const resolveCommand = doubt.command('resolve').description('say how a change in doubt ended; a look has to agree');
  addOutputFlags(addPlace(resolveCommand))
    .argument('[intent]', 'its id, or what that begins with')
    .option('--all', 'everything that is in doubt, everywhere')
    .option('--as <verdict>', 'done: it took effect; not-done: it did not happen (after its grace only)')
    .option('--reason <text>', 'why, for the record')
    .option('--requested-by <who>', 'who says so, for the record (default: your login name)')
    .action(async (intent: string | undefined, flags: ResolveFlags) =>
      session.answer(await resolve(intent, flags, session)),
    );
}
