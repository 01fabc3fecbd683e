import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { BulkItemRequest } from '../../../client/index.js';
import { type FaultRuleInput, type JournalEntry, type Seed, defaultAccount } from '../../../simulator/index.js';
import { rough, stormRules } from '../storm.js';
import { type ChaosTarget, leafOf, targetNumber } from '../targets.js';

/** Fate of a target while all are enabled, until it is cured. */
export type Fate =
  | 'well'
  /** Its create is refused for good. */
  | 'poisoned'
  /** Its region swallows every call. */
  | 'black-holed'
  /** Its region answers after 5 s. */
  | 'slow'
  /** The role in its account is revoked. */
  | 'revoked'
  /** Its region has no room for one flow log more. */
  | 'full';

/** One target of a bulk campaign. */
export interface BulkTarget extends ChaosTarget {
  readonly fate: Fate;
}

/** Of every 30 targets these are not well; all of them VPCs, every third being one. */
const fates: Readonly<Record<number, Fate>> = {
  0: 'poisoned',
  6: 'black-holed',
  12: 'slow',
  18: 'revoked',
  24: 'full',
};

/** Regions where all is well; ECR has none. */
const wellRegions = ['cn-hangzhou', 'cn-beijing', 'cn-hongkong'] as const;
const regionOf: Partial<Record<Fate, string>> = {
  'black-holed': 'cn-shanghai',
  slow: 'cn-shenzhen',
  full: 'cn-qingdao',
};

const SLOW_MS = 5_000;

const otherAccount = '1000000000000002';
const role = 'flowlog';
export const roleArn = `acs:ram::${otherAccount}:role/${role}`;

/** Calls a second that the cloud takes for each API, account and region, and the share of them that the service may use. */
export const limitPerSecond = 20;
export const budgetShare = 0.5;

/** VPC flow logs that one region may have: the full one has them all, the others come nowhere near. */
export const quotaFor = (targets: number): number => 150 + Math.ceil(targets / 10);

/** Two accounts for the worker, the second by its role. */
export const accounts = {
  here: { uid: defaultAccount.uid, budgets: { '*': limitPerSecond } },
  there: { uid: otherAccount, roleArn, budgets: { '*': limitPerSecond } },
};

/** All targets, in an order in which the products, regions and fates take turns. */
export const targetsOf = (count: number): readonly BulkTarget[] =>
  Array.from({ length: count }, (_, index) => at(index));

function at(index: number): BulkTarget {
  const { target, place } = targetNumber(index);
  const fate = fates[index % 30] ?? 'well';
  const region = regionOf[fate] ?? wellRegions[Math.floor(index / 3) % wellRegions.length];
  const accountId = fate === 'revoked' ? otherAccount : target.accountId;
  return {
    place,
    fate,
    target: {
      ...target,
      accountId,
      ...omitUndefined({ region: target.region ? region : undefined }),
    } as ChaosTarget['target'],
  };
}

const destination = { project: 'netlogs', logStore: 'flow' };

/** Deadline in ms for targets that cannot be served: they are given up early. */
const GIVEN_UP_MS = 30_000;

export const isGivenUp = (fate: Fate): boolean => fate === 'black-holed' || fate === 'revoked';

/** Items of a bulk's request for these targets. */
export const itemsOf = (targets: readonly BulkTarget[], isPatient = false): readonly BulkItemRequest[] =>
  targets.map(({ target, fate }) => ({
    target,
    spec: { destination },
    ...omitUndefined({ options: isGivenUp(fate) && !isPatient ? { deadlineMs: GIVEN_UP_MS } : undefined }),
  }));

/** Flow logs of others: enough on two pages of one list, and all that fit into the full region. */
export function seedsOf(targets: number): readonly Seed[] {
  const foreign = (word: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      product: 'vpc' as const,
      resource: { type: 'VPC', id: `vpc-${word}-${index}` },
      destination,
    }));
  return [
    { accounts: [{ uid: otherAccount, roles: [{ name: role, trusts: [defaultAccount.uid] }] }] },
    { region: wellRegions[0], flowLogs: foreign('theirs', 80) },
    { region: regionOf.full ?? '', flowLogs: foreign('fills', quotaFor(targets)) },
  ];
}

/** Creates on these are refused for good. */
export const poison = (targets: readonly BulkTarget[]): readonly FaultRuleInput[] =>
  targets.map(({ target: { product }, place }) => {
    const named = { product, action: '^Create', resource: leafOf(place) };
    return { ...named, when: 'before', effect: 'code', code: 'InvalidParameter', status: 400 };
  });

/** Lists that do not tell the truth. */
const lies = ['total-high', 'total-low', 'repeat', 'skip', 'stuck'] as const;

/** The storm of any campaign, untrue lists, and, until they are cured, what ails targets and regions. */
export function rulesOf(
  targets: readonly BulkTarget[],
  journal: readonly JournalEntry[],
  isCured: boolean,
): readonly FaultRuleInput[] {
  const ailments: readonly FaultRuleInput[] = [
    { region: regionOf['black-holed'] ?? '', when: 'before', effect: 'timeout' },
    { region: regionOf.slow ?? '', latencyMs: SLOW_MS },
    ...poison(targets.filter(({ fate }) => fate === 'poisoned')),
  ];
  return [
    ...(isCured ? [] : ailments),
    ...lies.map((lie): FaultRuleInput => ({ action: '^Describe', effect: 'lie', lie, probability: 0.01 })),
    ...stormRules(journal, rough),
  ];
}

/** Flow log of another user in a region that others use: such flow logs come and go while lists are read. */
export function passerBy(index: number): NonNullable<Seed['flowLogs']>[number] {
  return { product: 'vpc', resource: { type: 'VPC', id: `vpc-passes-${index}` }, destination };
}
export const passersByRegion = wellRegions[0];
