import { Agent as HttpAgent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type Socket, connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Proxy, ProxyFor } from './proxy.js';
import { carriedBy, endByReset } from './reset.js';
import { startTimeout } from './timeout.js';
import { authorizationFor, type Connect, type SocketDestination, tunnelThrough } from './tunnel.js';

/** Facts of one exchange that the agent sees for itself, because the library that makes it does not tell them on every failure. */
export interface Exchange {
  /** The request was given to a socket that is watched. */
  watched?: true;
  /** The request was written to a socket that was ready to carry it; before that nothing can have reached the service. */
  connected?: true;
  /** Ends the wait for a socket. */
  readonly signal?: AbortSignal;
  /**
   * Called at the last moment: the socket is ready, TLS included, and the request is handed to it in the same turn of the event loop.
   * An error that it returns destroys the socket, and nothing is written.
   */
  readonly refusal?: () => Error | undefined;
  /** Called when the request is handed to its socket. */
  readonly onSent?: () => void;
  /** First line and headers of the answer. */
  response?: IncomingMessage;
}

/** Code of the error a socket ends with when it does not become ready in time. */
export const connectTimeoutCode = 'CONNECT_TIMEOUT';

/** Sockets kept open between calls, one pool for each protocol and each proxy. */
export interface Agents {
  /** The agent for an address, by its protocol and its proxy. */
  for(endpoint: string): HttpAgent;
  close(): void;
}

/**
 * A socket is dropped after so long without use, in ms: before the other end drops it (5 s is a common limit), because a request that
 * meets the closing of its socket has no clear end, and a change would have to wait for the grace.
 */
const maxIdleMs = 4_000;

type AddRequest = (request: ClientRequest, options: object) => void;
type CreateConnection = HttpAgent['createConnection'];

/**
 * Agents that give a new socket so long to connect, TLS included, and tell the {@link Exchange} in the request's options what they see.
 * The library's own connect timeout cannot be used: it is a socket's idle time, and ends a call that was sent and is being worked on
 * with the same error as one that never left.
 * @param connectTimeoutMs for name resolution, connection and TLS together, those of a proxy among them
 * @param idleMs time in ms for which a socket is kept without use; default {@link maxIdleMs}
 * @param proxyFor the proxy of an address; default none for any
 */
export function createAgents(
  connectTimeoutMs: number,
  idleMs: number = maxIdleMs,
  proxyFor: ProxyFor = () => undefined,
): Agents {
  const agents = new Map<string, HttpAgent>();
  const open = (protocol: 'http:' | 'https:', proxy: Proxy | undefined): HttpAgent => {
    const agent = agentFor(protocol, proxy, connectTimeoutMs);
    dropIdle(agent, idleMs);
    return agent;
  };
  return {
    for(endpoint) {
      const protocol = endpoint.startsWith('https:') ? 'https:' : 'http:';
      const proxy = proxyFor(endpoint);
      const id = JSON.stringify([protocol, proxy]);
      const agent = agents.get(id) ?? open(protocol, proxy);
      agents.set(id, agent);
      return agent;
    },
    close: () => agents.forEach((agent) => agent.destroy()),
  };
}

function agentFor(protocol: 'http:' | 'https:', proxy: Proxy | undefined, connectTimeoutMs: number): HttpAgent {
  const secure = new HttpsAgent({ keepAlive: true });
  const plain = new HttpAgent({ keepAlive: true });
  if (protocol === 'https:') {
    return watching(secure, proxy ? tunnelThrough(proxy) : securely(secure), connectTimeoutMs);
  }
  if (!proxy) return watching(plain, connecting(plain), connectTimeoutMs);
  const toProxy = proxy.protocol === 'https:' ? securely(secure) : connecting(plain);
  return forwarding(watching(plain, toProxy, connectTimeoutMs), proxy);
}

/** A socket as the agent itself makes it. */
function connecting(agent: HttpAgent): Connect {
  const createConnection: CreateConnection = agent.createConnection.bind(agent);
  return (options, ready, failed) => {
    const socket = createConnection(options as Parameters<CreateConnection>[0]) as Duplex;
    return untilReady(socket, 'connect', ready, failed);
  };
}

