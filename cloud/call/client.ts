import RPCClient from '@alicloud/pop-core';
import { omitUndefined } from '../omit-undefined.js';
import { createAgents, type Agents, type Exchange } from './agent.js';
import { BudgetWait } from './budget.js';
import type { CallOptions, CloudAnswer, CloudClient, CloudRequest } from './port.js';
import { CloudError } from '../errors/cloud-error.js';
import { endpointsFrom, type EndpointSettings } from './endpoints.js';
import { catalogued } from '../errors/catalogue.js';
import { giveLibrary } from './library-agents.js';
import { flatten, MalformedParameter } from './params.js';
import type { ProxyFor } from './proxy.js';
import { quietenHttpDebug } from './quiet.js';
import { redactSecrets, type Redact } from './redact.js';
import { TOO_LATE, endingOf, notSuccess, plainBody, retryAfterMs, type Body, type FailedCall } from './response.js';
import { LIBRARY_TIMEOUT_MS, startTimeout } from './timeout.js';
import { services, type Network } from '../products/services.js';
import { cut } from '../text.js';

/** Credentials that sign a request. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

/** Source of the credentials of one account; asked before every call. */
export interface CredentialsProvider {
  getCredentials(): Promise<Credentials>;
  /** Told that the cloud does not take this key, or its token, any more: a provider that can get another drops it. */
  refused?(accessKeyId: string): void;
}

/** The cloud's words for a key or a token that it does not take, in its code or, under another code, in its message. */
const refusedCredential =
  /^(InvalidSecurityToken|InvalidAccessKeyId)\.|SecurityToken\.Expired|security ?token (you provided )?(has |was |is )?expired|access key is not found/i;

export interface CloudClientOptions {
  /** The provider for an account's uid, asked once per service and region. May throw a CloudError, which is passed on. */
  readonly credentials: (accountId: string) => CredentialsProvider;
  /** Addresses that calls go to instead of the cloud's. */
  readonly endpoints?: EndpointSettings;
  /** Default `public`. */
  readonly network?: Network;
  /** The proxy of an address; default none for any. */
  readonly proxyFor?: ProxyFor;
  /** For name resolution, connection and TLS together. */
  readonly connectTimeoutMs: number;
  /** From the connection to the end of the answer. */
  readonly readTimeoutMs: number;
  /** Default {@link redactSecrets}. No setting turns it off; it can be replaced only here, so that a test can show that it is needed. */
  readonly redact?: Redact;
}

/** A client with sockets to close. */
export interface ClosableCloudClient extends CloudClient {
  close(): void;
}

/** Longest texts of the cloud that are kept, in UTF-16 units: every failure holds them several times. */
const KEPT_CHARACTERS = { name: 200, message: 1_000 } as const;

/** Number of secrets remembered of an account: those in use, and those of calls still under way when they changed. */
const rememberedSecrets = 8;

interface RpcConnection {
  readonly client: RPCClient;
  readonly endpoint: string;
  readonly secrets: readonly string[];
  readonly provider: CredentialsProvider;
}

/** The one place where calls leave: signed, sent as POST, timed out, and every failure turned into a CloudError. */
export function createCloudClient(options: CloudClientOptions): ClosableCloudClient {
  quietenHttpDebug();
  const agents = createAgents(options.connectTimeoutMs, undefined, options.proxyFor);
  if (options.proxyFor) giveLibrary(agents);
  const endpointOf = endpointsFrom(options.endpoints ?? {}, options.network);
  const secretsOf = new Map<string, string[]>();
  const lines = new Map<string, RpcConnection>();
  const lineFor = (request: CloudRequest): RpcConnection => {
    const id = JSON.stringify([request.service, request.region, request.accountId]);
    const secrets = secretsOf.get(request.accountId) ?? [];
    secretsOf.set(request.accountId, secrets);
    const open = () =>
      openLine(request, endpointOf(request.service, request.region), secrets, providerFor(options, request.accountId));
    const line = lines.get(id) ?? open();
    lines.set(id, line);
    return line;
  };
  const redact = options.redact ?? redactSecrets;
  return {
    call: (request, callOptions = {}) =>
      new CallUnderWay(request, callOptions, redact, options.readTimeoutMs).send(lineFor, agents),
    close: () => agents.close(),
  };
}

