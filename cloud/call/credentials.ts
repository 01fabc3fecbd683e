import { DefaultCredentialsProvider } from '@alicloud/credentials';
import { omitUndefined } from '../omit-undefined.js';
import type { Account } from './accounts.js';
import { BudgetWait } from './budget.js';
import type { Credentials, CredentialsProvider } from './client.js';
import type { CloudClient } from './port.js';
import { CloudError } from '../errors/cloud-error.js';
import { catalogued } from '../errors/catalogue.js';
import { redactSecrets } from './redact.js';
import { singleFlight } from './single-flight.js';

/**
 * The default chain: environment, OIDC, CLI and SDK profiles, ECS role, URI, in the library's order. Three defects of the library are
 * mended here: it notes the provider it is trying as the one that works, so that parallel first calls fail and a total failure lasts for
 * ever; and it fetches once for each parallel caller. So: one call at a time, shared, and a new chain after a failure.
 * @param build makes a chain; a test gives its own
 */
export function defaultChain(
  build: () => CredentialsProvider = () => DefaultCredentialsProvider.builder().build(),
): CredentialsProvider {
  let chain: CredentialsProvider | undefined;
  let given: string | undefined;
  const ask = singleFlight(async () => {
    try {
      chain ??= build();
      const { accessKeyId, accessKeySecret, securityToken } = await chain.getCredentials();
      given = accessKeyId;
      return { accessKeyId, accessKeySecret, ...omitUndefined({ securityToken: securityToken || undefined }) };
    } catch (error) {
      chain = undefined;
      throw error;
    }
  });
  return {
    getCredentials: ask,
    // A chain looks at its sources once: only a new chain finds a key that a person has put there since.
    refused: (accessKeyId) => {
      if (accessKeyId === given) chain = undefined;
    },
  };
}

/** Stands for the default credentials themselves, which call the token service in the name of no account of ours. */
export const baseAccountId = 'default-credentials';

/** Duration asked for an assumed role's credentials, in seconds: every role allows it. */
const sessionSeconds = 3_600;

/** A new session is fetched when this share of the old one is left, */
const refreshShare = 0.25;
/** and while that fails the old one is used until this close to its end, in ms. */
const lastUseMs = 60_000;

interface SessionCredentials extends Credentials {
  readonly fetchedAtMs: number;
  readonly expiresAtMs: number;
}

/**
 * The credentials of a role, assumed through our own client with the default credentials, and fetched anew well before they expire, or
 * when the cloud takes them no more. A role that could be assumed before and is denied now was taken back: the operation waits for it, as
 * for credentials that expired. A role that never could be assumed is a mistake that a person must mend.
 */
export function assumedRole(
  account: Account,
  cloud: () => CloudClient,
  now: () => number = Date.now,
): CredentialsProvider {
  let session: SessionCredentials | undefined;
  let wasAssumed = false;
  const renew = singleFlight(async () => {
    try {
      session = await fetchSession(account, cloud(), now());
    } catch (error) {
      throw wasAssumed ? takenBack(error, account) : error;
    }
    wasAssumed = true;
    return session;
  });
  return {
    getCredentials: async () => {
      if (session && now() < session.expiresAtMs - refreshShare * (session.expiresAtMs - session.fetchedAtMs))
        return session;
      try {
        return await renew();
      } catch (error) {
        if (session && now() < session.expiresAtMs - lastUseMs) return session;
        throw error;
      }
    },
    refused: (accessKeyId) => {
      if (accessKeyId === session?.accessKeyId) session = undefined;
    },
  };
}

function takenBack(error: unknown, { roleArn }: Account): unknown {
  if (!(error instanceof CloudError) || error.kind !== 'denied') return error;
  const advice = `Let ${roleArn} be assumed again; the operation goes on by itself.`;
  return new CloudError({ ...error.details, untilDeadline: true, advice }, { cause: error });
}

