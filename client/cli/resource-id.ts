import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Product } from '../../cloud/flow-log.js';

/**
 * The short form of a target: the cloud's ids say by their prefix what they are. This table is the CLI's only knowledge of them;
 * whatever it cannot tell is asked for by a flag, never guessed.
 */
export interface IdForm {
  readonly prefix: string;
  readonly example: string;
  /** Products whose ids look so; more than one: `--product` decides. */
  readonly products: readonly Product[];
  /** `flow-log` for the id of a flow log, else the field of the resource that the id fills. */
  readonly names: 'flow-log' | string;
  /** Other fields of the resource that follow from the prefix. */
  readonly implies?: Readonly<Record<string, string>>;
  /** Fields that must come by flag, with the flag. */
  readonly needs?: Readonly<Record<string, TargetFlag>>;
}

/** Flags that name a target or a part of it. */
export interface TargetFlags {
  readonly product?: string;
  readonly region?: string;
  readonly account?: string;
  readonly cen?: string;
  readonly router?: string;
  readonly attachment?: string;
  readonly ecr?: string;
  readonly vbr?: string;
}
export type TargetFlag = keyof TargetFlags;

/** Longest prefix first: `tr-attach-` is not a `tr-`. */
export const idForms: readonly IdForm[] = [
  { prefix: 'ecr-flog-', example: 'ecr-flog-1a2b', products: ['ecr'], names: 'flow-log' },
  { prefix: 'flowlog-', example: 'flowlog-1a2b', products: ['cen', 'ecr'], names: 'flow-log' },
  { prefix: 'fl-', example: 'fl-1a2b', products: ['vpc'], names: 'flow-log' },
  { prefix: 'vpc-', example: 'vpc-1a2b', products: ['vpc'], names: 'id', implies: { type: 'VPC' } },
  { prefix: 'vsw-', example: 'vsw-1a2b', products: ['vpc'], names: 'id', implies: { type: 'VSwitch' } },
  { prefix: 'eni-', example: 'eni-1a2b', products: ['vpc'], names: 'id', implies: { type: 'NetworkInterface' } },
  {
    prefix: 'tr-attach-',
    example: 'tr-attach-1a2b',
    products: ['cen'],
    names: 'transitRouterAttachmentId',
    needs: { cenId: 'cen' },
  },
  { prefix: 'tr-', example: 'tr-1a2b', products: ['cen'], names: 'transitRouterId', needs: { cenId: 'cen' } },
  { prefix: 'vbr-', example: 'vbr-1a2b', products: ['ecr'], names: 'instanceId', needs: { ecrId: 'ecr' } },
];

/** Flags that fill a field of the resource, by product; naming one of them names the product. */
const resourceFlags: Readonly<Partial<Record<TargetFlag, { product: Product; field: string }>>> = {
  cen: { product: 'cen', field: 'cenId' },
  router: { product: 'cen', field: 'transitRouterId' },
  attachment: { product: 'cen', field: 'transitRouterAttachmentId' },
  ecr: { product: 'ecr', field: 'ecrId' },
  vbr: { product: 'ecr', field: 'instanceId' },
};

/** A target as the command line has it: nothing checked but that it can be told what it is. */
export interface NamedTarget {
  readonly product: Product;
  readonly account?: string;
  readonly region?: string;
  readonly resource?: Readonly<Record<string, string>>;
  readonly flowLogId?: string;
  readonly ecrId?: string;
}

/** The words on the command line do not tell which target is meant. */
export class AmbiguousTargetError extends Error {
  override readonly name = 'AmbiguousTargetError';
}

const knownForms = idForms.map(({ example }) => example).join(', ');

function formOf(id: string): IdForm {
  const form = idForms.find(({ prefix }) => id.startsWith(prefix));
  if (form) return form;
  throw new AmbiguousTargetError(`"${id}" is no id that says what it is; known forms: ${knownForms}`);
}

/** The fields that flags give to a resource, and the products these flags belong to. */
function fromFlags(flags: TargetFlags): { fields: Record<string, string>; products: Set<Product> } {
  const fields: Record<string, string> = {};
  const products = new Set<Product>();
  for (const [flag, meaning] of Object.entries(resourceFlags)) {
    const value = flags[flag as TargetFlag];
    if (value === undefined) continue;
    fields[meaning.field] = value;
    products.add(meaning.product);
  }
  return { fields, products };
}

/** The one product among `candidates`, narrowed by `--product` and by the flags that belong to one. */
function productOfPrefix(
  what: string,
  candidates: readonly Product[],
  flags: TargetFlags,
  flagged: ReadonlySet<Product>,
): Product {
  const wanted = candidates.filter(
    (product) => (!flags.product || flags.product === product) && (flagged.size === 0 || flagged.has(product)),
  );
  const [product] = wanted;
  if (wanted.length === 1 && product) return product;
  throw new AmbiguousTargetError(
    wanted.length === 0
      ? `${what} does not go with ${flags.product ? `--product ${flags.product}` : 'these flags'}`
      : `${what} may belong to ${wanted.join(' or ')}: say --product`,
  );
}

const placeOfFlags = ({ account, region }: TargetFlags) =>
  omitUndefined({ account: account || undefined, region: region || undefined });

/**
 * Tells what an id and flags name.
 * @throws AmbiguousTargetError with what to add, when they do not tell.
 */
export function targetOf(id: string | undefined, flags: TargetFlags): NamedTarget {
  const { fields, products } = fromFlags(flags);
  if (id === undefined) {
    if (products.size === 0)
      throw new AmbiguousTargetError(`name a target: an id (${knownForms}), flags, or -f manifest`);
    const product = productOfPrefix('this set of flags', [...products], flags, new Set());
    return { product, ...placeOfFlags(flags), resource: fields };
  }
  const form = formOf(id);
  const product = productOfPrefix(`"${id}"`, form.products, flags, products);
  if (form.names === 'flow-log') {
    const { ecrId } = fields;
    return { product, ...placeOfFlags(flags), flowLogId: id, ...omitUndefined({ ecrId: ecrId || undefined }) };
  }
  for (const [field, flag] of Object.entries(form.needs ?? {}))
    if (fields[field] === undefined) throw new AmbiguousTargetError(`"${id}" needs --${flag} beside it`);
  return { product, ...placeOfFlags(flags), resource: { ...form.implies, ...fields, [form.names]: id } };
}
