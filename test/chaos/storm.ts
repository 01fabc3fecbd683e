import type { FaultRuleInput, JournalEntry } from '../../simulator/index.js';

/** Wait that throttled calls are told, in ms. */
export const RETRY_AFTER_MS = 800;

/** Calls that change something, however the product spells them. */
export const changing = '^(Create|Activ|Deactiv|Modify|Delete)';

type Injury = Omit<FaultRuleInput, 'probability' | 'count'>;

/** Faults that calls meet in one campaign. */
export interface Storm {
  /** Every class of fault, by name. */
  readonly classes: Readonly<Record<string, Injury>>;
  /** The share of calls that meet one of the classes for all calls. */
  readonly share: number;
  /** The share of changes that meet one of the other classes, each class of them; default: as those for all calls. */
  readonly shareOfChanges?: number;
  /** The share of answers that are lost, beside all that. */
  readonly lost?: number;
}

/** Reads meet them as well as changes; the busy codes are changes' only. */
const common: Readonly<Record<string, Injury>> = {
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

/** A tenth of all calls is hurt. */
export const rough: Storm = { classes: common, share: 0.1 };

/** Codes that come after the act, as if it had been refused. */
const told = { action: changing, when: 'after', effect: 'code' } as const;
const inDoubt = {
  ServiceUnavailable: 503,
  SystemBusy: 400,
  TaskConflict: 400,
  OperationConflict: 400,
  NeverHeardOf: 500,
};
const busyAfter = { vpc: 'IncorrectStatus.flowlog', cen: 'IncorrectStatus.TrFlowlog', ecr: 'IncorrectStatus.Ecr' };

/** Three of ten answers are lost, and changes are done whose code says that they were not. */
export const lossy: Storm = {
  classes: {
    ...common,
    ...Object.fromEntries(
      Object.entries(inDoubt).map(([code, status]) => [`${code} after`, { ...told, code, status }] as const),
    ),
    ...Object.fromEntries(
      Object.entries(busyAfter).map(([product, code]) => [
        `${code} after`,
        { ...told, product: product as keyof typeof busyAfter, code, status: 400 },
      ]),
    ),
  },
  share: 0.05,
  shareOfChanges: 0.03,
  lost: 0.3,
};

/** The class of the fault that met a changing call; undefined where none did, or where it merely was held. */
function classOf({ kind, fault, code, committed }: JournalEntry): string | undefined {
  if (kind !== 'change' || fault === undefined || fault === 'none') return undefined;
  return `${fault === 'code' ? code : fault} ${committed ? 'after' : 'before'}`;
}

/** Counts the changes that met a fault of each class, from the journal; zero where none did. */
export function faultsMet(journal: readonly JournalEntry[], { classes }: Storm): Readonly<Record<string, number>> {
  const counts = Object.fromEntries(Object.keys(classes).map((name) => [name, 0]));
  for (const call of journal) {
    const name = classOf(call);
    if (name !== undefined && name in counts) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/**
 * The rules in force: every class with its chance at every call it is for, lost answers, and for each class that no change has met so far
 * one change more, so that even a small campaign meets them all.
 */
export function stormRules(journal: readonly JournalEntry[], storm: Storm): readonly FaultRuleInput[] {
  const { classes, share, shareOfChanges, lost } = storm;
  const met = faultsMet(journal, storm);
  const missing = Object.entries(classes).filter(([name]) => met[name] === 0);
  // A call that one rule spares meets the next: together the rules for all calls hit the share.
  const isGeneral = ({ action }: Injury) => action === undefined;
  const general = Object.values(classes).filter(isGeneral).length;
  const each = 1 - (1 - share) ** (1 / general);
  return [
    ...missing.map(([, injury]) => ({ ...injury, action: changing, count: 1 })),
    ...Object.values(classes).map((injury) => ({
      ...injury,
      probability: isGeneral(injury) ? each : (shareOfChanges ?? each),
    })),
    ...(lost === undefined ? [] : [{ when: 'after', effect: 'reset', probability: lost } as const]),
  ];
}