/** The same with TLS, over a TCP socket of our own: only that can be reset. */
function securely(agent: HttpsAgent): Connect {
  const createConnection: CreateConnection = agent.createConnection.bind(agent);
  return (options, ready, failed) => {
    const { host = 'localhost', port = 443 } = options;
    const carrier = connectTcp({ host, port: Number(port) });
    let end = untilReady(carrier, 'connect', secure, failed);
    return (error) => end(error);

    function secure(): void {
      const secured = createConnection({ ...options, socket: carrier } as Parameters<CreateConnection>[0]) as Duplex;
      end = untilReady(carriedBy(secured, carrier), 'secureConnect', ready, failed);
    }
  };
}

function untilReady(
  socket: Duplex,
  readyEvent: string,
  ready: (socket: Duplex) => void,
  failed: (error: Error) => void,
): (error: Error) => void {
  socket.once('error', failed).once('close', () => failed(new Error('the connection was closed before it was ready')));
  socket.once(readyEvent, () => ready(socket));
  return (error) => void socket.destroy(error);
}

/** Without TLS a request goes to the proxy itself, which reads from it where it is to go (RFC 9112 §3.2.2). */
function forwarding<A extends HttpAgent>(agent: A, proxy: Proxy): A {
  const addRequest = (agent as unknown as { addRequest: AddRequest }).addRequest.bind(agent);
  const forwarded: AddRequest = (request, options) => {
    request.path = `http://${String(request.getHeader('host'))}${request.path}`;
    for (const [name, value] of Object.entries(authorizationFor(proxy))) request.setHeader(name, value);
    addRequest(request, {
      ...options,
      host: proxy.hostname,
      hostname: proxy.hostname,
      port: proxy.port,
      servername: undefined,
    });
  };
  return Object.assign(agent, { addRequest: forwarded });
}

function watching<A extends HttpAgent>(agent: A, connect: Connect, connectTimeoutMs: number): A {
  // A request gets its socket only when that can carry it: given one before, Node writes to it, and TLS sends what was written as soon as
  // it can, and no code can stop it any more.
  agent.createConnection = (options, callback) => {
    const { signal } = (options as { exchange?: Exchange }).exchange ?? {};
    let isSettled = false;
    const settle = (error: Error | null, socket?: Duplex) => {
      if (isSettled) return;
      isSettled = true;
      stopTimeout();
      signal?.removeEventListener('abort', abort);
      callback?.(error, socket as Duplex);
    };
    const end = connect(
      options as SocketDestination,
      (socket) => settle(null, socket),
      (error) => settle(error),
    );
    const stopTimeout = startTimeout(connectTimeoutMs, () => {
      const error = new Error(`no connection within ${connectTimeoutMs} ms`);
      end(Object.assign(error, { code: connectTimeoutCode }));
    });
    const abort = () => end(new Error('not waited for any more'));
    signal?.addEventListener('abort', abort);
    return undefined;
  };
  // Node hands a request to any agent, its own or another, by `addRequest`; it is not in the types.
  const addRequest = (agent as unknown as { addRequest: AddRequest }).addRequest.bind(agent);
  const watched: AddRequest = (request, options) => {
    const { exchange } = options as { exchange?: Exchange };
    if (exchange) watchRequest(request, exchange);
    addRequest(request, options);
  };
  return Object.assign(agent, { addRequest: watched });
}

/** The agent itself ends a free socket whose timeout passes; one in use is left alone. */
function dropIdle(agent: HttpAgent, idleMs: number): void {
  const keepSocketAlive = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => boolean;
  const keepForAWhile = (socket: Duplex): boolean => {
    const isKept = keepSocketAlive(socket);
    (socket as Socket).setTimeout(idleMs);
    return isKept;
  };
  Object.assign(agent, { keepSocketAlive: keepForAWhile });
}

function watchRequest(request: ClientRequest, exchange: Exchange): void {
  exchange.watched = true;
  request.once('socket', (socket) => {
    resetWith(request, socket);
    const refusal = exchange.refusal?.();
    if (refusal) {
      request.destroy(refusal);
      return;
    }
    exchange.connected = true;
    exchange.onSent?.();
  });
  request.once('response', (response) => {
    exchange.response = response;
  });
}

/** Has the connection reset where the request is destroyed before its end: by its timeout, by a signal, or by the library. */
function resetWith(request: ClientRequest, socket: Duplex): void {
  const destroy = request.destroy.bind(request);
  request.destroy = (error) => {
    endByReset(socket);
    return destroy(error);
  };
  // The socket may carry another request by then.
  request.once('close', () => (request.destroy = destroy));
}
