import type { FaultRuleInput, JournalEntry } from '../../simulator/index.js';

/** The share of all calls that meet a fault. */
const SHARE = 0.1;

/** What throttled calls are told to wait. */
export const RETRY_AFTER_MS = 800;

/** Calls that change something, however the product spells them. */
export const changing = '^(Create|Activ|Deactiv|Modify|Delete)';

type Injury = Omit<FaultRuleInput, 'probability' | 'count'>;

/** Every class of fault, by name. Reads meet them as well as changes; the busy codes are changes' only. */
const classes: Readonly<Record<string, Injury>> = {
  'reset before': { when: 'before', effect: 'reset' },
  'reset after': { when: 'after', effect: 'reset' },
  'timeout before': { when: 'before', effect: 'timeout' },
  'timeout after': { when: 'after', effect: 'timeout' },
  'half-body after': { when: 'after', effect: 'half-body' },
  'html before': { when: 'before', effect: 'html' },
  'html after': { when: 'after', effect: 'html' },
  'empty before': { when: 'before', effect: 'empty' },
  'empty after': { when: 'after', effect: 'empty' },
  'codeless-500 before': { when: 'before', effect: 'codeless-500' },
  'codeless-500 after': { when: 'after', effect: 'codeless-500' },
  'status before': { when: 'before', effect: 'status', status: 503 },
  'InternalErrorTemp before': { when: 'before', effect: 'code', code: 'InternalErrorTemp', status: 400 },
  'InternalErrorTemp after': { when: 'after', effect: 'code', code: 'InternalErrorTemp', status: 400 },
  'Throttling.User before': {
    when: 'before',
    effect: 'code',
    code: 'Throttling.User',
    status: 400,
    retryAfterMs: RETRY_AFTER_MS,
  },
  'IncorrectStatus.flowlog before': busy('vpc', 'IncorrectStatus.flowlog'),
  'IncorrectStatus.TrFlowlog before': busy('cen', 'IncorrectStatus.TrFlowlog'),
  'IncorrectStatus.Ecr before': busy('ecr', 'IncorrectStatus.Ecr'),
};

function busy(product: 'vpc' | 'cen' | 'ecr', code: string): Injury {
  return { product, action: changing, when: 'before', effect: 'code', code, status: 400 };
}

/** Names of all classes. */
export const faultClasses: readonly string[] = Object.keys(classes);

/** The class of the fault that met a changing call; undefined where none did, or where it merely was held. */
function classOf({ kind, fault, code, committed }: JournalEntry): string | undefined {
  if (kind !== 'change' || fault === undefined || fault === 'none') return undefined;
  return `${fault === 'code' ? code : fault} ${committed ? 'after' : 'before'}`;
}

/** How many changes met a fault of each class. Counted from the journal; zero where none did. */
export function faultsMet(journal: readonly JournalEntry[]): Readonly<Record<string, number>> {
  const counts = Object.fromEntries(faultClasses.map((name) => [name, 0]));
  for (const call of journal) {
    const name = classOf(call);
    if (name !== undefined && name in counts) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/**
 * The rules in force: every class with the same chance at every call it is for, and for each class that no change has met so far one
 * change more, so that even a small campaign meets them all.
 */
export function stormRules(journal: readonly JournalEntry[]): readonly FaultRuleInput[] {
  const met = faultsMet(journal);
  const missing = faultClasses.filter((name) => met[name] === 0);
  // A call that one rule spares meets the next: together the rules for all calls hit the share.
  const general = Object.values(classes).filter(({ product }) => product === undefined).length;
  const probability = 1 - (1 - SHARE) ** (1 / general);
  return [
    ...missing.map((name) => ({ ...(classes[name] as Injury), action: changing, count: 1 })),
    ...Object.values(classes).map((injury) => ({ ...injury, probability })),
  ];
}
