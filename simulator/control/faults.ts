import { z } from 'zod';
import { simulatedServices } from '../actions/action.js';
import { lies } from '../actions/paging.js';
import { randomStream } from './random.js';
import { writerSchema } from './writer.js';

/** Effects of a fault on a call. Before the effect the call is lost; after it only the answer is. */
export const effects = [
  /** An error answer with `code`, although committed when `after`. Status 200 wraps it as ECR wraps failures in a success. */
  'code',
  /** A bare HTTP answer with `status` and a line of plain text. */
  'status',
  /** The connection is reset. */
  'reset',
  /** No answer, until the client goes away or two minutes have passed. */
  'timeout',
  /** Headers and half the body, then the connection is reset. */
  'half-body',
  /** A proxy's 502 page. */
  'html',
  /** 200 with nothing in it. */
  'empty',
  /** A JSON 500 without a Code. */
  'codeless-500',
  /** A page of a list that does not tell the truth, as `lie` says; told only where it makes a difference. */
  'lie',
  /** Nothing: for latency, a barrier or a late commit alone. */
  'none',
] as const;
export type FaultEffect = (typeof effects)[number];

const pattern = z.string().refine(isPattern, 'must be an exact name or, beginning with ^, a regular expression');

const faultRule = z
  .strictObject({
    /** Conditions on the call: every field given must match. */
    product: z.enum(simulatedServices).optional(),
    /** Exact, or a regular expression when it begins with `^`. */
    action: pattern.optional(),
    accountId: z.string().optional(),
    region: z.string().optional(),
    /** An id the call names as what is or contains what is logged, or that the named flow log is on. */
    resource: z.string().optional(),
    flowLogId: z.string().optional(),
    /** Share of the matching calls: all by default, a probability, the first `count`, or every n-th. */
    probability: z.number().min(0).max(1).optional(),
    count: z.number().int().min(1).optional(),
    every: z.number().int().min(1).optional(),
    /** Before the effect, or after it: only calls that were accepted meet an `after` fault. */
    when: z.enum(['before', 'after']).default('before'),
    effect: z.enum(effects).default('none'),
    code: z.string().min(1).optional(),
    lie: z.enum(lies).optional(),
    status: z.number().int().min(200).max(599).optional(),
    message: z.string().optional(),
    /** Sent as `x-acs-retry-after`, in ms. */
    retryAfterMs: z.number().min(0).optional(),
    /** Held so long at this point, in ms. */
    latencyMs: z.number().int().min(0).max(600_000).optional(),
    /** Held at this point until the barrier of this name is released. */
    barrier: z.string().min(1).optional(),
    /** Another program's work, done while this page of flow logs is being answered: the page does not show it, the next one may. */
    writes: writerSchema.optional(),
    /** The effect of this very call begins so much later, in ms, instead of the configured delay. */
    commitDelayMs: z.number().int().min(0).max(600_000).optional(),
  })
  .refine((rule) => rule.effect !== 'code' || rule.code !== undefined, {
    path: ['code'],
    message: "is needed for the effect 'code'",
  })
  .refine((rule) => rule.writes === undefined || rule.when === 'after', {
    path: ['writes'],
    message: "needs when: 'after': only a page that was made is followed by another",
  })
  .refine((rule) => rule.effect !== 'status' || rule.status !== undefined, {
    path: ['status'],
    message: "is needed for the effect 'status'",
  })
  .refine((rule) => (rule.effect === 'lie') === (rule.lie !== undefined), {
    path: ['lie'],
    message: "goes with the effect 'lie' and with no other",
  });

/** Rules with the seed of their chances. */
export const faultsSchema = z.strictObject({
  rules: z.array(faultRule),
  /** Default 1. */
  seed: z.number().int().default(1),
});
export type FaultRule = z.infer<typeof faultRule>;
export type FaultRuleInput = z.input<typeof faultRule>;

/** Properties of a call that rules match against. */
export interface FaultSubject {
  readonly product: string;
  readonly action: string;
  readonly accountId: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly flowLogId: string | undefined;
  /** True where the call asks for a page of a list. */
  readonly paged: boolean;
}

/** A rule at work. */
export interface ActiveRule extends FaultRule {
  /** Calls that fitted the description, hit or not. */
  seen: number;
  /** Calls it was applied to. */
  hits: number;
}

/** The rules now in force; the first that matches a call wins. */
export class Faults {
  #rules: { rule: ActiveRule; random: () => number }[] = [];

  /** Replaces all rules. Every rule draws from a stream of its own, so one rule's chances do not move another's. */
  set(rules: readonly FaultRule[], seed: number): void {
    this.#rules = [];
    this.add(rules, seed);
  }

  /** Adds rules behind those in force. */
  add(rules: readonly FaultRule[], seed: number): void {
    const first = this.#rules.length;
    const added = rules.map((rule, index) => ({
      rule: { ...rule, seen: 0, hits: 0 },
      random: randomStream(Math.imul(seed, 0x9e3779b1) + first + index),
    }));
    this.#rules.push(...added);
  }

  clear(): void {
    this.#rules = [];
  }

  list(): readonly ActiveRule[] {
    return this.#rules.map(({ rule }) => ({ ...rule }));
  }

  /** The rule that hits this call, counted as used. */
  match(subject: FaultSubject): ActiveRule | undefined {
    for (const { rule, random } of this.#rules) {
      if (!ruleFits(rule, subject)) continue;
      rule.seen += 1;
      if (rule.count !== undefined && rule.hits >= rule.count) continue;
      if (rule.every !== undefined && rule.seen % rule.every !== 0) continue;
      if (rule.probability !== undefined && random() >= rule.probability) continue;
      rule.hits += 1;
      return rule;
    }
    return undefined;
  }

  /** Takes back a hit: the call was refused before an `after` fault could meet it, or a lie would have been the truth. */
  giveBack(rule: ActiveRule): void {
    rule.hits -= 1;
  }
}

function ruleFits(rule: FaultRule, subject: FaultSubject): boolean {
  const { product, action, accountId, region, resource, flowLogId } = rule;
  return (
    ((rule.effect !== 'lie' && !rule.writes) || subject.paged) &&
    (product === undefined || product === subject.product) &&
    (action === undefined ||
      (action.startsWith('^') ? new RegExp(action).test(subject.action) : action === subject.action)) &&
    (accountId === undefined || accountId === subject.accountId) &&
    (region === undefined || region === subject.region) &&
    (resource === undefined || subject.resources.includes(resource)) &&
    (flowLogId === undefined || flowLogId === subject.flowLogId)
  );
}

function isPattern(text: string): boolean {
  if (!text.startsWith('^')) return text.length > 0;
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