async function fetchSession(account: Account, cloud: CloudClient, fetchedAtMs: number): Promise<SessionCredentials> {
  const { body, requestId } = await cloud.call({
    service: 'sts',
    action: 'AssumeRole',
    accountId: baseAccountId,
    params: {
      RoleArn: account.roleArn,
      RoleSessionName: account.sessionName ?? 'flowlog',
      ExternalId: account.externalId,
      DurationSeconds: sessionSeconds,
    },
  });
  const given = (body['Credentials'] ?? {}) as Record<string, unknown>;
  const { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret, SecurityToken: securityToken } = given;
  const expiresAtMs = Date.parse(String(given['Expiration']));
  const isWhole = [accessKeyId, accessKeySecret, securityToken].every(
    (text) => typeof text === 'string' && text !== '',
  );
  if (!isWhole || Number.isNaN(expiresAtMs)) {
    throw stsError('AssumeRole', 'UnexpectedBody', 'the answer holds no complete credentials', requestId);
  }
  return {
    accessKeyId: String(accessKeyId),
    accessKeySecret: String(accessKeySecret),
    securityToken: String(securityToken),
    fetchedAtMs,
    expiresAtMs,
  };
}

/** Identity of a credential, as the cloud says. */
export interface Identity {
  /** The uid of the account it belongs to. */
  readonly accountId: string;
  /** ARN of the RAM user, role session or account. */
  readonly arn: string;
}

/** The credentials of every account, and the proof that they are the account's own. */
export interface AccountCredentials {
  /**
   * The provider for an account's uid.
   * @throws CloudError of kind `denied`, code `AccountUnknown`
   */
  providerFor(accountId: string): CredentialsProvider;
  /**
   * Asks the cloud for the owner of the credentials, once for each account and credential.
   * @throws CloudError of kind `denied`, code `AccountMismatch`, when they are another account's
   */
  verifyUid(accountId: string): Promise<Identity>;
}

export interface AccountCredentialsOptions {
  /** None: the default credentials are used for whatever account is asked for, and must be that account's own. */
  readonly accounts: readonly Account[];
  /** The client that is built with these credentials; asked for when first needed. */
  readonly cloud: () => CloudClient;
  /** Default {@link defaultChain}. */
  readonly base?: CredentialsProvider;
  /** ms since 1970. */
  readonly now?: () => number;
}

/** Sets up credentials for all accounts over one default chain. */
export function createAccountCredentials(options: AccountCredentialsOptions): AccountCredentials {
  const { accounts, cloud, base = defaultChain(), now } = options;
  const providers = new Map(
    accounts.map((account) => [account.accountId, account.roleArn ? assumedRole(account, cloud, now) : base]),
  );
  const providerFor = (accountId: string): CredentialsProvider => {
    if (accountId === baseAccountId || accounts.length === 0) return base;
    const provider = providers.get(accountId);
    if (provider) return provider;
    throw stsError('GetCallerIdentity', 'AccountUnknown', `no account with the uid ${accountId} is configured`);
  };
  const verified = new Map<string, { readonly accessKeyId: string; readonly identity: Promise<Identity> }>();
  return {
    providerFor,
    verifyUid: async (accountId) => {
      const { accessKeyId } = await credentialsOf(providerFor(accountId));
      const known = verified.get(accountId);
      if (known?.accessKeyId === accessKeyId) return known.identity;
      const identity = askIdentity(accountId, cloud());
      verified.set(accountId, { accessKeyId, identity });
      // A question that failed is asked again; the cloud's answer holds for as long as the credential.
      identity.catch((error: unknown) => {
        const isAnswer = error instanceof CloudError && error.details.code === 'AccountMismatch';
        if (!isAnswer && verified.get(accountId)?.identity === identity) verified.delete(accountId);
      });
      return identity;
    },
  };
}

async function credentialsOf(provider: CredentialsProvider): Promise<Credentials> {
  try {
    return await provider.getCredentials();
  } catch (error) {
    if (error instanceof CloudError || error instanceof BudgetWait) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw stsError('GetCallerIdentity', 'CredentialsUnavailable', redactSecrets(message, []));
  }
}

async function askIdentity(accountId: string, cloud: CloudClient): Promise<Identity> {
  const action = 'GetCallerIdentity';
  const { body, requestId } = await cloud.call({ service: 'sts', action, accountId, params: {} });
  const identity = { accountId: String(body['AccountId'] ?? ''), arn: String(body['Arn'] ?? '') };
  if (identity.accountId === '') throw stsError(action, 'UnexpectedBody', 'the answer names no account', requestId);
  if (identity.accountId === accountId) return identity;
  const message = `the credentials for ${accountId} are ${identity.arn || 'those'} of account ${identity.accountId}`;
  throw stsError(action, 'AccountMismatch', message, requestId);
}

const stsError = (action: string, code: string, message: string, requestId?: string): CloudError =>
  new CloudError(
    catalogued({ service: 'sts', action, code, message, ...omitUndefined({ requestId: requestId || undefined }) }),
  );
