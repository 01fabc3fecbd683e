import { Agent as HttpAgent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

/** What is seen of one exchange beside the library that makes it, which tells neither on every failure. */
export interface Exchange {
  /** The request was given to a socket that is watched. */
  watched?: true;
  /** The socket was ready to carry it; before that nothing can have reached the service. */
  connected?: true;
  /** First line and headers of the answer. */
  response?: IncomingMessage;
}

/** Code of the error a socket ends with when it does not become ready in time. */
export const connectTimeoutCode = 'CONNECT_TIMEOUT';

/** Sockets kept open between calls, one pool for each protocol. */
export interface Agents {
  /** The agent for an address, by its protocol. */
  for(endpoint: string): HttpAgent;
  close(): void;
}

type AddRequest = (request: ClientRequest, options: object) => void;
type CreateConnection = HttpAgent['createConnection'];

/**
 * Agents that give a new socket so long to connect, TLS included, and tell the {@link Exchange} in the request's options what they see.
 * The library's own connect timeout cannot be used: it is a socket's idle time, and ends a call that was sent and is being worked on
 * with the same error as one that never left.
 * @param connectTimeoutMs for name resolution, connection and TLS together
 */
export function createAgents(connectTimeoutMs: number): Agents {
  const plain = watching(new HttpAgent({ keepAlive: true }), 'connect', connectTimeoutMs);
  const secure = watching(new HttpsAgent({ keepAlive: true }), 'secureConnect', connectTimeoutMs);
  return {
    for: (endpoint) => (endpoint.startsWith('https:') ? secure : plain),
    close: () => [plain, secure].forEach((agent) => agent.destroy()),
  };
}

function watching<A extends HttpAgent>(agent: A, readyEvent: string, connectTimeoutMs: number): A {
  const ready = new WeakSet<Duplex>();
  const createConnection: CreateConnection = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = createConnection(options, callback);
    if (!socket) return socket;
    const timer = setTimeout(() => {
      const error = new Error(`no connection within ${connectTimeoutMs} ms`);
      socket.destroy(Object.assign(error, { code: connectTimeoutCode }));
    }, connectTimeoutMs);
    socket.once(readyEvent, () => ready.add(socket));
    for (const event of [readyEvent, 'close']) socket.once(event, () => clearTimeout(timer));
    return socket;
  };
  // `addRequest` is how Node hands a request to an agent, its own and everyone else's; it is not in the types.
  const addRequest = (agent as unknown as { addRequest: AddRequest }).addRequest.bind(agent);
  const watched: AddRequest = (request, options) => {
    const { exchange } = options as { exchange?: Exchange };
    if (exchange) watch(request, exchange, readyEvent, ready);
    addRequest(request, options);
  };
  return Object.assign(agent, { addRequest: watched });
}

function watch(request: ClientRequest, exchange: Exchange, readyEvent: string, ready: WeakSet<Duplex>): void {
  exchange.watched = true;
  request.once('socket', (socket) => {
    const isReady = () => {
      exchange.connected = true;
    };
    if (ready.has(socket)) isReady();
    else socket.once(readyEvent, isReady);
  });
  request.once('response', (response) => {
    exchange.response = response;
  });
}
