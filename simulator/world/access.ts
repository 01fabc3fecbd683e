/** A credential and whose it is. One with a token is temporary. */
export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly accountId: string;
  readonly securityToken?: string;
  /** Epoch ms. */
  readonly expiresAt?: number;
  readonly disabled?: boolean;
  /** The principal's ARN; default the account's root. */
  readonly arn?: string;
  /** ARN of the role whose session this is. */
  readonly roleArn?: string;
}

/** A RAM role: an identity of its account that those it trusts may take on. */
export interface Role {
  /** `acs:ram::<uid>:role/<name>`. */
  readonly arn: string;
  readonly accountId: string;
  readonly name: string;
  /** Principals that may assume it: uids of accounts, access key ids, ARNs. */
  readonly trusts: readonly string[];
  /** The external id that the caller must give to assume it, where set. */
  readonly externalId?: string;
  /** Longest session, in seconds. */
  readonly maxSessionSeconds: number;
  /** True while the role is revoked: no principal may assume it. */
  readonly revoked?: boolean;
}

/** The account itself, where a key says nothing else of its principal. */
export const principalOf = ({ arn, accountId }: AccessKey): string => arn ?? `acs:ram::${accountId}:root`;

/** The ARN of an account's role. */
export const roleArn = (accountId: string, name: string): string => `acs:ram::${accountId}:role/${name}`;

/** An id as the cloud gives to roles: a long number, the same for the same ARN. */
export function roleIdOf(arn: string): string {
  let hash = 0n;
  for (const char of arn) hash = (hash * 1_099_511_628_211n + BigInt(char.codePointAt(0) ?? 0)) % 10n ** 17n;
  return `3${hash.toString().padStart(17, '0')}`;
}
