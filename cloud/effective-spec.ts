import { omitUndefined } from './omit-undefined.js';
import type { Product, ResourceTarget, Spec } from './flow-log.js';
import { allowedBy, fieldsOf, fieldValue, textFits, withField } from './products/fields.js';
import { placeName, resourceIdOf } from './target.js';

/** Something wrong with an input: the field, and the reason. */
export interface Problem {
  /** Dotted path of the field, for example `spec.destination.project`. */
  readonly path: string;
  /** The value that was given and the values that are allowed. */
  readonly message: string;
}

/** Thrown when an input is wrong; says everything that is. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  }
}

/** Values that the templates of a destination stand for. */
export interface SpecFacts {
  /** The account's name, where it has one. */
  readonly account?: string;
  readonly accountId: string;
  /** The region, or `central`. */
  readonly region: string;
  readonly resourceId: string;
}

/** Names that may stand in braces in a destination. */
export const templateNames = ['account', 'accountId', 'region', 'product', 'resourceId'] as const;

const template = /\{([A-Za-z]+)\}/g;

/** The facts of a target. */
export const factsOf = (target: ResourceTarget, account?: string): SpecFacts => ({
  ...omitUndefined({ account }),
  accountId: target.accountId,
  region: placeName(target),
  resourceId: resourceIdOf(target),
});

/** Replaces `{account} {accountId} {region} {product} {resourceId}`; a name without a value is left as it is. */
export function expandTemplates(text: string, product: Product, facts: SpecFacts): string {
  const values = new Map<string, string | undefined>(Object.entries({ ...facts, product }));
  return text.replace(template, (whole, name: string) => values.get(name) ?? whole);
}

/**
 * The spec as it applies to one target: templates expanded, and `trafficType` at its default where a whole flow log is described (a
 * destination is given). Other defaults are not filled in here, because a field that is not in the request is not compared with what
 * exists; the create request sends them.
 * @throws InvalidInput when an expanded name breaks the rule of its field
 */
export function effectiveSpec(product: Product, spec: Spec, facts: SpecFacts): Spec {
  let effective = spec;
  const problems: Problem[] = [];
  for (const [field, { rule, default: assumedValue, assumed }] of fieldsOf(product)) {
    const value = fieldValue(effective, field);
    if (value === undefined) {
      if (assumed && assumedValue !== undefined && spec.destination)
        effective = withField(effective, field, assumedValue);
    } else if (rule.kind === 'text' && rule.template && typeof value === 'string') {
      const expanded = value.includes('{') ? expandTemplates(value, product, facts) : value;
      if (expanded !== value) effective = withField(effective, field, expanded);
      if (!textFits(rule, expanded)) {
        problems.push({
          path: `spec.${field}`,
          message: `${asJson(value)} becomes ${asJson(expanded)}; must be ${allowedBy(rule)}`,
        });
      }
    }
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return effective;
}

const asJson = (text: string): string => JSON.stringify(text);