function providerFor({ credentials }: CloudClientOptions, accountId: string): CredentialsProvider {
  try {
    return credentials(accountId);
  } catch (error) {
    throw new NoCredentials(error);
  }
}

/** One client of the library for each service, region and account: it has one address and one provider. */
function openLine(
  request: CloudRequest,
  endpoint: string,
  secrets: string[],
  provider: CredentialsProvider,
): RpcConnection {
  const credentialsProvider = {
    getCredentials: async () => {
      const credentials = await provider.getCredentials().catch((error: unknown) => {
        throw new NoCredentials(error);
      });
      // The library sends a request without a key unsigned, and the cloud's answer would name another fault.
      if (!credentials.accessKeyId || !credentials.accessKeySecret) {
        throw new NoCredentials(new Error('the access key id or its secret is empty'));
      }
      rememberSecrets(secrets, credentials);
      return credentials;
    },
  };
  // The library's types ask for a static key beside the provider, which it then ignores.
  const config = { endpoint, apiVersion: services[request.service].apiVersion, credentialsProvider } as unknown;
  return { endpoint, secrets, provider, client: new RPCClient(config as RPCClient.Config) };
}

function rememberSecrets(secrets: string[], { accessKeySecret, securityToken }: Credentials): void {
  for (const secret of [accessKeySecret, securityToken]) {
    if (secret && !secrets.includes(secret)) secrets.unshift(secret);
  }
  secrets.splice(rememberedSecrets);
}

/** The provider failed; nothing was sent. */
class NoCredentials extends Error {
  constructor(readonly reason: unknown) {
    super(reason instanceof Error ? reason.message : String(reason));
  }
}

/** Options of one call, as the library hands them on to its HTTP layer. */
interface HttpOptions {
  readonly timeout?: number;
}

/** One call under way. */
class CallUnderWay {
  private readonly abort = new AbortController();
  private readonly exchange: Exchange;
  private line: RpcConnection | undefined;
  private signature = '';
  private accessKeyId = '';
  private isMade = false;
  private windowTimer: NodeJS.Timeout | undefined;
  private stopReadTimeout: () => void = () => undefined;
  private refusal: { readonly error: unknown } | undefined;

  constructor(
    private readonly request: CloudRequest,
    private readonly callOptions: CallOptions,
    private readonly redact: Redact,
    private readonly readTimeoutMs: number,
  ) {
    const { signal } = callOptions;
    const ended = signal ? AbortSignal.any([signal, this.abort.signal]) : this.abort.signal;
    this.exchange = { signal: ended, refusal: () => this.heldUp(), onSent: () => this.startReadTimeout() };
  }

  async send(lineFor: (request: CloudRequest) => RpcConnection, agents: Agents): Promise<CloudAnswer> {
    try {
      this.line = lineFor(this.request);
      const { client, endpoint } = this.line;
      const received = await client.request<unknown>(this.request.action, flatten(this.request.params), {
        // In capitals: written otherwise, the parameters, token and signature among them, go into the address.
        method: 'POST',
        readTimeout: LIBRARY_TIMEOUT_MS,
        agent: agents.for(endpoint),
        beforeRequest: this.beforeRequest(),
      });
      return this.accepted(plainBody(received));
    } catch (error) {
      throw this.failed(error);
    } finally {
      clearTimeout(this.windowTimer);
      this.stopReadTimeout();
    }
  }

  /** Ends the call, and resets its connection, when the read timeout is over. */
  private startReadTimeout(): void {
    this.stopReadTimeout = startTimeout(this.readTimeoutMs, () => this.abort.abort(TOO_LATE));
  }

  /** The library's last hook before the HTTP request is made. It is called as a method of the options, which hold the signed form. */
  private beforeRequest() {
    const prepare = (httpOptions: HttpOptions, form: string) => this.prepare(httpOptions, form);
    return function (this: { readonly data?: string }, httpOptions: HttpOptions) {
      return prepare(httpOptions, this.data ?? '');
    };
  }

  private prepare(httpOptions: HttpOptions, form: string): object {
    this.isMade = true;
    const sent = new URLSearchParams(form);
    this.signature = sent.get('Signature') ?? '';
    this.accessKeyId = sent.get('AccessKeyId') ?? '';
    const { exchange } = this;
    // Not `timeout`: it is the socket's idle time, and would end a call that the service is still working on. The agent has its own.
    const prepared = { ...httpOptions, timeout: undefined, signal: exchange.signal, exchange };
    try {
      this.keepWindow();
      this.callOptions.beforeSend?.();
    } catch (error) {
      this.refusal = { error };
      throw error;
    }
    return prepared;
  }

  /** Asks the send window now and whenever it may have passed, until the request is written. */
  private keepWindow(): void {
    const { window } = this.callOptions;
    if (!window || this.exchange.connected) return;
    const passed = this.heldUp();
    if (passed) throw passed;
    this.windowTimer = setTimeout(
      () => {
        try {
          this.keepWindow();
        } catch {
          this.abort.abort();
        }
      },
      Math.max(1, window.leftMs()),
    );
  }

  /** Returns the error that keeps this call from leaving, and remembers it as the call's end. */
  private heldUp(): Error | undefined {
    const error = this.callOptions.window?.passed();
    if (error) this.refusal = { error };
    return error;
  }

  private accepted(body: unknown): CloudAnswer {
    const httpStatus = this.exchange.response?.statusCode ?? 0;
    const ending = notSuccess(this.request.service, body, httpStatus, this.clean);
    if (ending) throw new NotAccepted(ending);
    const answer = body as Body;
    return { requestId: cut(String(answer['RequestId']), KEPT_CHARACTERS.name), httpStatus, body: answer };
  }

  private failed(error: unknown): unknown {
    if (this.refusal) return this.refusal.error;
    if (error instanceof CloudError) return error;
    if (error instanceof NoCredentials && isOfTheCall(error.reason)) return error.reason;
    const ending = this.abort.signal.reason === TOO_LATE ? TOO_LATE : this.endingOf(error);
    // The library's own timeout, which a clock set by days can end, leaves the socket open.
    if (ending === TOO_LATE) this.abort.abort();
    if (refusedCredential.test(`${ending.code} ${ending.message}`)) this.line?.provider.refused?.(this.accessKeyId);
    return new CloudError(this.detailsOf(ending), { cause: this.causeOf(error) });
  }

  private endingOf(error: unknown): FailedCall {
    if (error instanceof NotAccepted) return error.ending;
    if (error instanceof NoCredentials) return { code: 'CredentialsUnavailable', message: error.message };
    if (error instanceof MalformedParameter) return { code: error.name, message: error.message };
    if (!this.isMade) return { code: 'NotSent', message: error instanceof Error ? error.message : String(error) };
    return endingOf(error, this.exchange, this.clean);
  }

  private detailsOf({ code, message, requestId }: FailedCall) {
    const httpStatus = this.exchange.response?.statusCode;
    const pauseMs = retryAfterMs(this.exchange);
    return catalogued({
      service: this.request.service,
      action: this.request.action,
      code: cut(this.clean(code), KEPT_CHARACTERS.name),
      message: cut(this.clean(message), KEPT_CHARACTERS.message),
      ...omitUndefined({
        requestId: requestId ? cut(requestId, KEPT_CHARACTERS.name) : undefined,
        httpStatus,
        retryAfterMs: pauseMs,
      }),
    });
  }

  /** The original error holds the request, signature and all: only its name and its cleaned text are kept. */
  private causeOf(error: unknown): Error {
    const { name = 'Error', message = '' } = (error ?? {}) as { name?: string; message?: string };
    return Object.assign(new Error(cut(this.clean(String(message)), KEPT_CHARACTERS.message)), {
      name: this.clean(String(name)),
    });
  }

  private readonly clean = (text: string): string =>
    this.redact(text, [...(this.line?.secrets ?? []), this.signature].filter(Boolean));
}

/** Tells whether a provider failed in a call of its own: this call then ends with the same error. */
const isOfTheCall = (reason: unknown): boolean => reason instanceof CloudError || reason instanceof BudgetWait;

/** The library took an answer for success that is none. */
class NotAccepted extends Error {
  override readonly name = 'NotAccepted';
  constructor(readonly ending: FailedCall) {
    super(ending.message);
  }
}
